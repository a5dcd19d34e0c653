// The golden cases of recurrent layers: outputs, states and all gradients, on any backend.
import type { Backend } from '../../src/backends/backend.ts';
import { type Builder, buildPlan } from '../../src/core/builder.ts';
import { fromStorage, Parameters, toStorage } from '../../src/core/parameters.ts';
import { sizeOf, type Tensor } from '../../src/core/tensor.ts';
import { gru } from '../../src/layers/gru.ts';
import { lstm } from '../../src/layers/lstm.ts';
import type { RecurrentLayer } from '../../src/layers/recurrent.ts';
import { simpleRNN } from '../../src/layers/simple_rnn.ts';
import { expectClose, type Golden, loadGolden } from '../harness/golden.ts';
import { seedGradient } from '../harness/gradient_check.ts';
import { fromTorch, type TorchCell, toTorch } from '../harness/torch_weights.ts';

export interface RnnAttrs {
  cell: TorchCell;
  num_layers: number;
  bidirectional: boolean;
  initial_state: boolean;
  bias: boolean;
  batch: number;
  steps: number;
  input_size: number;
  hidden_size: number;
  lengths: number[] | null;
}

export function torchLayer(
  cell: TorchCell,
  units: number,
  useBias: boolean,
  stateful = false,
): RecurrentLayer {
  const options = { units, useBias, returnSequences: true, zeroOutputForMask: true, stateful };
  if (cell === 'lstm') return lstm({ ...options, twoBiases: true });
  if (cell === 'gru') return gru(options);
  return simpleRNN({ ...options, twoBiases: true, activation: cell === 'rnn_relu' ? 'relu' : 'tanh' });
}

/** Runs one case and compares everything it lists. */
export async function checkRnnGolden(id: string, backend: Backend, precision: 'f32' | 'f64'): Promise<void> {
  const golden = loadGolden(id);
  const a = golden.attrs as unknown as RnnAttrs;
  const { tensors } = golden;
  const { steps: T, batch: N, hidden_size: H, num_layers: L } = a;
  const layers = Array.from({ length: L }, () => torchLayer(a.cell, H, a.bias));
  const twoStates = a.cell === 'lstm';
  const parameters = new Parameters();
  const inputs = new Map<Tensor, ArrayLike<number>>();
  const input = (
    b: Builder,
    name: string,
    values: ArrayLike<number>,
    shape: readonly number[],
    u32 = false,
  ): Tensor => {
    const t = b.input(name, shape, { differentiable: !u32, dtype: u32 ? 'u32' : 'f32' });
    inputs.set(t, values);
    return t;
  };
  let x!: Tensor;
  let y!: Tensor;
  const initial: Tensor[][] = [];
  const last: Tensor[][] = [];
  const gradients: Record<string, Tensor> = {};
  const plan = buildPlan({ name: id, limits: backend.limits, parameters, training: true }, (b) => {
    x = input(b, 'x', tensors['in.x'].data, [T, N, a.input_size]);
    if (a.lengths) {
      const mask = Array.from({ length: T * N }, (_, i) => (Math.floor(i / N) < a.lengths![i % N] ? 1 : 0));
      b.setMask(x, input(b, 'mask', mask, [T, N], true));
    }
    let sequence = x;
    layers.forEach((layer, l) => {
      const part = (name: string) => tensors[name].data.subarray(l * N * H, (l + 1) * N * H);
      const names = twoStates ? ['in.h0', 'in.c0'] : ['in.h0'];
      const states = a.initial_state
        ? names.map((name) => input(b, `${name} ${l}`, part(name), [N, H]))
        : undefined;
      if (states) initial.push(states);
      const result = b.scope(`l${l}`, () => layer.run(b, sequence, { initialState: states }));
      sequence = result.sequence;
      last.push(result.states);
    });
    y = sequence;
    const upstream = (t: Tensor, name: string, values: ArrayLike<number>) =>
      seedGradient(b, t, input(b, name, values, t.shape));
    upstream(y, 'up.y', tensors['up.y'].data);
    for (const [s, name] of ['up.hn', 'up.cn'].entries()) {
      const up = tensors[name];
      if (!up) continue;
      for (const [l, states] of last.entries()) {
        upstream(states[s], `${name} ${l}`, up.data.subarray(l * N * H, (l + 1) * N * H));
      }
    }
    b.backward();
    gradients.x = b.gradOf(x)!;
    for (const [l, states] of initial.entries()) {
      for (const [s, t] of states.entries()) gradients[`${s === 0 ? 'h0' : 'c0'} ${l}`] = b.gradOf(t)!;
    }
  });
  const executable = await backend.load(plan);
  try {
    for (const [t, values] of inputs) backend.write(t, values);
    writeTorchWeights(backend, parameters, golden, a);
    executable.run();
    await compare();
  } finally {
    executable.dispose();
    backend.release([parameters.arena, parameters.gradients]);
  }

  async function compare(): Promise<void> {
    const check = async (name: string, t: Tensor) =>
      expectClose(golden, name, await backend.read(t), precision);
    await check('exp.y', y);
    for (const [s, name] of ['exp.hn', 'exp.cn'].entries()) {
      if (!tensors[name]) continue;
      const all = await Promise.all(last.map((states) => backend.read(states[s])));
      expectClose(
        golden,
        name,
        all.flatMap((values) => Array.from(values)),
        precision,
      );
    }
    await check('exp.grad.x', gradients.x);
    for (const name of ['h0', 'c0']) {
      if (!tensors[`exp.grad.${name}`]) continue;
      const all = await Promise.all(initial.map((_, l) => backend.read(gradients[`${name} ${l}`])));
      expectClose(
        golden,
        `exp.grad.${name}`,
        all.flatMap((values) => Array.from(values)),
        precision,
      );
    }
    await compareTorchWeights(
      backend,
      parameters,
      golden,
      a,
      (name) => `exp.grad.${name}`,
      precision,
      (p) => parameters.gradientOf(p),
    );
  }
}

interface CellAttrs {
  cell: TorchCell;
  num_layers: number;
  hidden_size: number;
}

/** Our parameter names under the scope of layer l, and what they are made from. */
const PARTS = {
  kernel: ['weight_ih'],
  recurrent_kernel: ['weight_hh'],
  bias: ['bias_ih', 'bias_hh'],
} as const;

/** Writes the recurrent weights `w.*_l<k>` of a case to the parameters of scopes `l<k>`. */
export function writeTorchWeights(
  backend: Backend,
  parameters: Parameters,
  golden: Golden,
  a: CellAttrs,
): void {
  for (const p of parameters.all) {
    const match = /^l(\d+)\/(\w+)$/.exec(p.name);
    if (!match) continue;
    const [, l, part] = match;
    const rows = PARTS[part as keyof typeof PARTS].map((name) => {
      const { data, shape } = golden.tensors[`w.${name}_l${l}`];
      return fromTorch(a.cell, data, shape);
    });
    backend.write(
      p,
      toStorage(
        p,
        rows.flatMap((row) => Array.from(row)),
      ),
    );
  }
}

/** Compares parameters, their gradients or anything of their layout with tensors in torch's layout. */
export async function compareTorchWeights(
  backend: Backend,
  parameters: Parameters,
  golden: Golden,
  a: CellAttrs,
  expectedName: (torchName: string) => string,
  precision: 'f32' | 'f64',
  which: (p: Tensor) => Tensor = (p) => p,
  scale = 1,
): Promise<void> {
  for (const p of parameters.all) {
    const match = /^l(\d+)\/(\w+)$/.exec(p.name);
    if (!match) continue;
    const [, l, part] = match;
    const values = Array.from(fromStorage(p, await backend.read(which(p))), (v) => v * scale);
    const names = PARTS[part as keyof typeof PARTS];
    const length = sizeOf(p.shape) / names.length;
    names.forEach((name, i) => {
      const expected = expectedName(`${name}_l${l}`);
      const { shape } = golden.tensors[expected];
      const got = toTorch(a.cell, values.slice(i * length, (i + 1) * length), shape);
      expectClose(golden, expected, got, precision);
    });
  }
}

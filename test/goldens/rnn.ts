// The golden cases of recurrent layers: outputs, states and all gradients, on any backend.
import type { Backend } from '../../src/backends/backend.ts';
import { type Builder, buildPlan } from '../../src/core/builder.ts';
import { fromStorage, Parameters, toStorage } from '../../src/core/parameters.ts';
import { sizeOf, type Tensor } from '../../src/core/tensor.ts';
import { bidirectional } from '../../src/layers/bidirectional.ts';
import type { CellOptions } from '../../src/layers/cell_options.ts';
import { gru } from '../../src/layers/gru.ts';
import { outputsOf } from '../../src/layers/layer.ts';
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
  /** P, where states h and outputs are projected. */
  proj_size?: number;
}

export function torchLayer(
  cell: TorchCell,
  units: number,
  useBias: boolean,
  stateful = false,
  more: CellOptions & { projection?: number } = {},
): RecurrentLayer {
  const options = { units, useBias, returnSequences: true, zeroOutputForMask: true, stateful, ...more };
  if (cell === 'lstm') return lstm({ ...options, twoBiases: true });
  if (cell === 'gru') return gru(options);
  return simpleRNN({ ...options, twoBiases: true, activation: cell === 'rnn_relu' ? 'relu' : 'tanh' });
}

/** Runs one case and compares everything it lists; `more` are options of the layers. */
export async function checkRnnGolden(
  id: string,
  backend: Backend,
  precision: 'f32' | 'f64',
  more: CellOptions = {},
): Promise<void> {
  const golden = loadGolden(id);
  const a = golden.attrs as unknown as RnnAttrs;
  const { tensors } = golden;
  const { steps: T, batch: N, hidden_size: H, num_layers: L, proj_size: projection } = a;
  const directions = a.bidirectional ? 2 : 1;
  const layers = Array.from({ length: L }, () => {
    const options = { ...more, ...(projection !== undefined && { projection }) };
    const layer = torchLayer(a.cell, H, a.bias, false, options).with({ returnState: true });
    return a.bidirectional ? bidirectional({ layer }) : layer;
  });
  const names = a.cell === 'lstm' ? ['h', 'c'] : ['h'];
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
  /** The states of a level in our order, each with its place in torch's: `c 3` is row 3 of cn. */
  const stateNames = (l: number): string[] =>
    Array.from({ length: directions }, (_, d) => names.map((name) => `${name} ${l * directions + d}`)).flat();
  const allStates = Array.from({ length: L }, (_, l) => stateNames(l)).flat();
  const sizeOfState = (name: string) => (name[0] === 'h' ? (projection ?? H) : H);
  const part = (tensor: string, name: string): Float64Array => {
    const row = Number(name.slice(2));
    const size = N * sizeOfState(name);
    return tensors[tensor].data.subarray(row * size, (row + 1) * size);
  };
  let x!: Tensor;
  let y!: Tensor;
  const initial: Tensor[] = [];
  const last: Tensor[] = [];
  const gradients: Record<string, Tensor> = {};
  const plan = buildPlan({ name: id, limits: backend.limits, parameters, training: true }, (b) => {
    x = input(b, 'x', tensors['in.x'].data, [T, N, a.input_size]);
    y = x;
    if (a.lengths) {
      const mask = Array.from({ length: T * N }, (_, i) => (Math.floor(i / N) < a.lengths![i % N] ? 1 : 0));
      b.setMask(x, input(b, 'mask', mask, [T, N], true));
    }
    layers.forEach((layer, l) => {
      const states = !a.initial_state
        ? []
        : stateNames(l).map((name) =>
            input(b, `${name} 0`, part(`in.${name[0]}0`, name), [N, sizeOfState(name)]),
          );
      const [sequence, ...lastStates] = b.scope(`l${l}`, () => outputsOf(layer.build(b, y, ...states)));
      initial.push(...states);
      last.push(...lastStates);
      y = sequence;
    });
    const upstream = (t: Tensor, name: string, values: ArrayLike<number>) =>
      seedGradient(b, t, input(b, name, values, t.shape));
    upstream(y, 'up.y', tensors['up.y'].data);
    for (const [i, name] of allStates.entries()) {
      if (tensors[`up.${name[0]}n`]) upstream(last[i], `up ${name}`, part(`up.${name[0]}n`, name));
    }
    b.backward();
    gradients.x = b.gradOf(x)!;
    for (const [i, t] of initial.entries()) gradients[allStates[i]] = b.gradOf(t)!;
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
    /** Compares the states of one kind, in torch's order, with one tensor. */
    const checkStates = async (name: string, of: (i: number) => Tensor) => {
      if (!tensors[name]) return;
      const kind = /([hc])[n0]$/.exec(name)![1];
      const rows = allStates.map((state, i) => ({ state, i })).filter(({ state }) => state[0] === kind);
      rows.sort((p, q) => Number(p.state.slice(2)) - Number(q.state.slice(2)));
      const all = await Promise.all(rows.map(({ i }) => backend.read(of(i))));
      const values = all.flatMap((row) => Array.from(row));
      expectClose(golden, name, values, precision);
    };
    for (const name of ['exp.hn', 'exp.cn']) await checkStates(name, (i) => last[i]);
    await check('exp.grad.x', gradients.x);
    for (const name of ['exp.grad.h0', 'exp.grad.c0'])
      await checkStates(name, (i) => gradients[allStates[i]]);
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

/** Layer, direction and part of a parameter's name, as torch writes the first two behind its own: l0, l1_reverse. */
function placeOf(p: Tensor): { level: string; part: keyof typeof PARTS } | undefined {
  const match = /^(l\d+)\/(?:(forward|backward)_\w+\/)?(\w+)$/.exec(p.name);
  if (!match) return undefined;
  const [, l, direction, part] = match;
  return { level: direction === 'backward' ? `${l}_reverse` : l, part: part as keyof typeof PARTS };
}

/** Our parameter names under the scope of layer l, and what they are made from. */
const PARTS = {
  kernel: ['weight_ih'],
  recurrent_kernel: ['weight_hh'],
  bias: ['bias_ih', 'bias_hh'],
  projection_kernel: ['weight_hr'],
} as const;

/** Whose gates a part has side by side; a projection has none, and is only transposed. */
const gatesOf = (part: keyof typeof PARTS, cell: TorchCell): TorchCell =>
  part === 'projection_kernel' ? 'rnn_tanh' : cell;

/** Writes the recurrent weights `w.*_l<k>`, and `_reverse`, of a case to the parameters of scopes `l<k>`. */
export function writeTorchWeights(
  backend: Backend,
  parameters: Parameters,
  golden: Golden,
  a: CellAttrs,
): void {
  for (const p of parameters.all) {
    const place = placeOf(p);
    if (!place) continue;
    const rows = PARTS[place.part].map((name) => {
      const { data, shape } = golden.tensors[`w.${name}_${place.level}`];
      return fromTorch(gatesOf(place.part, a.cell), data, shape);
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
    const place = placeOf(p);
    if (!place) continue;
    const values = Array.from(fromStorage(p, await backend.read(which(p))), (v) => v * scale);
    const names = PARTS[place.part];
    const length = sizeOf(p.shape) / names.length;
    names.forEach((name, i) => {
      const expected = expectedName(`${name}_${place.level}`);
      const { shape } = golden.tensors[expected];
      const got = toTorch(gatesOf(place.part, a.cell), values.slice(i * length, (i + 1) * length), shape);
      expectClose(golden, expected, got, precision);
    });
  }
}

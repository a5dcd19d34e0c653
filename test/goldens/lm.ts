// The golden language models: chunks with carried state, one update each; losses, norms, gradients, all weights, states.
import type { Backend } from '../../src/backends/backend.ts';
import { buildPlan } from '../../src/core/builder.ts';
import { Parameters } from '../../src/core/parameters.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { dense } from '../../src/layers/dense.ts';
import { embedding } from '../../src/layers/embedding.ts';
import { sparseCategoricalCrossentropy } from '../../src/training/losses.ts';
import { adagrad, adam, adamW, type Optimizer, rmsprop, sgd } from '../../src/training/optimizers.ts';
import { expectClose, loadGolden } from '../harness/golden.ts';
import type { TorchCell } from '../harness/torch_weights.ts';
import { compareTorchWeights, torchLayer, writeTorchWeights } from './rnn.ts';

interface LmAttrs {
  cell: TorchCell;
  optimizer: string;
  hyper: Record<string, number | boolean>;
  clip_global_norm: number | null;
  vocab: number;
  embedding_size: number;
  hidden_size: number;
  num_layers: number;
  batch: number;
  steps: number;
  chunks: number;
  tied_embedding: boolean;
  ignore_index: number | null;
}

/** The optimizer of a golden case, by the names that torch uses. */
function optimizerOf({ optimizer: name, hyper, clip_global_norm: clip }: LmAttrs): Optimizer {
  const common = {
    convention: 'torch',
    learningRate: Number(hyper.lr),
    ...(clip !== null && { globalClipNorm: clip }),
  } as const;
  const momentum = Number(hyper.momentum ?? 0);
  const epsilon = Number(hyper.eps);
  switch (name) {
    case 'sgd':
      return sgd({ ...common, momentum, nesterov: hyper.nesterov === true });
    case 'adam':
      return adam({ ...common, epsilon });
    case 'adamw':
      return adamW({ ...common, epsilon, weightDecay: Number(hyper.weight_decay) });
    case 'rmsprop':
      return rmsprop({
        ...common,
        epsilon,
        momentum,
        rho: Number(hyper.alpha),
        centered: hyper.centered === true,
      });
    case 'adagrad':
      return adagrad({ ...common, epsilon, initialAccumulatorValue: 0 });
    default:
      throw new Error(`no optimizer ${name}`);
  }
}

/** Trains all chunks of one case and compares everything after each. */
export async function checkLmGolden(id: string, backend: Backend, precision: 'f32' | 'f64'): Promise<void> {
  const golden = loadGolden(id);
  const a = golden.attrs as unknown as LmAttrs;
  const { steps: T, batch: N, vocab: V, hidden_size: H, num_layers: L } = a;
  const { tensors } = golden;
  const optimizer = optimizerOf(a);
  const parameters = new Parameters();
  let hyper!: Tensor;
  let norm: Tensor | undefined;
  const plan = buildPlan({ name: id, limits: backend.limits, parameters, training: true }, (b) => {
    const ids = b.input('ids', [T, N], { dtype: 'u32' });
    const targets = b.input('targets', [T, N], { dtype: 'u32' });
    const table = embedding({ inputDim: V, outputDim: a.embedding_size });
    let y = b.scope('embedding', () => table.build(b, ids));
    for (let l = 0; l < L; l++) {
      y = b.scope(`l${l}`, () => torchLayer(a.cell, H, true, true).build(b, y));
    }
    const output = dense({ units: V, ...(a.tied_embedding && { tieTo: table }) });
    const logits = b.scope('out', () => output.build(b, y));
    const options = a.ignore_index === null ? {} : { ignoreClass: a.ignore_index >>> 0 };
    const loss = sparseCategoricalCrossentropy(options)(b, logits, targets);
    b.backward();
    ({ hyper, norm } = optimizer.build(b));
    return { loss };
  });
  const executable = await backend.load(plan);
  const flat: Record<string, string> = {
    'embedding/embeddings': 'embedding',
    'out/kernel': 'out_weight',
    'out/bias': 'out_bias',
  };
  try {
    writeTorchWeights(backend, parameters, golden, a);
    for (const p of parameters.all) {
      const name = flat[p.name];
      if (!name) continue;
      const { data, shape } = tensors[`w.${name}`];
      backend.write(p, name === 'out_weight' ? transposed(data, shape[0], shape[1]) : data);
    }
    for (let chunk = 0; chunk < a.chunks; chunk++) await trainChunk(chunk);
  } finally {
    executable.dispose();
    backend.release([parameters.arena, parameters.gradients, ...parameters.slots.values()]);
  }

  async function trainChunk(chunk: number): Promise<void> {
    const part = (name: string) =>
      Uint32Array.from(tensors[name].data.slice(chunk * T * N, (chunk + 1) * T * N), (v) => v >>> 0);
    backend.write(plan.inputs.ids, part('in.ids'));
    backend.write(plan.inputs.targets, part('in.targets'));
    backend.write(hyper, optimizer.hyper(chunk + 1));
    executable.run();
    expectClose(golden, `exp.loss${chunk}`, await backend.read(plan.outputs.loss), precision);
    const gradients = Array.from(await backend.read(parameters.gradients));
    const length = Math.sqrt(gradients.reduce((sum, g) => sum + g * g, 0));
    expectClose(golden, `exp.gradnorm${chunk}`, [length], precision);
    let scale = 1;
    if (a.clip_global_norm !== null) {
      expectClose(golden, `exp.gradnorm${chunk}`, await backend.read(norm!), precision);
      scale = Math.min(1, a.clip_global_norm / (length + 1e-6));
    }
    if (chunk === 0)
      await compare(
        (name) => `exp.grad0.${name}`,
        (p) => parameters.gradientOf(p),
        scale,
      );
    await compare((name) => `exp.step${chunk}.${name}`);
    for (const name of a.cell === 'lstm' ? ['h', 'c'] : ['h']) {
      const layers = await Promise.all(
        Array.from({ length: L }, (_, l) => backend.read(plan.states[`l${l}/${name}`])),
      );
      expectClose(
        golden,
        `exp.${name}${chunk}`,
        layers.flatMap((values) => Array.from(values)),
        precision,
      );
    }
  }

  async function compare(
    expected: (torchName: string) => string,
    which: (p: Tensor) => Tensor = (p) => p,
    scale = 1,
  ): Promise<void> {
    await compareTorchWeights(backend, parameters, golden, a, expected, precision, which, scale);
    for (const p of parameters.all) {
      const name = flat[p.name];
      if (!name) continue;
      const values = Array.from(await backend.read(which(p)), (v) => v * scale);
      const got = name === 'out_weight' ? transposed(values, p.shape[0], p.shape[1]) : values;
      expectClose(golden, expected(name), got, precision);
    }
  }
}

function transposed(data: ArrayLike<number>, rows: number, cols: number): Float64Array {
  return Float64Array.from({ length: rows * cols }, (_, i) => data[(i % rows) * cols + Math.floor(i / rows)]);
}

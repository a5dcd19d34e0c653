// Golden cases of the embedding layer: rows, and the gradient of its table, on any backend.
import type { Backend } from '../../src/backends/backend.ts';
import { buildPlan } from '../../src/core/builder.ts';
import { Parameters } from '../../src/core/parameters.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { embedding } from '../../src/layers/embedding.ts';
import { expectClose, loadGolden } from '../harness/golden.ts';

export interface LookupOptions {
  ids: ArrayLike<number>;
  /** Of the ids. */
  shape: readonly number[];
  /** [V, D] */
  table: ArrayLike<number>;
  inputDim: number;
  outputDim: number;
  /** The gradient of y. */
  upstream: ArrayLike<number>;
  paddingIndex?: number;
}

/** A loaded plan that looks up `ids` and goes backward from `upstream`. */
export async function lookupPlan(backend: Backend, options: LookupOptions) {
  const { ids, shape, table, upstream, ...layer } = options;
  const parameters = new Parameters();
  let y!: Tensor;
  const plan = buildPlan({ name: 'lookup', limits: backend.limits, parameters, training: true }, (b) => {
    const tokens = b.input('ids', shape, { dtype: 'u32', initial: () => ids });
    y = embedding(layer).build(b, tokens);
    b.adoptGrad(y, b.input('upstream', y.shape, { initial: () => upstream }));
    b.backward();
  });
  const weights = parameters.all[0];
  const executable = await backend.load(plan);
  backend.write(weights, table);
  return {
    weights,
    gradient: parameters.gradientOf(weights),
    y,
    run: () => executable.run(),
    /** Σ y·upstream of one run. */
    async loss(): Promise<number> {
      executable.run();
      return Array.from(await backend.read(y)).reduce((sum, value, i) => sum + value * upstream[i], 0);
    },
    dispose() {
      executable.dispose();
      backend.release([parameters.arena, parameters.gradients]);
    },
  };
}

/** Kind `embedding`: y, the loss Σ y·up and the gradient of the table; twice, so that nothing is left over. */
export async function checkEmbedding(id: string, backend: Backend, precision: 'f32' | 'f64'): Promise<void> {
  const golden = loadGolden(id);
  const { padding_idx: padding } = golden.attrs as { padding_idx: number | null };
  const [inputDim, outputDim] = golden.tensors['w.weight'].shape;
  const plan = await lookupPlan(backend, {
    ids: golden.tensors['in.ids'].data,
    shape: golden.tensors['in.ids'].shape,
    table: golden.tensors['w.weight'].data,
    inputDim,
    outputDim,
    upstream: golden.tensors['up.y'].data,
    ...(padding !== null && { paddingIndex: padding }),
  });
  for (let run = 0; run < 2; run++) {
    expectClose(golden, 'exp.loss', [await plan.loss()], precision);
    expectClose(golden, 'exp.y', await backend.read(plan.y), precision);
    expectClose(golden, 'exp.grad.weight', await backend.read(plan.gradient), precision);
  }
  plan.dispose();
}

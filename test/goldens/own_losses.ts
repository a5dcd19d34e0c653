// Our own golden cases of losses, with weights of samples and masks of steps, and of the conditional random field.
import { expect } from 'vitest';
import type { Backend } from '../../src/backends/backend.ts';
import { type Builder, buildPlan } from '../../src/core/builder.ts';
import { fromStorage, Parameters, toStorage } from '../../src/core/parameters.ts';
import { type Tensor, tensor } from '../../src/core/tensor.ts';
import { NdArray } from '../../src/data/nd_array.ts';
import { crf } from '../../src/layers/crf.ts';
import { publicShape } from '../../src/layers/layout.ts';
import type { NamedConfig } from '../../src/layers/named.ts';
import { toPhysical } from '../../src/models/physical.ts';
import { crfLoss, ctcBeamSearch, ctcGreedyDecode, lossFunction } from '../../src/training/losses.ts';
import { expectClose, type Golden, loadGolden } from '../harness/golden.ts';

/** Kind `row-loss`: losses of rows, the loss, and its gradient over the prediction [N,T,C]. */
export function checkRowLoss(id: string, backend: Backend, precision: 'f32' | 'f64'): Promise<void> {
  const golden = loadGolden(id);
  const loss = lossFunction(golden.attrs as unknown as NamedConfig);
  return check(golden, backend, precision, (b, x) => {
    const target = constant(golden, 'in.target', loss.targets === 'labels' ? 'u32' : 'f32');
    const { loss: total, rows } = loss.emit(b, x, target, { sampleWeight: constant(golden, 'in.weight') });
    return { 'exp.loss': total, 'exp.rows': rows };
  });
}

/** Kind `crf`: the loss, its gradients over scores and transitions, and the decoded tags. */
export function checkCrf(id: string, backend: Backend, precision: 'f32' | 'f64'): Promise<void> {
  const golden = loadGolden(id);
  return check(golden, backend, precision, (b, x) => {
    const tags = crf().build(b, x);
    const target = constant(golden, 'in.target', 'u32');
    const { loss, rows } = crfLoss().emit(b, tags, target, { sampleWeight: constant(golden, 'in.weight') });
    return { 'exp.loss': loss, 'exp.rows': rows, 'exp.tags': tags };
  });
}

/** Kind `decode`: what CTC's scores say, read off greedily and by beams. */
export function checkDecoding(id: string): void {
  const golden = loadGolden(id);
  const { tensors } = golden;
  const scores = tensors['in.x'];
  const blank = golden.attrs.blank as number;
  const listed = (name: string): number[][] => {
    const { shape, data } = tensors[name];
    const rows = Array.from({ length: shape[0] }, (_, n) => data.slice(n * shape[1], (n + 1) * shape[1]));
    return rows.map((row) => Array.from(row).filter((label) => label >= 0));
  };
  expect(ctcGreedyDecode(scores, { blank })).toEqual(listed('exp.greedy'));
  expect(ctcBeamSearch(scores, { blank })).toEqual(listed('exp.best'));
  expect(listed('exp.best'), 'where both agree on all, nothing is tested').not.toEqual(listed('exp.greedy'));
}

/** A tensor of the case in the order of storage, as a constant of the plan. */
function constant(golden: Golden, name: string, dtype: 'f32' | 'u32' = 'f32'): Tensor {
  const { shape, data } = golden.tensors[name];
  const values = toPhysical(new NdArray(shape, data), dtype);
  return tensor(name, publicShape({ shape, dtype }), 'scratch', { dtype, initial: () => values });
}

async function check(
  golden: Golden,
  backend: Backend,
  precision: 'f32' | 'f64',
  emit: (b: Builder, x: Tensor) => Record<string, Tensor>,
): Promise<void> {
  const { id, tensors } = golden;
  const { shape, data } = tensors['in.x'];
  const parameters = new Parameters();
  let x!: Tensor;
  const plan = buildPlan({ name: id, limits: backend.limits, parameters, training: true }, (b) => {
    x = b.input('x', publicShape({ shape, dtype: 'f32' }), { differentiable: true });
    b.setMask(x, constant(golden, 'in.mask', 'u32'));
    const emitted = emit(b, x);
    b.backward();
    return { ...emitted, 'exp.grad.x': b.gradOf(x)! };
  });
  const executable = await backend.load(plan);
  try {
    backend.write(x, toPhysical(new NdArray(shape, data), 'f32'));
    for (const p of parameters.all) backend.write(p, toStorage(p, tensors[`w.${p.name}`].data));
    executable.run();
    for (const [name, t] of Object.entries(plan.outputs)) {
      // Rows of steps lie time first, as labels do.
      const dtype = t.shape.length === 2 ? 'u32' : 'f32';
      const values = await backend.read(t);
      const got =
        dtype === 'u32' ? batchFirst(values, t.shape) : toPhysical(new NdArray(t.shape, values), 'f32');
      expectClose(golden, name, got, precision);
    }
    for (const p of parameters.all) {
      const gradient = fromStorage(p, await backend.read(parameters.gradientOf(p)));
      expectClose(golden, `exp.grad.${p.name}`, gradient, precision);
    }
  } finally {
    executable.dispose();
    backend.release(parameters.storage);
  }
}

/** [T,N] as [N,T]. */
function batchFirst(values: ArrayLike<number>, [T, N]: readonly number[]): number[] {
  return Array.from({ length: T * N }, (_, i) => values[(i % T) * N + Math.floor(i / T)]);
}

// The golden cases of cross entropy: loss, losses of rows and gradient, on any backend.
import type { Backend } from '../../src/backends/backend.ts';
import { buildPlan } from '../../src/core/builder.ts';
import { Parameters } from '../../src/core/parameters.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { crossEntropyRows } from '../../src/training/losses.ts';
import { expectClose, goldenAttrs, goldenIds, loadGolden } from '../harness/golden.ts';

interface LossAttrs {
  reduction: 'mean' | 'sum' | 'none';
  ignore_index?: number;
  label_smoothing?: number;
}

/** The cases of the losses there are; the others in the manifest are of other losses. */
export const crossEntropyIds = goldenIds('loss').filter((id) =>
  ['cross_entropy', 'cross_entropy_soft'].includes(goldenAttrs(id).loss as string),
);

/** Runs one case and compares everything it lists. */
export async function checkCrossEntropyGolden(
  id: string,
  backend: Backend,
  precision: 'f32' | 'f64',
): Promise<void> {
  const golden = loadGolden(id);
  const { tensors } = golden;
  const { reduction, ignore_index, label_smoothing = 0 } = golden.attrs as unknown as LossAttrs;
  const x = tensors['in.x'];
  const classWeight = tensors['in.class_weight']?.data;
  const inputs = new Map<Tensor, ArrayLike<number>>();
  const plan = buildPlan(
    { name: id, limits: backend.limits, parameters: new Parameters(), training: true },
    (b) => {
      const input = (name: string, dtype: 'f32' | 'u32' = 'f32'): Tensor => {
        const { shape, data } = tensors[name];
        const t = b.input(name, shape, { dtype });
        inputs.set(t, dtype === 'u32' ? data.map((label) => label >>> 0) : data);
        return t;
      };
      const logits = b.activation('logits', x.shape);
      b.copy(input('in.x'), logits);
      const target = tensors['in.target'] ? input('in.target') : input('in.labels', 'u32');
      const { loss, rows } = crossEntropyRows(b, logits, target, {
        labelSmoothing: label_smoothing,
        // The scalar that the file differentiates is Σ loss·up for unreduced losses.
        reduction: reduction === 'none' ? 'sum' : reduction,
        ...(reduction === 'none' && { rowWeight: input('up.l') }),
        ...(classWeight && { classWeight }),
        ...(ignore_index !== undefined && { ignoreClass: ignore_index }),
      });
      b.backward();
      return { loss: reduction === 'none' ? rows : loss, gradient: b.gradOf(logits)! };
    },
  );
  const executable = await backend.load(plan);
  try {
    for (const [t, values] of inputs) backend.write(t, values);
    executable.run();
    expectClose(golden, 'exp.loss', await backend.read(plan.outputs.loss), precision);
    expectClose(golden, 'exp.grad.x', await backend.read(plan.outputs.gradient), precision);
  } finally {
    executable.dispose();
  }
}

// The golden cases of losses that are no cross entropy: loss, losses of rows and gradient, on any backend.
import type { Backend } from '../../src/backends/backend.ts';
import { type Builder, buildPlan } from '../../src/core/builder.ts';
import { Parameters } from '../../src/core/parameters.ts';
import { type Tensor, tensor } from '../../src/core/tensor.ts';
import { addInto } from '../../src/kernels/sum_slices.ts';
import {
  binaryCrossentropy,
  categoricalFocalCrossentropy,
  ctcRows,
  distillation,
  huber,
  type LossEmission,
  type LossFunction,
  logKlDivergence,
  meanAbsoluteError,
  meanSquaredError,
  smoothL1,
  sparseCategoricalCrossentropy,
} from '../../src/training/losses.ts';
import { expectClose, type Golden, goldenAttrs, goldenIds, loadGolden } from '../harness/golden.ts';

/** All that the manifest lists but the cross entropies. */
export const lossIds = goldenIds('loss').filter(
  (id) => !['cross_entropy', 'cross_entropy_soft'].includes(goldenAttrs(id).loss as string),
);

/** A tensor of the case as a constant of the plan, under another shape where given. */
type Constant = (name: string, dtype?: 'f32' | 'u32', shape?: readonly number[]) => Tensor;

/** Runs one case and compares loss and gradient. */
export async function checkLossGolden(id: string, backend: Backend, precision: 'f32' | 'f64'): Promise<void> {
  const golden = loadGolden(id);
  const { shape, data } = golden.tensors['in.x'];
  // Losses of all elements are those of rows of one.
  const elementwise = golden.tensors['exp.loss'].shape.length === 2;
  const inside = elementwise ? [data.length, 1] : shape;
  let x!: Tensor;
  const plan = buildPlan(
    { name: id, limits: backend.limits, parameters: new Parameters(), training: true },
    (b) => {
      x = b.input('x', inside, { differentiable: true });
      const constant: Constant = (name, dtype = 'f32', own) => {
        const stored = golden.tensors[name];
        const values = dtype === 'u32' ? stored.data.map((label) => label >>> 0) : stored.data;
        return tensor(name, own ?? stored.shape, 'scratch', { dtype, initial: () => values });
      };
      const { loss, rows } = emit(b, x, golden, constant, elementwise ? inside : undefined);
      b.backward();
      return { loss, rows, gradient: b.gradOf(x)! };
    },
  );
  const executable = await backend.load(plan);
  try {
    backend.write(x, data);
    executable.run();
    const reduced = golden.tensors['exp.loss'].shape.length === 0;
    const got = await backend.read(reduced ? plan.outputs.loss : plan.outputs.rows);
    expectClose(golden, 'exp.loss', got, precision);
    expectClose(golden, 'exp.grad.x', await backend.read(plan.outputs.gradient), precision);
  } finally {
    executable.dispose();
  }
}

function emit(
  b: Builder,
  x: Tensor,
  golden: Golden,
  constant: Constant,
  elements: readonly number[] | undefined,
): LossEmission {
  const { attrs, tensors } = golden;
  const reduction = attrs.reduction as 'mean' | 'sum' | 'none' | 'batchmean';
  // torch's sum over all elements is that of the means over C of them, C times.
  const columns = x.shape[x.shape.length - 1];
  const common = { reduction: reduction === 'batchmean' ? 'mean' : reduction } as const;
  const up = tensors['up.l'] && { sampleWeight: constant('up.l', 'f32', [x.shape[0]]) };
  const target = (): Tensor => constant('in.target', 'f32', elements);
  const ofMeans = (loss: LossFunction): LossEmission =>
    loss.emit(b, x, target(), { ...up, weight: reduction === 'sum' ? columns : 1 });
  switch (attrs.loss) {
    case 'mse':
      return ofMeans(meanSquaredError(common));
    case 'mae':
      return ofMeans(meanAbsoluteError(common));
    case 'huber':
      return ofMeans(huber({ ...common, delta: attrs.delta as number }));
    case 'smooth_l1':
      return ofMeans(smoothL1({ ...common, beta: attrs.beta as number }));
    case 'bce':
      return ofMeans(binaryCrossentropy({ ...common, fromLogits: false }));
    case 'bce_with_logits': {
      const posWeight = tensors['in.pos_weight'] && Array.from(tensors['in.pos_weight'].data);
      return ofMeans(binaryCrossentropy({ ...common, fromLogits: true, ...(posWeight && { posWeight }) }));
    }
    case 'kl_div':
      return logKlDivergence(common).emit(b, x, target());
    case 'focal': {
      const alpha = tensors['in.alpha'] ? Array.from(tensors['in.alpha'].data) : 1;
      const loss = categoricalFocalCrossentropy({
        ...common,
        gamma: attrs.gamma as number,
        alpha,
        fromLogits: true,
      });
      return loss.emit(b, x, constant('in.labels', 'u32'));
    }
    case 'distillation':
      return distilled(b, x, attrs as { temperature: number; alpha: number }, constant);
    default:
      return ctcRows(
        b,
        x,
        constant('in.targets', 'u32'),
        {
          ...common,
          blank: attrs.blank as number,
          zeroInfinity: attrs.zero_infinity as boolean,
          perLabel: reduction === 'mean',
        },
        {
          inputLengths: constant('in.input_lengths', 'u32'),
          targetLengths: constant('in.target_lengths', 'u32'),
        },
      );
  }
}

/** alpha·T²·KL + (1 - alpha)·CE: two losses of one prediction, with weights. */
function distilled(
  b: Builder,
  x: Tensor,
  { temperature, alpha }: { temperature: number; alpha: number },
  constant: Constant,
): LossEmission {
  const soft = distillation({ temperature }).emit(b, x, constant('in.teacher'), { weight: alpha });
  if (alpha === 1) return soft;
  const hard = sparseCategoricalCrossentropy().emit(b, x, constant('in.labels', 'u32'), {
    weight: 1 - alpha,
  });
  const loss = b.activation('both', [1], { differentiable: false });
  b.copy(soft.loss, loss);
  addInto(b, hard.loss, loss);
  return { ...hard, loss };
}

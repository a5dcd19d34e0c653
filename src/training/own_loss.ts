// A user's own loss in a plan: the beginning of its gradient, and its mean over the batches of an epoch.
import type { Builder } from '../core/builder.ts';
import { ShapeError, show } from '../core/errors.ts';
import { sizeOf, type Tensor, tensor } from '../core/tensor.ts';
import { lossSum } from '../kernels/loss_sum.ts';
import { addInto } from '../kernels/sum_slices.ts';

/**
 * Starts the gradient of a loss [1] that was composed of layers and functions; a loss that has left its gradient itself
 * is returned as it is.
 * @throws ShapeError when it is no single number.
 */
export function seedLoss(b: Builder, loss: Tensor, weight: number): Tensor {
  if (sizeOf(loss.shape) !== 1) {
    throw new ShapeError(
      `[${b.path || 'loss'}] a loss is one number [1], got ${show(loss.shape)} (${loss.name})`,
    );
  }
  if (b.training && loss.differentiable) {
    b.onBackward(() => {
      const into = b.gradInto(loss);
      if (into?.accumulate === 1) addInto(b, constant(b, weight), into.tensor);
      else if (into) b.copy(constant(b, weight), into.tensor);
    });
  } else if (weight !== 1) {
    throw new ShapeError(
      `[${b.path || 'loss'}] leaves its gradient itself and so cannot be weighted; compose it of functions such as` +
        ' multiplied and mean',
    );
  }
  return loss;
}

/** Adds (loss·N, N) to `sums` [2]: the mean weighs each batch by its samples, as Keras does. */
export function sumLoss(
  b: Builder,
  loss: Tensor,
  options: { batch: number; sums: Tensor; weight: number },
): void {
  const { batch, sums, weight } = options;
  const value = b.scratch('loss of the batch', [1]);
  lossSum(b, {
    rowLoss: loss,
    rowWeight: constant(b, batch * weight),
    total: constant(b, batch),
    loss: value,
    rows: 1,
    sums,
  });
}

function constant(b: Builder, value: number): Tensor {
  return b.once(`constant ${value}`, () =>
    tensor(`constant ${value}`, [1], 'scratch', { initial: () => [value] }),
  );
}

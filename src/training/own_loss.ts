// A user's own loss in a plan: one number, or one for each row, its gradient, and its mean over the batches of an epoch.
import type { Builder } from '../core/builder.ts';
import { OptionError, ShapeError, show } from '../core/errors.ts';
import { shown } from '../core/options.ts';
import { sizeOf, type Tensor, tensor } from '../core/tensor.ts';
import { lossSum } from '../kernels/loss_sum.ts';
import { addInto } from '../kernels/sum_slices.ts';
import { publicShape } from '../layers/layout.ts';
import { isOfLibrary, type Loss } from './losses/loss.ts';
import { emitRowLoss } from './losses/rows.ts';

export interface OwnLossOptions {
  /** Weights of the rows [...]: one a sample [N], or one a step [T,N]. */
  sampleWeight?: Tensor | undefined;
  /** The number that loss and gradient are multiplied by. */
  weight: number;
  /** [2]: gets (loss·N, N) added. */
  sums: Tensor;
  /** N */
  batch: number;
}

/**
 * Emits a loss that a user composed, and returns it, [1]. One number [1] is the loss of the batch. One for each row of the prediction, of the
 * shape of its leading axes ([N] of [N,D], [T,N] of [T,N,D], with a last axis of 1 or without), is reduced as in Keras:
 * Σ rows·sampleWeight over the rows that the mask counts, divided by their number.
 * @throws OptionError when it returns no tensor; ShapeError for another shape, or for one number where a mask or weights
 * would have to be known to it.
 */
export function emitOwnLoss(
  b: Builder,
  loss: Loss,
  prediction: Tensor,
  target: Tensor,
  { sampleWeight, weight, sums, batch }: OwnLossOptions,
): Tensor {
  const value: unknown = loss(b, prediction, target);
  if (!isTensor(value)) {
    throw new OptionError(
      `[${b.path || 'loss'}] a loss is a function (b, prediction, target) that returns a tensor, one number [1] or one for` +
        ` each row, got ${shown(value)}; meanSquaredError is a factory: call it, meanSquaredError()`,
    );
  }
  const shape = prediction.dtype === 'u32' ? prediction.shape : prediction.shape.slice(0, -1);
  const isOfRows = [shape, [...shape, 1]].some((rows) => show(rows) === show(value.shape));
  if (isOfRows && !isOfLibrary(b, value)) {
    if (b.training && prediction.differentiable && !value.differentiable) {
      throw new ShapeError(
        `[${b.path || 'loss'}] no gradient flows through the rows ${show(value.shape)} (${value.name});` +
          ' compose them of functions such as multiplied and rowMeans',
      );
    }
    const column = b.view(value, 0, [...shape, 1]);
    b.setMask(column, b.maskOf(prediction));
    // -t·x with t = 0·target - 1: the row as it is.
    const form = { kind: 'negativeLogarithm', reduction: 'sumOverBatchSize', kept: 0, shift: -1 } as const;
    const given = { sampleWeight, weight, sums };
    return emitRowLoss(b, column, zeros(b, column.shape), { name: 'own', ...form }, given).loss;
  }
  if (sizeOf(value.shape) !== 1) {
    throw new ShapeError(
      `[${b.path || 'loss'}] a loss is one number [1], or one for each row ${show(rowsAsSeen(prediction, shape))} of the` +
        ` prediction ${show(publicShape(prediction))}, got ${show(value.shape)} (${value.name})`,
    );
  }
  const unknown = sampleWeight
    ? 'sample weights'
    : b.maskOf(prediction) && !isOfLibrary(b, value)
      ? 'a mask'
      : '';
  if (unknown) {
    throw new ShapeError(
      `[${b.path || 'loss'}] a loss of one number [1] cannot count rows by ${unknown}: return one number for each row,` +
        ` ${show(rowsAsSeen(prediction, shape))}, instead; rowMeans(b, x) makes them of x ${show(publicShape(prediction))}`,
    );
  }
  sumLoss(b, seedLoss(b, value, weight), { batch, sums, weight });
  return value;
}

/** The rows of a prediction in the order of users. */
function rowsAsSeen(prediction: Tensor, shape: readonly number[]): number[] {
  return publicShape(prediction).slice(0, shape.length);
}

function isTensor(value: unknown): value is Tensor {
  const it = value as Partial<Tensor> | null | undefined;
  return typeof it === 'object' && Array.isArray(it?.shape) && typeof it?.dtype === 'string';
}

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
  if (loss.differentiable) {
    if (!b.training) return loss;
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

function zeros(b: Builder, shape: readonly number[]): Tensor {
  return b.once(`zeros ${show(shape)}`, () =>
    tensor('zeros', shape, 'scratch', { initial: () => new Float32Array(sizeOf(shape)) }),
  );
}

// The way from a prediction and its target to the loss of each row, the loss of the batch, and the gradient.
import type { Builder } from '../../core/builder.ts';
import { ShapeError } from '../../core/errors.ts';
import { expectShape, sizeOf, sourceOf, type Tensor, tensor } from '../../core/tensor.ts';
import { lossSum } from '../../kernels/loss_sum.ts';
import { rowLoss } from '../../kernels/row_loss.ts';
import type { Preparation, RowLossKind } from '../../kernels/row_loss_kinds.ts';
import { NO_LABEL } from '../../kernels/softmax_cross_entropy.ts';
import { batchOf } from '../../layers/layout.ts';
import { type EmitOptions, expectValues, giveGradient, type LossEmission, type Reduction } from './loss.ts';
import { type Divisor, rowMask, rowWeights, totalOf, withoutLastOne } from './weighing.ts';

/** What a kind of loss needs beside prediction and target. */
export interface RowLossForm {
  name: string;
  kind: RowLossKind;
  reduction: Reduction;
  preparation?: Preparation;
  /** Where the loss looks: the logits behind the prediction, for instance; default the prediction. */
  on?: Tensor;
  kept?: number;
  shift?: number;
  alpha?: number;
  gamma?: number;
  /** C weights, one a column. */
  classWeight?: ArrayLike<number> | undefined;
  ignoreClass?: number | undefined;
  /** Whether `meanWithSampleWeight` divides by the weights of the classes too, as torch does. */
  classesDivide?: boolean;
}

/** What the losses of rows are divided by. */
export function divisorOf(reduction: Reduction): Divisor {
  if (reduction === 'sum' || reduction === 'none') return 'one';
  return reduction === 'meanWithSampleWeight' ? 'weights' : 'rows';
}

/**
 * Emits a loss of rows: prediction [...,C], target [...,C] f32 or labels [...] u32, to loss [1].
 * @throws ShapeError for tensors that do not fit.
 */
export function emitRowLoss(
  b: Builder,
  prediction: Tensor,
  given: Tensor,
  form: RowLossForm,
  options: EmitOptions,
): LossEmission {
  const { name, kind, reduction, preparation, kept, shift, alpha, gamma, ignoreClass } = form;
  const x = form.on ?? prediction;
  return b.scope(name, () => {
    const columns = expectColumns(name, prediction);
    const shape = prediction.shape.slice(0, -1);
    const labelled = given.dtype === 'u32';
    const target = withoutLastOne(b, given, labelled ? shape : prediction.shape);
    expectShape(target, labelled ? shape : prediction.shape, name);
    expectValues(b, x);
    const mask = rowMask(b, prediction, shape);
    const rowWeight = rowWeights(b, options.sampleWeight, shape);
    const ignored = ignoreClass === undefined ? NO_LABEL : ignoreClass >>> 0;
    const weights = form.classWeight && columnWeights(b, form.classWeight, columns);
    const dividing = form.classesDivide && reduction === 'meanWithSampleWeight' ? weights : undefined;
    const counted = labelled && !(options.labelsChecked && ignoreClass === undefined && !dividing);
    const { total, count } = totalOf(b, {
      shape,
      divisor: divisorOf(reduction),
      mask,
      rowWeight,
      weight: options.weight,
      labels: counted ? { labels: target, classes: columns, ignored, classWeight: dividing } : undefined,
    });
    count();
    const M = sizeOf(shape);
    const rows = b.activation('rows', shape, { differentiable: false });
    const loss = b.activation('loss', [1], { differentiable: false });
    const wanted = b.training && !options.measure && sourceOf(x).differentiable;
    const slopes = wanted ? b.scratch('slopes', x.shape) : undefined;
    rowLoss(b, {
      kind,
      preparation,
      prediction: x,
      targets: target,
      total,
      slopes,
      loss: rows,
      rows: M,
      columns,
      classWeight: weights,
      rowWeight,
      mask,
      ignored,
      kept,
      shift,
      alpha,
      gamma,
    });
    if (slopes) giveGradient(b, x, slopes);
    const samples = options.measure ? undefined : batchOf(prediction);
    lossSum(b, { rowLoss: rows, total, loss, rows: M, rowWeight, sums: options.sums, samples });
    return { loss, rows, total };
  });
}

/** The last dimension of a prediction that has rows. @throws ShapeError for one that has none. */
export function expectColumns(where: string, prediction: Tensor): number {
  const columns = prediction.shape.at(-1);
  if (columns === undefined || prediction.dtype !== 'f32') {
    throw new ShapeError(
      `[${where}] expected a prediction [..., C] of f32, got ${prediction.dtype} [${prediction.shape.join(', ')}]` +
        ` (${prediction.name})${prediction.dtype === 'u32' ? "; the tags of a crf layer need the loss 'crf'" : ''}`,
    );
  }
  return columns;
}

/** Weights of columns as a constant of the plan, [C]. */
function columnWeights(b: Builder, weights: ArrayLike<number>, columns: number): Tensor {
  if (weights.length !== columns) {
    throw new ShapeError(`[${b.path}] expected ${columns} weights, one a class, got ${weights.length}`);
  }
  return tensor(`${b.path}/class_weight`, [columns], 'scratch', { initial: () => weights });
}

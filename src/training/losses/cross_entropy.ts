// Cross entropy of logits: row by row, in place, and in parts where the logits are too large to be stored.
import type { Builder } from '../../core/builder.ts';
import type { RowParts } from '../../core/deferred.ts';
import { OptionError, ShapeError, show } from '../../core/errors.ts';
import { expectShape, sizeOf, type Tensor, tensor } from '../../core/tensor.ts';
import { lossSum } from '../../kernels/loss_sum.ts';
import { NO_LABEL, softmaxCrossEntropy } from '../../kernels/softmax_cross_entropy.ts';
import { softmaxCrossEntropySoft } from '../../kernels/softmax_cross_entropy_soft.ts';
import { addInto } from '../../kernels/sum_slices.ts';
import { logitsBehind } from '../../layers/probabilities.ts';
import { expectValues } from './loss.ts';
import { eachPart } from './parts.ts';
import { rowMask, totalOf } from './weighing.ts';

export interface CrossEntropyOptions {
  /** V weights, one a class; a mean is divided by the weights of its labels, as in torch. */
  classWeight?: ArrayLike<number>;
  /** The part of each target that is spread evenly over all classes, in [0, 1]; default 0. */
  labelSmoothing?: number;
  /** Default 'mean': divided by the weights of the rows that count, as torch does; 'sumOverBatchSize': by their number. */
  reduction?: 'mean' | 'sum' | 'sumOverBatchSize';
  /** A weight for each row, of the shape of the predictions without their last axis. */
  rowWeight?: Tensor;
  /** A state [2] that gets (Σ of the weighted losses, Σ of the divisors) added: their quotient is the mean of many runs. */
  sums?: Tensor;
  /** Makes `sums` get (loss·samples, samples) instead. */
  samples?: number;
  /** The number that loss and gradient are multiplied by; default 1. */
  weight?: number;
  /**
   * Keep the predictions as they are in a training plan, for a metric or a second loss after this one; default false.
   * It costs a copy of them.
   */
  keepLogits?: boolean;
  /** Take the prediction for logits even where it is a softmax; default false: the logits behind it are taken. */
  literally?: boolean;
  /** Leave no gradient in a training plan either; default false. */
  measure?: boolean;
}

export interface SparseCrossEntropyOptions extends CrossEntropyOptions {
  /** Rows with this label do not count; negative numbers are taken as 32-bit integers. */
  ignoreClass?: number;
  /**
   * Says that every label has been checked to lie in [0,V): a mean over all rows then divides by their number, which
   * saves counting them. Default false: a label outside does not count.
   */
  labelsChecked?: boolean;
}

export interface CrossEntropyRows {
  /** [1] */
  loss: Tensor;
  /** [...]: the loss of each row before its row weight and the reduction; 0 where a row does not count. */
  rows: Tensor;
  /** [1]: what the sum of the weighted row losses was divided by. */
  total: Tensor;
}

/**
 * Emits the cross entropy of logits [...,V] with labels [...] u32 or distributions [...,V], row by row and reduced.
 *
 * With q_c = w_c·((1-s)·t_c + s/V): row = -Σ q_c·log softmax(x)_c and loss = Σ row·rowWeight / total. For 'mean', total
 * is Σ w[label]·rowWeight over the rows that count (Σ rowWeight for distributions), for 'sumOverBatchSize' their number,
 * for 'sum' 1; all divided by `weight`. Where the prediction is the softmax of logits, these are taken. Rows with an
 * ignored label, or that the prediction's mask leaves out, have loss and gradient 0; with no row left the loss is 0.
 *
 * Logits of a dense layer that take more than `limits.wholeBytes` are computed some rows at a time and never stored
 * whole, unless something else needs them. In a training plan the gradient overwrites the logits where they are an activation of the plan that no other loss has
 * taken, unless `keepLogits`; read them, with a metric for instance, before the loss is built.
 * @throws ShapeError for tensors that do not fit, or logits that another loss has overwritten.
 */
export function crossEntropyRows(
  b: Builder,
  prediction: Tensor,
  target: Tensor,
  options: SparseCrossEntropyOptions = {},
): CrossEntropyRows {
  const where = 'cross_entropy';
  checkCrossEntropy(where, options);
  const { labelSmoothing: smoothing = 0, reduction = 'mean', rowWeight, sums, samples, weight } = options;
  const classes = prediction.shape.at(-1);
  if (classes === undefined) {
    throw new ShapeError(`[${where}] expected logits [..., V], got a scalar (${prediction.name})`);
  }
  const behind = options.literally ? undefined : logitsBehind(b, prediction, 'softmax');
  const x = behind ?? prediction;
  const shape = prediction.shape.slice(0, -1);
  const labels = target.dtype === 'u32' ? target : undefined;
  expectShape(target, labels ? shape : prediction.shape, where);
  if (rowWeight) expectShape(rowWeight, shape, `${where}/rowWeight`);
  if (sums) expectShape(sums, [2], `${where}/sums`);

  return b.scope(where, () => {
    const mask = rowMask(b, prediction, shape);
    const classWeight = options.classWeight && classWeightsOf(b, options.classWeight, classes);
    const ignored = options.ignoreClass === undefined ? NO_LABEL : options.ignoreClass >>> 0;
    const rows = b.activation('rows', shape, { differentiable: false });
    const loss = b.activation('loss', [1], { differentiable: false });
    const M = sizeOf(shape);
    const countsAll = options.labelsChecked && options.ignoreClass === undefined && !classWeight;
    const { total, count } = totalOf(b, {
      shape,
      divisor: reduction === 'sum' ? 'one' : reduction === 'mean' ? 'weights' : 'rows',
      mask,
      rowWeight,
      weight,
      labels: labels && !countsAll ? { labels, classes, ignored, classWeight } : undefined,
    });
    const common = { total, classes, ignored };
    /** Emits the loss of `count` rows from `first` on, of which `logits` [count, V] is given. */
    const emitRows = (first: number, count: number, logits: Tensor, gradient: 0 | 1): void => {
      const part = (t: Tensor, width = 1) =>
        count === M ? t : b.view(t, first * width, width === 1 ? [count] : [count, width]);
      const these = {
        ...common,
        logits,
        loss: part(rows),
        rows: count,
        classWeight,
        rowWeight: rowWeight && part(rowWeight),
        mask: mask && part(mask),
        smoothing,
        gradient,
      };
      if (labels) softmaxCrossEntropy(b, { ...these, labels: part(labels) });
      else softmaxCrossEntropySoft(b, { ...these, targets: part(target, classes) });
    };
    const keep = options.keepLogits ?? false;
    const training = b.training && !options.measure;
    const parts = b.claim(x, training && !keep);
    const place = parts ? undefined : gradientPlace(b, x, keep, training);
    count();
    if (parts) inParts(b, parts, classes, training, emitRows);
    else if (place) emitRows(0, M, place.logits, place.gradient);
    lossSum(b, { rowLoss: rows, total, loss, rows: M, rowWeight, sums, samples });
    return { loss, rows, total };
  });
}

/**
 * Emits a loss over logits that are never stored whole: some rows at a time, their product, loss and gradient, and what
 * the gradient adds to the layer below. The sums of the layer's gradients run over the parts in order.
 */
function inParts(
  b: Builder,
  parts: RowParts,
  classes: number,
  training: boolean,
  emitRows: (first: number, count: number, logits: Tensor, gradient: 0 | 1) => void,
): void {
  const backward = training ? parts.backward() : undefined;
  eachPart(b, parts, classes, (first, count, logits) => {
    emitRows(first, count, logits, training ? 1 : 0);
    backward?.(first, count, logits);
  });
}

/** Where the kernel finds the logits and leaves their gradient: in place, or in a copy that is added later. */
function gradientPlace(
  b: Builder,
  prediction: Tensor,
  keep: boolean,
  training: boolean,
): { logits: Tensor; gradient: 0 | 1 } {
  expectValues(b, prediction);
  if (!training || !prediction.differentiable) return { logits: prediction, gradient: 0 };
  if (!keep && prediction.role === 'activation' && b.adoptGrad(prediction, prediction)) {
    return { logits: prediction, gradient: 1 };
  }
  const logits = b.scratch('logits', prediction.shape);
  b.copy(prediction, logits);
  b.onBackward(() => {
    const into = b.gradInto(prediction);
    if (into?.accumulate === 1) addInto(b, logits, into.tensor);
    else if (into) b.copy(logits, into.tensor);
  });
  return { logits, gradient: 1 };
}

/** The class weights as a constant of the plan, [V]. */
function classWeightsOf(b: Builder, weights: ArrayLike<number>, classes: number): Tensor {
  if (weights.length !== classes) {
    throw new ShapeError(
      `[${b.path}] classWeight expected [${classes}] = [V], got ${show([weights.length])}`,
    );
  }
  return tensor(`${b.path}/class_weight`, [classes], 'scratch', { initial: () => weights });
}

function checkCrossEntropy(where: string, options: SparseCrossEntropyOptions): void {
  const { classWeight, labelSmoothing = 0, reduction = 'mean', ignoreClass } = options;
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    throw new OptionError(`[${where}] labelSmoothing must be from 0 to 1, got ${labelSmoothing}`);
  }
  if (!['mean', 'sum', 'sumOverBatchSize'].includes(reduction)) {
    throw new OptionError(
      `[${where}] reduction must be 'mean', 'sum' or 'sumOverBatchSize', got ${reduction}`,
    );
  }
  const fits = ignoreClass === undefined || (ignoreClass >= -(2 ** 31) && ignoreClass < 2 ** 32);
  if (!fits || !Number.isInteger(ignoreClass ?? 0)) {
    throw new OptionError(`[${where}] ignoreClass must be a 32-bit integer, got ${ignoreClass}`);
  }
  for (const weight of Array.from(classWeight ?? [])) {
    if (!(Number.isFinite(weight) && weight >= 0)) {
      throw new OptionError(`[${where}] a class weight must be a number from 0 on, got ${weight}`);
    }
  }
}

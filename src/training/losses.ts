// Losses: functions that emit the loss of a prediction and leave its gradient where the backward steps find it.
import type { Builder } from '../core/builder.ts';
import type { RowParts } from '../core/deferred.ts';
import { OptionError, ShapeError, show } from '../core/errors.ts';
import { expectShape, rootOf, sizeOf, sourceOf, type Tensor, tensor } from '../core/tensor.ts';
import { labelWeight } from '../kernels/label_weight.ts';
import { lossSum } from '../kernels/loss_sum.ts';
import { NO_LABEL, softmaxCrossEntropy } from '../kernels/softmax_cross_entropy.ts';
import { softmaxCrossEntropySoft } from '../kernels/softmax_cross_entropy_soft.ts';
import { addInto } from '../kernels/sum_slices.ts';
import { probabilities } from '../layers/activation.ts';

/** Emits a loss and returns it, [1]; a loss of your own is just such a function. */
export type Loss = (b: Builder, prediction: Tensor, target: Tensor) => Tensor;

export interface CrossEntropyOptions {
  /** Predictions are logits, the only kind there is: softmax and logarithm belong to the loss. */
  fromLogits?: true;
  /** V weights, one a class; a mean is divided by the weights of its labels, as in torch. */
  classWeight?: ArrayLike<number>;
  /** The part of each target that is spread evenly over all classes, in [0, 1]; default 0. */
  labelSmoothing?: number;
  /** Default 'mean': over the rows that count. */
  reduction?: 'mean' | 'sum';
  /** A weight for each row, of the shape of the predictions without their last axis. */
  rowWeight?: Tensor;
  /** A state [2] that gets (Σ of the weighted losses, Σ of the divisors) added: their quotient is the mean of many runs. */
  sums?: Tensor;
  /**
   * Keep the predictions as they are in a training plan, for a metric or a second loss after this one; default false.
   * It costs a copy of them.
   */
  keepLogits?: boolean;
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
 * Cross entropy of logits [...,V] with labels [...] u32: -log softmax(x)[label], as torch.nn.functional.cross_entropy
 * and Keras' SparseCategoricalCrossentropy. See `crossEntropyRows` for what is overwritten.
 * @throws OptionError for options out of range, ShapeError for tensors that do not fit.
 */
export function sparseCategoricalCrossentropy(options: SparseCrossEntropyOptions = {}): Loss {
  checkOptions('sparseCategoricalCrossentropy', options);
  return (b, prediction, target) => {
    if (target.dtype !== 'u32') {
      throw new ShapeError(
        `[sparseCategoricalCrossentropy] takes labels as u32, got ${target.dtype} ${show(target.shape)}` +
          ` (${target.name}); for target distributions take categoricalCrossentropy`,
      );
    }
    return crossEntropyRows(b, prediction, target, options).loss;
  };
}

/**
 * Cross entropy of logits [...,V] with target distributions t [...,V]: -Σ t_c·log softmax(x)_c, as torch with class
 * probabilities and Keras' CategoricalCrossentropy; a mean is divided by the number (or weights) of the rows.
 * @throws OptionError for options out of range, ShapeError for tensors that do not fit.
 */
export function categoricalCrossentropy(options: CrossEntropyOptions = {}): Loss {
  checkOptions('categoricalCrossentropy', options);
  return (b, prediction, target) => {
    if (target.dtype !== 'f32') {
      throw new ShapeError(
        `[categoricalCrossentropy] takes target distributions as f32, got ${target.dtype} ${show(target.shape)}` +
          ` (${target.name}); for labels take sparseCategoricalCrossentropy`,
      );
    }
    return crossEntropyRows(b, prediction, target, options).loss;
  };
}

/**
 * Emits the cross entropy of logits [...,V] with labels [...] u32 or distributions [...,V], row by row and reduced.
 *
 * With q_c = w_c·((1-s)·t_c + s/V): row = -Σ q_c·log softmax(x)_c and loss = Σ row·rowWeight / total. For 'mean', total
 * is Σ w[label]·rowWeight over the rows that count (Σ rowWeight for distributions), for 'sum' it is 1. Rows with an
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
  checkOptions(where, options);
  const { labelSmoothing: smoothing = 0, reduction = 'mean', rowWeight, sums } = options;
  const classes = prediction.shape.at(-1);
  if (classes === undefined) {
    throw new ShapeError(`[${where}] expected logits [..., V], got a scalar (${prediction.name})`);
  }
  if (probabilities(b).has(sourceOf(prediction))) {
    throw new OptionError(
      `[${where}] takes logits, but ${prediction.name} went through a softmax already: leave \`activation: 'softmax'\`` +
        ' out of the last layer',
    );
  }
  const shape = prediction.shape.slice(0, -1);
  const labels = target.dtype === 'u32' ? target : undefined;
  expectShape(target, labels ? shape : prediction.shape, where);
  if (rowWeight) expectShape(rowWeight, shape, `${where}/rowWeight`);
  if (sums) expectShape(sums, [2], `${where}/sums`);
  const mask = b.maskOf(prediction);
  if (mask) expectShape(mask, shape, `${where}/mask`);

  return b.scope(where, () => {
    const classWeight = options.classWeight && classWeightsOf(b, options.classWeight, classes);
    const ignored = options.ignoreClass === undefined ? NO_LABEL : options.ignoreClass >>> 0;
    const rows = b.activation('rows', shape, { differentiable: false });
    const loss = b.activation('loss', [1], { differentiable: false });
    const M = sizeOf(shape);
    const countsAll = labels ? options.labelsChecked && options.ignoreClass === undefined : true;
    const weighted = classWeight !== undefined || rowWeight !== undefined || mask !== undefined;
    const known = reduction === 'sum' ? 1 : countsAll && !weighted ? M : undefined;
    const initial = known === undefined ? {} : { initial: () => [known] };
    const total = tensor(`${b.path}/total`, [1], 'scratch', initial);
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
    const parts = b.claim(prediction, b.training && !keep);
    const place = parts ? undefined : gradientPlace(b, prediction, keep);
    if (known === undefined) {
      labelWeight(b, { ...common, rows: M, classWeight, rowWeight, mask, labels, reduction });
    }
    if (parts) inParts(b, parts, classes, emitRows);
    else if (place) emitRows(0, M, place.logits, place.gradient);
    lossSum(b, { rowLoss: rows, total, loss, rows: M, rowWeight, sums });
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
  emitRows: (first: number, count: number, logits: Tensor, gradient: 0 | 1) => void,
): void {
  const { wholeBytes, bindingBytes } = b.limits;
  const most = Math.max(1, Math.floor(Math.min(wholeBytes, bindingBytes) / (4 * classes)));
  // Parts of equal size; multiples of 64 rows, so that the parts of labels and losses begin where WebGPU can bind.
  const even = Math.ceil(parts.rows / Math.ceil(parts.rows / most));
  const count = most < 64 ? even : Math.min(Math.ceil(even / 64) * 64, Math.floor(most / 64) * 64);
  const logits = b.scratch('logits', [count, classes]);
  const backward = b.training ? parts.backward() : undefined;
  for (let first = 0; first < parts.rows; first += count) {
    const left = Math.min(count, parts.rows - first);
    const some = left === count ? logits : b.view(logits, 0, [left, classes]);
    parts.forward(first, left, some);
    emitRows(first, left, some, backward ? 1 : 0);
    backward?.(first, left, some);
  }
}

/** Where the kernel finds the logits and leaves their gradient: in place, or in a copy that is added later. */
function gradientPlace(b: Builder, prediction: Tensor, keep: boolean): { logits: Tensor; gradient: 0 | 1 } {
  const arrived = b.gradOf(prediction);
  if (arrived && rootOf(arrived) === rootOf(prediction)) {
    throw new ShapeError(
      `[${b.path}] the gradient of another loss has overwritten ${prediction.name} ${show(prediction.shape)};` +
        ' give the other loss `keepLogits: true`',
    );
  }
  if (!b.training || !prediction.differentiable) return { logits: prediction, gradient: 0 };
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

function checkOptions(where: string, options: SparseCrossEntropyOptions): void {
  const { fromLogits, classWeight, labelSmoothing = 0, reduction = 'mean', ignoreClass } = options;
  if ((fromLogits as boolean | undefined) === false) {
    throw new OptionError(
      `[${where}] takes logits, so fromLogits cannot be false: put no softmax on the last layer` +
        " (activation: 'linear'), and apply softmax where you want probabilities",
    );
  }
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    throw new OptionError(`[${where}] labelSmoothing must be from 0 to 1, got ${labelSmoothing}`);
  }
  if (reduction !== 'mean' && reduction !== 'sum') {
    throw new OptionError(`[${where}] reduction must be 'mean' or 'sum', got ${reduction}`);
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

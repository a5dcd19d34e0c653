// Losses of classes: cross entropy and its relatives, of logits or of probabilities.
import type { Builder } from '../../core/builder.ts';
import { OptionError, ShapeError, show } from '../../core/errors.ts';
import { checkOptions } from '../../core/options.ts';
import type { Tensor } from '../../core/tensor.ts';
import { batchOf } from '../../layers/layout.ts';
import { areFractions, logitsBehind } from '../../layers/probabilities.ts';
import { crossEntropyRows } from './cross_entropy.ts';
import {
  defineLoss,
  type EmitOptions,
  expectNumber,
  expectReduction,
  type LossEmission,
  type LossFunction,
  type LossOptions,
  type Reduction,
  type Targets,
} from './loss.ts';
import { emitRowLoss, expectColumns, type RowLossForm } from './rows.ts';
import { expectNumbers } from './values.ts';
import { rowWeights, withoutLastOne } from './weighing.ts';

export interface ClassLossOptions extends LossOptions {
  /**
   * Whether predictions are logits. By default those that are known to lie in [0,1] are probabilities: what comes out of a
   * softmax, sigmoid or hardSigmoid, of a recurrent layer with these activations, and what is joined, averaged, multiplied,
   * pooled, dropped or moved of such; all others are logits. Keras takes any for probabilities. A softmax (or sigmoid, for
   * the binary losses) that comes last is undone either way, unless `fromLogits` is true.
   */
  fromLogits?: boolean;
  /** The part of each target that is spread evenly over all classes, in [0, 1]; default 0. */
  labelSmoothing?: number;
}

export interface CategoricalOptions extends ClassLossOptions {
  /** Keep the logits as they are in a training plan, for whoever reads them after the loss; it costs a copy. */
  keepLogits?: boolean;
}

export interface SparseCategoricalOptions extends CategoricalOptions {
  /** Rows with this label do not count; negative numbers are taken as 32-bit integers. */
  ignoreClass?: number;
  /** Says that every label has been checked to lie in [0,V), which saves counting the rows; default false. */
  labelsChecked?: boolean;
}

/** What a class loss works on: logits, or probabilities. */
export function read(
  b: Builder,
  prediction: Tensor,
  fromLogits: boolean | undefined,
  kind: 'softmax' | 'sigmoid',
): { on: Tensor; logits: boolean } {
  const behind = fromLogits === true ? undefined : logitsBehind(b, prediction, kind);
  const logits = behind !== undefined || (fromLogits ?? !areFractions(b, prediction));
  return { on: behind ?? prediction, logits };
}

/** The common options, checked. */
export function common<O extends ClassLossOptions>(
  defaultName: string,
  options: O,
  names: readonly string[],
) {
  checkOptions(defaultName, options, ['name', 'reduction', 'fromLogits', 'labelSmoothing', ...names]);
  const { name = defaultName, reduction = 'sumOverBatchSize', fromLogits, labelSmoothing = 0 } = options;
  expectReduction(name, reduction);
  expectNumber(`${name}/labelSmoothing`, labelSmoothing, 0, 1);
  if (fromLogits !== undefined && typeof fromLogits !== 'boolean') {
    throw new OptionError(`[${name}/fromLogits] must be true or false, or left out, got ${fromLogits}`);
  }
  const config = { name, reduction, labelSmoothing, ...(fromLogits !== undefined && { fromLogits }) };
  return { name, reduction, fromLogits, labelSmoothing, config };
}

/** The fused cross entropy, with Keras' divisor. */
function crossEntropy(
  b: Builder,
  prediction: Tensor,
  target: Tensor,
  form: {
    reduction: Reduction;
    labelSmoothing: number;
    ignoreClass?: number | undefined;
    keepLogits: boolean;
    literally: boolean;
  },
  options: EmitOptions,
): LossEmission {
  const { reduction, labelSmoothing, ignoreClass, keepLogits, literally } = form;
  const { weight, sums, labelsChecked, keepPrediction, measure = false } = options;
  const rowWeight = rowWeights(b, options.sampleWeight, prediction.shape.slice(0, -1));
  const reduced = { sum: 'sum', none: 'sum', meanWithSampleWeight: 'mean' } as const;
  return crossEntropyRows(b, prediction, target, {
    labelSmoothing,
    reduction: reduced[reduction as keyof typeof reduced] ?? 'sumOverBatchSize',
    keepLogits: keepLogits || (keepPrediction ?? false),
    literally,
    measure,
    ...(ignoreClass !== undefined && { ignoreClass }),
    ...(rowWeight && { rowWeight }),
    ...(weight !== undefined && { weight }),
    ...(sums && { sums }),
    ...(sums && !measure && { samples: batchOf(prediction) }),
    ...(labelsChecked !== undefined && { labelsChecked }),
  });
}

function categorical(
  className: string,
  targets: Targets,
  options: SparseCategoricalOptions,
  checked: ReturnType<typeof common>,
): LossFunction {
  const { ignoreClass, keepLogits = false, labelsChecked = false } = options;
  const { name, reduction, labelSmoothing, fromLogits } = checked;
  if (ignoreClass !== undefined) expectIgnored(name, ignoreClass);
  const own = { ...(ignoreClass !== undefined && { ignoreClass }), ...(keepLogits && { keepLogits }) };
  return defineLoss({
    name,
    className,
    targets,
    config: { ...checked.config, ...own },
    emit(b, prediction, given, asked) {
      const options = labelsChecked ? { ...asked, labelsChecked } : asked;
      const columns = expectColumns(name, prediction);
      const labels = targets === 'labels';
      if (labels) expectLabels(name, given);
      else expectNumbers(name, given, '; for labels take sparseCategoricalCrossentropy');
      const { logits } = read(b, prediction, fromLogits, 'softmax');
      if (!logits) {
        const smoothing = { kept: 1 - labelSmoothing, shift: labelSmoothing / columns };
        const form: RowLossForm = { name, kind: 'categorical', preparation: 'sum', reduction, ...smoothing };
        return emitRowLoss(b, prediction, given, { ...form, ignoreClass }, options);
      }
      const target = labels ? withoutLastOne(b, given, prediction.shape.slice(0, -1)) : given;
      const literally = fromLogits === true;
      const form = { reduction, labelSmoothing, ignoreClass, keepLogits, literally };
      return crossEntropy(b, prediction, target, form, options);
    },
  });
}

/**
 * Cross entropy with labels [...] or [...,1] u32: -log softmax(x)[label] of logits x [...,V], -log(p[label]/Σp) of
 * probabilities p, kept from 0 and 1 by 1e-7. See `crossEntropyRows` for what is overwritten.
 * @throws OptionError for options out of range; the loss throws ShapeError for tensors that do not fit.
 */
export function sparseCategoricalCrossentropy(options: SparseCategoricalOptions = {}): LossFunction {
  const checked = common('sparse_categorical_crossentropy', options, [
    'ignoreClass',
    'keepLogits',
    'labelsChecked',
  ]);
  return categorical('SparseCategoricalCrossentropy', 'labels', options, checked);
}

/**
 * Cross entropy with target distributions t [...,V]: -Σ t·log softmax(x) of logits x [...,V], -Σ t·log(p/Σp) of
 * probabilities p, kept from 0 and 1 by 1e-7. See `crossEntropyRows` for what is overwritten.
 * @throws OptionError for options out of range; the loss throws ShapeError for tensors that do not fit.
 */
export function categoricalCrossentropy(options: CategoricalOptions = {}): LossFunction {
  const checked = common('categorical_crossentropy', options, ['keepLogits']);
  return categorical('CategoricalCrossentropy', 'values', options, checked);
}

export interface BinaryCrossentropyOptions extends ClassLossOptions {
  /** C weights of the positive class, one a column, as torch's pos_weight; for logits. */
  posWeight?: readonly number[];
}

/**
 * Cross entropy of two classes with targets t [...,C], mean over the last axis: log(1 + exp(x)) - t·x of logits x,
 * -t·log p - (1 - t)·log(1 - p) of probabilities p, kept from 0 and 1 by 1e-7.
 * @throws OptionError for options out of range; the loss throws ShapeError for tensors that do not fit.
 */
export function binaryCrossentropy(options: BinaryCrossentropyOptions = {}): LossFunction {
  const checked = common('binary_crossentropy', options, ['posWeight']);
  const { name, reduction, labelSmoothing, fromLogits } = checked;
  const { posWeight } = options;
  if (posWeight && fromLogits === false) {
    throw new OptionError(`[${name}] posWeight is for logits: leave fromLogits out, or make it true`);
  }
  return defineLoss({
    name,
    className: 'BinaryCrossentropy',
    targets: 'values',
    twoWay: true,
    config: { ...checked.config, ...(posWeight && { posWeight: [...posWeight] }) },
    emit(b, prediction, target, given) {
      expectNumbers(name, target);
      const { on, logits } = read(b, prediction, fromLogits, 'sigmoid');
      const smoothing = { kept: 1 - labelSmoothing, shift: labelSmoothing / 2 };
      const kind = logits ? 'binaryLogits' : 'binary';
      const form: RowLossForm = { name, kind, on, reduction, ...smoothing, classWeight: posWeight };
      return emitRowLoss(b, prediction, target, form, given);
    },
  });
}

/** @throws OptionError unless a label to ignore is a 32-bit integer. */
export function expectIgnored(name: string, ignoreClass: number): void {
  const fits = ignoreClass >= -(2 ** 31) && ignoreClass < 2 ** 32 && Number.isInteger(ignoreClass);
  if (!fits) throw new OptionError(`[${name}] ignoreClass must be a 32-bit integer, got ${ignoreClass}`);
}

/** @throws ShapeError unless targets are labels. */
export function expectLabels(name: string, target: Tensor): void {
  if (target.dtype === 'u32') return;
  throw new ShapeError(
    `[${name}] takes labels as u32, got ${target.dtype} ${show(target.shape)} (${target.name});` +
      ' for target distributions take categoricalCrossentropy',
  );
}

// Accuracies: the part of the rows whose prediction is right, in all of Keras' kinds.
import type { Builder } from '../../core/builder.ts';
import { OptionError, ShapeError, show } from '../../core/errors.ts';
import { checkOptions, shown } from '../../core/options.ts';
import { expectCount, expectShape, sizeOf, type Tensor } from '../../core/tensor.ts';
import { argmax } from '../../kernels/argmax.ts';
import { labelMatch } from '../../kernels/label_match.ts';
import { thresholdMatch } from '../../kernels/threshold_match.ts';
import { topKMatch } from '../../kernels/top_k_match.ts';
import { eachPart } from '../losses/parts.ts';
import { withoutLastOne } from '../losses/weighing.ts';
import {
  areLogits,
  defineMetric,
  type LogitsOption,
  type Metric,
  type MetricOptions,
  type MetricState,
  meanOfRows,
} from './metric.ts';

export interface NamedMetric {
  /** What logs call it; default: its name in snake case. */
  name?: string;
}

export interface SparseAccuracyOptions extends NamedMetric {
  /** Rows with this label do not count; negative numbers are taken as 32-bit integers. */
  ignoreClass?: number | undefined;
}

/** The part of rows [...,V] whose largest score is that of the label [...] u32. */
export function sparseCategoricalAccuracy(options: SparseAccuracyOptions = {}): Metric {
  checkOptions('sparseCategoricalAccuracy', options, ['name', 'ignoreClass']);
  const { name = 'sparse_categorical_accuracy', ignoreClass } = options;
  return defineMetric(
    'SparseCategoricalAccuracy',
    name,
    ignoreClass === undefined ? {} : { ignoreClass },
    (b, prediction, target, given) => labelled(b, prediction, target, given, { k: 1, ignoreClass }),
  );
}

export interface TopKOptions extends NamedMetric {
  /** Default 5. */
  k?: number;
}

/**
 * The part of rows [...,V] in which fewer than k scores are larger than that of the label [...] u32.
 * @throws OptionError unless k is a positive integer.
 */
export function sparseTopKCategoricalAccuracy(options: TopKOptions = {}): Metric {
  checkOptions('sparseTopKCategoricalAccuracy', options, ['name', 'k']);
  const { name = 'sparse_top_k_categorical_accuracy', k = 5 } = options;
  expectCount(k, `${name}/k`);
  return defineMetric('SparseTopKCategoricalAccuracy', name, { k }, (b, prediction, target, given) =>
    labelled(b, prediction, target, given, { k, top: true }),
  );
}

/** The part of rows [...,V] whose largest score is where that of the one-hot targets [...,V] is. */
export function categoricalAccuracy(options: NamedMetric = {}): Metric {
  checkOptions('categoricalAccuracy', options, ['name']);
  const { name = 'categorical_accuracy' } = options;
  return defineMetric('CategoricalAccuracy', name, {}, (b, prediction, target, given) =>
    labelled(b, prediction, labelsOf(b, prediction, target), given, { k: 1 }),
  );
}

/**
 * The part of rows [...,V] in which fewer than k scores are larger than that of the class of the one-hot targets [...,V].
 * @throws OptionError unless k is a positive integer.
 */
export function topKCategoricalAccuracy(options: TopKOptions = {}): Metric {
  checkOptions('topKCategoricalAccuracy', options, ['name', 'k']);
  const { name = 'top_k_categorical_accuracy', k = 5 } = options;
  expectCount(k, `${name}/k`);
  return defineMetric('TopKCategoricalAccuracy', name, { k }, (b, prediction, target, given) =>
    labelled(b, prediction, labelsOf(b, prediction, target), given, { k, top: true }),
  );
}

export interface ThresholdOptions extends NamedMetric {
  /** Between 0 and 1; default 0.5. */
  threshold?: number;
  /** Whether predictions are logits, for which thresholds are moved; 'auto': unless they are known to lie in [0,1]. Default false. */
  fromLogits?: LogitsOption;
}

/**
 * The mean over the last axis of [...,C] of whether x > threshold is what the target of 0 or 1 says.
 * @throws OptionError for a threshold outside of [0, 1].
 */
export function binaryAccuracy(options: ThresholdOptions = {}): Metric {
  checkOptions('binaryAccuracy', options, ['name', 'threshold', 'fromLogits']);
  const { name = 'binary_accuracy', threshold = 0.5, fromLogits = false } = options;
  expectThreshold(name, threshold);
  return defineMetric('BinaryAccuracy', name, { threshold, fromLogits }, (b, prediction, target, given) =>
    binary(b, prediction, target, given, { threshold, fromLogits }),
  );
}

export interface AccuracyOptions extends SparseAccuracyOptions {
  /** As `binaryAccuracy` has it. */
  fromLogits?: LogitsOption;
}

/**
 * The accuracy that suits the shapes, as Keras' 'accuracy' chooses: of tags where the prediction is u32, binary for one
 * column, else of the largest score, with labels where the targets are u32 and one-hot targets otherwise.
 */
export function accuracy(options: AccuracyOptions = {}): Metric {
  checkOptions('accuracy', options, ['name', 'ignoreClass', 'fromLogits']);
  const { name = 'accuracy', ignoreClass, fromLogits = false } = options;
  const config = { fromLogits, ...(ignoreClass !== undefined && { ignoreClass }) };
  return defineMetric('Accuracy', name, config, (b, prediction, target, given) => {
    if (prediction.dtype === 'u32') return ofTags(b, prediction, target, given);
    const columns = prediction.shape.at(-1);
    if (columns === 1 && target.dtype === 'f32') {
      return binary(b, prediction, target, given, { threshold: 0.5, fromLogits });
    }
    const labels = target.dtype === 'u32' ? target : labelsOf(b, prediction, target);
    return labelled(b, prediction, labels, given, { k: 1, ignoreClass });
  });
}

/** The part of predicted tags [T,N] u32, such as those of a `crf`, that are the given ones [T,N] u32. */
export function tagAccuracy(options: NamedMetric = {}): Metric {
  checkOptions('tagAccuracy', options, ['name']);
  const { name = 'tag_accuracy' } = options;
  return defineMetric('TagAccuracy', name, {}, ofTags);
}

function ofTags(
  b: Builder,
  prediction: Tensor,
  target: Tensor,
  { sampleWeight }: MetricOptions,
): MetricState {
  const labels = withoutLastOne(b, target, prediction.shape);
  for (const t of [prediction, labels]) expectLabels(b.path, t);
  expectShape(labels, prediction.shape, b.path);
  return meanOfRows(b, {
    prediction,
    shape: prediction.shape,
    sampleWeight,
    emit: (score) => labelMatch(b, { predicted: prediction, labels, score }),
  });
}

function labelled(
  b: Builder,
  prediction: Tensor,
  target: Tensor,
  { sampleWeight }: MetricOptions,
  { k, top = false, ignoreClass }: { k: number; top?: boolean; ignoreClass?: number | undefined },
): MetricState {
  const { shape, columns, rows } = rowsOf(b, prediction);
  expectLabels(b.path, target);
  const labels = withoutLastOne(b, target, shape);
  expectShape(labels, shape, b.path);
  const ignored = ignoreClass === undefined ? undefined : ignoreClass >>> 0;
  return meanOfRows(b, {
    prediction,
    shape,
    sampleWeight,
    labels: { labels, classes: columns, ignored },
    emit(score) {
      const match = { columns, k, first: top ? 0 : 1 } as const;
      // Logits that a loss takes in parts are computed in parts for the metric too, and so once more.
      const parts = b.claim(prediction, false);
      if (!parts) return topKMatch(b, { x: prediction, labels, score, rows, ...match });
      eachPart(b, parts, columns, (first, count, x) => {
        const part = (t: Tensor) => b.view(t, first, [count]);
        topKMatch(b, { x, labels: part(labels), score: part(score), rows: count, ...match });
      });
    },
  });
}

function binary(
  b: Builder,
  prediction: Tensor,
  given: Tensor,
  { sampleWeight }: MetricOptions,
  options: { threshold: number; fromLogits: LogitsOption },
): MetricState {
  const { shape, columns, rows } = rowsOf(b, prediction);
  const targets = expectTargets(b, prediction, given);
  const threshold = thresholdOf(b, prediction, options);
  return meanOfRows(b, {
    prediction,
    shape,
    sampleWeight,
    emit: (score) => thresholdMatch(b, { x: prediction, targets, score, rows, columns, threshold }),
  });
}

/** Where a threshold of probabilities lies among predictions. */
export function thresholdOf(
  b: Builder,
  prediction: Tensor,
  { threshold, fromLogits }: { threshold: number; fromLogits: LogitsOption },
): number {
  if (!areLogits(b, prediction, fromLogits)) return threshold;
  return Math.min(Math.max(Math.log(threshold / (1 - threshold)), -1e30), 1e30);
}

/** The leading dimensions of a prediction [...,C], their size, and C. @throws ShapeError for a scalar or for tags. */
export function rowsOf(b: Builder, prediction: Tensor) {
  const columns = prediction.shape.at(-1);
  if (columns === undefined || prediction.dtype !== 'f32') {
    throw new ShapeError(
      `[${b.path}] expected predictions [..., C] of f32, got ${prediction.dtype} ${show(prediction.shape)} (${prediction.name})`,
    );
  }
  const shape = prediction.shape.slice(0, -1);
  return { shape, columns, rows: sizeOf(shape) };
}

/** The classes [...] of one-hot targets [...,V]. */
export function labelsOf(b: Builder, prediction: Tensor, given: Tensor): Tensor {
  const { shape, columns, rows } = rowsOf(b, prediction);
  const target = expectTargets(b, prediction, given);
  const labels = b.scratch('labels', shape, 'u32');
  argmax(b, { x: target, y: labels, rows, columns });
  return labels;
}

/** @throws ShapeError unless the targets are numbers of the prediction's shape. */
export function expectTargets(b: Builder, prediction: Tensor, given: Tensor): Tensor {
  if (given.dtype !== 'f32') {
    throw new ShapeError(
      `[${b.path}] takes targets as f32, got ${given.dtype} ${show(given.shape)} (${given.name}); for labels take` +
        " sparseCategoricalAccuracy, or 'accuracy', which chooses",
    );
  }
  const target = withoutLastOne(b, given, prediction.shape);
  expectShape(target, prediction.shape, b.path);
  return target;
}

/** @throws ShapeError unless `t` has labels. */
export function expectLabels(where: string, t: Tensor): void {
  if (t.dtype === 'u32') return;
  throw new ShapeError(`[${where}] takes labels as u32, got ${t.dtype} ${show(t.shape)} (${t.name})`);
}

/** @throws OptionError unless a threshold lies between 0 and 1. */
export function expectThreshold(where: string, threshold: number): void {
  if (typeof threshold === 'number' && threshold >= 0 && threshold <= 1) return;
  throw new OptionError(`[${where}/threshold] must be a number from 0 to 1, got ${shown(threshold)}`);
}

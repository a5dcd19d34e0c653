// Metrics that are made of hits, predictions and occurrences: precision, recall and F1.
import type { Builder } from '../../core/builder.ts';
import { OptionError } from '../../core/errors.ts';
import { checkOptions, shown } from '../../core/options.ts';
import { expectShape, sizeOf, type Tensor } from '../../core/tensor.ts';
import { argmax } from '../../kernels/argmax.ts';
import { labelCounts } from '../../kernels/label_counts.ts';
import { scoreHistogram } from '../../kernels/score_histogram.ts';
import { rowMask, rowWeights, withoutLastOne } from '../losses/weighing.ts';
import {
  expectLabels,
  expectTargets,
  expectThreshold,
  labelsOf,
  type NamedMetric,
  rowsOf,
  thresholdOf,
} from './accuracies.ts';
import {
  defineMetric,
  type LogitsOption,
  type Metric,
  type MetricOptions,
  type MetricState,
} from './metric.ts';

/**
 * How the numbers of classes become one: `micro` counts all classes as one, `macro` is their plain mean, `weighted` their
 * mean by occurrence; a number is that class alone.
 */
export type Average = 'micro' | 'macro' | 'weighted' | number;

export interface ConfusionOptions extends NamedMetric {
  /** Default: micro with a threshold, macro without. */
  average?: Average;
  /**
   * A column is predicted where it is above this. By default 0.5 for targets that are numbers, of which each column is a
   * yes or no; without, a row is of the class of its largest score: for labels (u32), and where this is null.
   */
  threshold?: number | null;
  /** Whether predictions are logits, for which thresholds are moved; 'auto': unless they are known to lie in [0,1]. Default false. */
  fromLogits?: LogitsOption;
  /** How many classes tags (u32) have: for predictions that are labels already. */
  classes?: number;
  /** Rows with this label do not count. */
  ignoreClass?: number;
}

/** What is known of one class. */
interface Counts {
  hits: number;
  predicted: number;
  actual: number;
}

/** Σ hits / Σ predicted: the part of the predictions that are right; 0 where nothing is predicted. See ConfusionOptions. */
export function precision(options: ConfusionOptions = {}): Metric {
  return confusion('Precision', 'precision', options, ({ hits, predicted }) => ratio(hits, predicted));
}

/** Σ hits / Σ actual: the part of what there is that is found; 0 where there is nothing. See ConfusionOptions. */
export function recall(options: ConfusionOptions = {}): Metric {
  return confusion('Recall', 'recall', options, ({ hits, actual }) => ratio(hits, actual));
}

/** 2·precision·recall / (precision + recall). See ConfusionOptions. */
export function f1Score(options: ConfusionOptions = {}): Metric {
  return confusion('F1Score', 'f1_score', options, ({ hits, predicted, actual }) =>
    ratio(2 * hits, predicted + actual),
  );
}

function ratio(a: number, c: number): number {
  return c === 0 ? 0 : a / c;
}

function confusion(
  className: string,
  defaultName: string,
  options: ConfusionOptions,
  score: (counts: Counts) => number,
): Metric {
  const names = ['name', 'average', 'threshold', 'fromLogits', 'classes', 'ignoreClass'];
  checkOptions(defaultName, options, names);
  const { name = defaultName, average, threshold, fromLogits = false, classes, ignoreClass } = options;
  const averages: readonly unknown[] = [undefined, 'micro', 'macro', 'weighted'];
  if (!averages.includes(average) && !(Number.isInteger(average) && (average as number) >= 0)) {
    throw new OptionError(
      `[${name}/average] must be 'micro', 'macro', 'weighted' or a class, got ${shown(average)}`,
    );
  }
  if (typeof threshold === 'number') expectThreshold(name, threshold);
  const { name: _, ...config } = options;
  return defineMetric(className, name, config, (b, prediction, target, given) => {
    const columnwise = threshold !== null && target.dtype === 'f32';
    const counted = columnwise
      ? byThreshold(b, prediction, target, given, { threshold: threshold ?? 0.5, fromLogits })
      : byLabel(b, prediction, target, given, { classes, ignoreClass });
    const chosen = average ?? (columnwise ? 'micro' : 'macro');
    if (typeof chosen === 'number' && chosen >= counted.classes) {
      throw new OptionError(`[${name}/average] there is no class ${chosen} among ${counted.classes}`);
    }
    return { state: counted.state, result: (values) => averaged(counted.read(values), chosen, score) };
  });
}

function averaged(counts: readonly Counts[], average: Average, score: (counts: Counts) => number): number {
  if (typeof average === 'number') return score(counts[average]);
  const total = counts.reduce((a, c) => ({
    hits: a.hits + c.hits,
    predicted: a.predicted + c.predicted,
    actual: a.actual + c.actual,
  }));
  if (average === 'micro') return score(total);
  const weight = ({ actual }: Counts) => (average === 'macro' ? 1 : actual);
  const weights = average === 'macro' ? counts.length : total.actual;
  return ratio(
    counts.reduce((sum, one) => sum + weight(one) * score(one), 0),
    weights,
  );
}

interface Counted {
  state: MetricState['state'];
  classes: number;
  read(values: ArrayLike<number>): Counts[];
}

/** Each column a class that is predicted or not. */
function byThreshold(
  b: Builder,
  prediction: Tensor,
  target: Tensor,
  { sampleWeight }: MetricOptions,
  options: { threshold: number; fromLogits: LogitsOption },
): Counted {
  const { shape, columns, rows } = rowsOf(b, prediction);
  const targets = expectTargets(b, prediction, target);
  const state = b.state('counts', [columns, 2, 2]);
  scoreHistogram(b, {
    x: prediction,
    targets,
    counts: state,
    rows,
    columns,
    bins: 2,
    threshold: thresholdOf(b, prediction, options),
    rowWeight: rowWeights(b, sampleWeight, shape),
    mask: rowMask(b, prediction, shape),
  });
  const read = (values: ArrayLike<number>): Counts[] =>
    Array.from({ length: columns }, (_, column) => {
      const [missed, , hits, wrong] = [0, 1, 2, 3].map((i) => values[4 * column + i]);
      return { hits, predicted: hits + wrong, actual: hits + missed };
    });
  return { state, classes: columns, read };
}

/** Each row of the class of its largest score, or of the tag that is predicted. */
function byLabel(
  b: Builder,
  prediction: Tensor,
  target: Tensor,
  { sampleWeight }: MetricOptions,
  { classes: given, ignoreClass }: { classes: number | undefined; ignoreClass: number | undefined },
): Counted {
  const tagged = prediction.dtype === 'u32';
  const shape = tagged ? prediction.shape : rowsOf(b, prediction).shape;
  const classes = given ?? (tagged ? undefined : prediction.shape.at(-1));
  if (classes === undefined) {
    throw new OptionError(`[${b.path}/classes] says how many kinds of tags there are; give the number`);
  }
  let predicted = prediction;
  if (!tagged) {
    predicted = b.scratch('predicted', shape, 'u32');
    argmax(b, { x: prediction, y: predicted, rows: sizeOf(shape), columns: prediction.shape.at(-1) ?? 1 });
  }
  const labels = target.dtype === 'u32' ? withoutLastOne(b, target, shape) : labelsOf(b, prediction, target);
  expectLabels(b.path, labels);
  expectShape(labels, shape, b.path);
  const state = b.state('counts', [classes, 3]);
  labelCounts(b, {
    predicted,
    labels,
    counts: state,
    rows: sizeOf(shape),
    classes,
    rowWeight: rowWeights(b, sampleWeight, shape),
    mask: rowMask(b, prediction, shape),
    ignored: ignoreClass === undefined ? undefined : ignoreClass >>> 0,
  });
  const read = (values: ArrayLike<number>): Counts[] =>
    Array.from({ length: classes }, (_, i) => ({
      hits: values[3 * i],
      predicted: values[3 * i + 1],
      actual: values[3 * i + 2],
    }));
  return { state, classes, read };
}

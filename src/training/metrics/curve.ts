// The area under the curve of a binary prediction, from thresholds between 0 and 1, as Keras has it.
import { OptionError } from '../../core/errors.ts';
import { checkOptions, shown } from '../../core/options.ts';
import { scoreHistogram } from '../../kernels/score_histogram.ts';
import { rowMask, rowWeights } from '../losses/weighing.ts';
import { expectTargets, type NamedMetric, rowsOf } from './accuracies.ts';
import { areLogits, defineMetric, type LogitsOption, type Metric } from './metric.ts';

export interface AucOptions extends NamedMetric {
  /** Default 200. */
  numThresholds?: number;
  /** True positives over false positives, or precision over recall; default 'ROC'. */
  curve?: 'ROC' | 'PR';
  /** How heights between thresholds are taken; default 'interpolation': the mean of both. For PR Keras' own rule. */
  summationMethod?: 'interpolation' | 'minoring' | 'majoring';
  /** Whether predictions are logits, of which the sigmoid is taken; 'auto': unless they are known to lie in [0,1]. Default false. */
  fromLogits?: LogitsOption;
}

/**
 * The area under the curve of predictions [...,C] between 0 and 1 with targets of 0 or 1, all columns taken together.
 * @throws OptionError for options out of range.
 */
export function auc(options: AucOptions = {}): Metric {
  checkOptions('auc', options, ['name', 'numThresholds', 'curve', 'summationMethod', 'fromLogits']);
  const { name = 'auc', numThresholds: bins = 200, curve = 'ROC' } = options;
  const { summationMethod = 'interpolation', fromLogits = false } = options;
  if (!Number.isSafeInteger(bins) || bins < 3) {
    throw new OptionError(`[${name}/numThresholds] must be an integer from 3 on, got ${shown(bins)}`);
  }
  if (curve !== 'ROC' && curve !== 'PR') {
    throw new OptionError(`[${name}/curve] must be 'ROC' or 'PR', got ${shown(curve)}`);
  }
  if (!['interpolation', 'minoring', 'majoring'].includes(summationMethod)) {
    throw new OptionError(
      `[${name}/summationMethod] must be 'interpolation', 'minoring' or 'majoring', got ${shown(summationMethod)}`,
    );
  }
  const config = { numThresholds: bins, curve, summationMethod, fromLogits };
  return defineMetric('AUC', name, config, (b, prediction, target, { sampleWeight }) => {
    const { shape, columns, rows } = rowsOf(b, prediction);
    const targets = expectTargets(b, prediction, target);
    const state = b.state('counts', [bins, 2]);
    scoreHistogram(b, {
      x: prediction,
      targets,
      counts: state,
      rows: rows * columns,
      columns: 1,
      bins,
      share: columns,
      logits: areLogits(b, prediction, fromLogits),
      rowWeight: rowWeights(b, sampleWeight, shape),
      mask: rowMask(b, prediction, shape),
    });
    return { state, result: (counts) => area(counts, bins, curve, summationMethod) };
  });
}

function area(
  counts: ArrayLike<number>,
  bins: number,
  curve: 'ROC' | 'PR',
  method: 'interpolation' | 'minoring' | 'majoring',
): number {
  // What is above each threshold: true and false positives.
  const tp = new Float64Array(bins);
  const fp = new Float64Array(bins);
  for (let i = bins - 1; i >= 0; i--) {
    tp[i] = counts[2 * i] + (i + 1 < bins ? tp[i + 1] : 0);
    fp[i] = counts[2 * i + 1] + (i + 1 < bins ? fp[i + 1] : 0);
  }
  if (curve === 'PR' && method === 'interpolation') return precisionRecallArea(tp, fp);
  const [positives, negatives] = [tp[0], fp[0]];
  const recall = tp.map((n) => ratio(n, positives));
  const x = curve === 'ROC' ? fp.map((n) => ratio(n, negatives)) : recall;
  const y = curve === 'ROC' ? recall : tp.map((n, i) => ratio(n, n + fp[i]));
  let sum = 0;
  for (let i = 0; i + 1 < bins; i++) {
    const heights = {
      interpolation: (y[i] + y[i + 1]) / 2,
      minoring: Math.min(y[i], y[i + 1]),
      majoring: Math.max(y[i], y[i + 1]),
    };
    sum += (x[i] - x[i + 1]) * heights[method];
  }
  return sum;
}

/** Davis and Goadrich 2006: between two thresholds, true positives grow in proportion to all that is predicted. */
function precisionRecallArea(tp: Float64Array, fp: Float64Array): number {
  let sum = 0;
  for (let i = 0; i + 1 < tp.length; i++) {
    const dtp = tp[i] - tp[i + 1];
    const p = [tp[i] + fp[i], tp[i + 1] + fp[i + 1]];
    const slope = ratio(dtp, Math.max(p[0] - p[1], 0));
    const intercept = tp[i + 1] - slope * p[1];
    const logarithm = p[0] > 0 && p[1] > 0 ? Math.log(p[0] / p[1]) : 0;
    sum += ratio(slope * (dtp + intercept * logarithm), Math.max(tp[0], 0));
  }
  return sum;
}

function ratio(a: number, c: number): number {
  return c === 0 ? 0 : a / c;
}

// All metrics.
export * from './metrics/accuracies.ts';
export { type GivenMetric, type MetricName, metric, metricConfig } from './metrics/by_name.ts';
export { type Average, type ConfusionOptions, f1Score, precision, recall } from './metrics/confusion.ts';
export { type AucOptions, auc } from './metrics/curve.ts';
export {
  meanAbsoluteError,
  meanOfLoss,
  meanSquaredError,
  type PerplexityOptions,
  perplexity,
  rootMeanSquaredError,
} from './metrics/means.ts';
export type { LogitsOption, Metric, MetricOptions, MetricState } from './metrics/metric.ts';

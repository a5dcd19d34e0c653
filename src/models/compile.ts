// What compile() is told, resolved: an optimizer, and for each output a loss with its weight and metrics.
import type { Backend } from '../backends/backend.ts';
import { OptionError } from '../core/errors.ts';
import { checkOptions, shown, suggestion } from '../core/options.ts';
import { type GivenLoss, lossFunction } from '../training/losses/by_name.ts';
import { type GivenMetric, metric } from '../training/metrics/by_name.ts';
import type { Metric } from '../training/metrics/metric.ts';
import { type Optimizer, optimizerFromConfig } from '../training/optimizers.ts';
import type { OutputSpec } from './loops.ts';
import type { Objective } from './model_plan.ts';

export type LossOption = GivenLoss;
export type MetricOption = GivenMetric;

export interface CompileOptions {
  /** An optimizer, or the name of one with Keras' defaults; default 'rmsprop', as Keras. */
  optimizer?: string | Optimizer;
  /** One for all outputs, one each, or by the names of the outputs; an output without one is not judged. */
  loss?: LossOption | readonly (LossOption | null | undefined)[] | Readonly<Record<string, LossOption>>;
  /** Measured without the weights of samples and classes. For one output a list, for several a list of lists or lists by the names of the outputs. */
  metrics?:
    | MetricOption
    | readonly MetricOption[]
    | readonly (readonly MetricOption[])[]
    | Readonly<Record<string, MetricOption | readonly MetricOption[]>>;
  /** As `metrics`, measured with the weights. */
  weightedMetrics?: CompileOptions['metrics'];
  /** What the losses of several outputs are multiplied by. */
  lossWeights?: readonly number[] | Readonly<Record<string, number>>;
  /** Where the model runs; default: a WebGPU device that all models share. */
  backend?: Backend | undefined;
  /** Decides the first weights, dropout and the order of samples; default 0. */
  seed?: number;
}

export interface Compiled {
  readonly optimizer: Optimizer;
  readonly options: CompileOptions;
}

const OPTIONS = ['optimizer', 'loss', 'metrics', 'weightedMetrics', 'lossWeights', 'backend', 'seed'];

/** @throws OptionError for unknown names, or options that do not fit. */
export function checkCompile(name: string, options: CompileOptions): Compiled {
  checkOptions(`${name}/compile`, options, OPTIONS);
  return { optimizer: optimizerOf(name, options.optimizer ?? 'rmsprop'), options };
}

function optimizerOf(name: string, option: string | Optimizer): Optimizer {
  if (typeof option === 'string')
    return optimizerFromConfig({ name: lowerFirst(option), convention: 'keras' });
  if (typeof option?.build === 'function') return option;
  throw new OptionError(
    `[${name}/optimizer] takes an optimizer, such as adam() makes, or its name, got ${shown(option)}`,
  );
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/**
 * Losses and metrics for each output, once the outputs are known.
 * @throws OptionError when there are more than outputs, or for a name that no output has.
 */
export function objectivesOf(
  name: string,
  { loss, metrics, weightedMetrics, lossWeights }: CompileOptions,
  outputs: readonly OutputSpec[],
): Objective[] {
  const names = outputs.map((output) => output.name);
  const losses = forOutputs(
    `${name}/loss`,
    loss,
    names,
    'the name of a loss, or one such as meanSquaredError()',
    isLoss,
  );
  const weights = forOutputs(
    `${name}/lossWeights`,
    lossWeights,
    names,
    'numbers',
    (w) => typeof w === 'number' && names.length === 1,
  );
  const measured = [metrics, weightedMetrics].map((list, k) =>
    forOutputs(
      `${name}/${k ? 'weightedMetrics' : 'metrics'}`,
      list,
      names,
      'names of metrics, or what metrics.accuracy() and its like make',
      (m) => isMetrics(m, names.length),
    ),
  );
  return outputs.map((output, i) => {
    const weight = weights[i] ?? 1;
    if (typeof weight !== 'number' || !(weight >= 0 && Number.isFinite(weight))) {
      throw new OptionError(
        `[${name}/lossWeights] takes numbers from 0 on, got ${shown(weight)} for ${output.name}`,
      );
    }
    const given = losses[i] as LossOption | null | undefined;
    if (typeof given === 'function' && 'build' in given) {
      throw new OptionError(`[${name}/loss] takes losses, got ${shown(given)}`);
    }
    const loss = given === undefined || given === null ? undefined : lossFunction(given);
    const [plain, weighted] = measured.map((all) =>
      listOf(all[i] as MetricOption | readonly MetricOption[]).map((one) => metric(one, { loss })),
    );
    return { loss, weight, metrics: plain, weightedMetrics: weighted };
  });
}

function listOf<T>(value: T | readonly T[] | null | undefined): readonly T[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value as T];
}

/** What belongs to each output, of one for all, a list, or a table by name. */
function forOutputs(
  where: string,
  value: unknown,
  names: readonly string[],
  what: string,
  isOne: (value: unknown) => boolean,
): unknown[] {
  if (value === undefined || value === null) return names.map(() => undefined);
  if (isOne(value)) return names.map(() => value);
  if (Array.isArray(value)) {
    if (value.length === names.length) return value;
    throw new OptionError(
      `[${where}] takes one for each of ${names.length} outputs (${names.join(', ')}), got ${value.length}`,
    );
  }
  if (typeof value === 'object') {
    const table = value as Record<string, unknown>;
    const stranger = Object.keys(table).find((key) => !names.includes(key));
    if (stranger !== undefined) {
      throw new OptionError(
        `[${where}] knows no output ${stranger}; the outputs are ${names.join(', ')}${suggestion(stranger, names)}`,
      );
    }
    return names.map((key) => table[key]);
  }
  const several = names.length > 1 ? ', an array with one for each output, or an object by their names' : '';
  throw new OptionError(`[${where}] takes ${what}${several}, got ${shown(value)}`);
}

function isLoss(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'function' || isConfig(value);
}

function isMetrics(value: unknown, outputs: number): boolean {
  // A function is no metric, and refused as one.
  if (['string', 'function'].includes(typeof value) || isMetric(value) || isConfig(value)) return true;
  return outputs === 1 && Array.isArray(value) && value.every((one) => !Array.isArray(one));
}

function isMetric(value: unknown): boolean {
  return typeof (value as Metric | null)?.build === 'function';
}

function isConfig(value: unknown): boolean {
  return typeof (value as { className?: unknown } | null)?.className === 'string';
}

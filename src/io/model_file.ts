// A model in one file: architecture, weights, and what it was compiled with, so that training can go on.
import type { Backend } from '../backends/backend.ts';
import { DataError, FormatError, OptionError } from '../core/errors.ts';
import { checkOptions, shown } from '../core/options.ts';
import { NdArray } from '../data/nd_array.ts';
import { type FromConfigOptions, modelFromJSON } from '../models/from_config.ts';
import type { Model } from '../models/model.ts';
import { lossConfig, lossFunction } from '../training/losses/by_name.ts';
import { metricConfig } from '../training/metrics/by_name.ts';
import type { Metric } from '../training/metrics/metric.ts';
import { type OptimizerConfig, optimizerFromConfig } from '../training/optimizers.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

const FORMAT = 'webgpu-rnn model 1';

/** What compile() was told, as a file can hold it. */
interface CompileRecord {
  optimizer: OptimizerConfig;
  loss: unknown;
  metrics: unknown;
  weightedMetrics?: unknown;
  lossWeights?: unknown;
  step: number;
}

/**
 * The bytes of a safetensors file: each weight under its name in Keras' layout, the optimizer's slots under
 * `optimizer/<slot>/<weight>`, and in the metadata the architecture, `model.extras` and what compile() was told.
 * @throws OptionError for a layer, loss or metric of the user's own that has no config; DataError for weights that are
 * not finite.
 */
export async function saveModel(model: Model): Promise<Uint8Array> {
  const stored = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  const json = model.toJSON();
  const training = compileRecord(model);
  const weights = await model.getWeights();
  model.weightNames.forEach((name, i) => {
    const data = Float32Array.from(weights[i].data);
    if (!data.every(Number.isFinite)) {
      throw new DataError(`the training diverged: ${name} is not finite; take a smaller learning rate`);
    }
    stored.set(name, { shape: weights[i].shape, data });
  });
  for (const [slot, parts] of await model.runtime.weights.slots()) {
    for (const [name, { shape, data }] of parts) {
      stored.set(`optimizer/${slot}/${name}`, { shape, data: Float32Array.from(data) });
    }
  }
  return writeSafetensors(stored, {
    format: FORMAT,
    model: json,
    extras: extrasOf(model),
    ...(training && { training: JSON.stringify(training) }),
  });
}

/** @throws DataError for what JSON cannot hold. */
function extrasOf(model: Model): string {
  try {
    return JSON.stringify(model.extras);
  } catch (error) {
    throw new DataError(`[${model.name}/extras] hold what JSON cannot: ${(error as Error).message}`);
  }
}

export interface LoadModelOptions extends FromConfigOptions {
  /** Compile it as it was when it was saved; default true. */
  compile?: boolean;
  /** Where it runs; default: a WebGPU device that all models share. */
  backend?: Backend | undefined;
}

/**
 * The model of a file that `saveModel` wrote, compiled as it was.
 * @throws FormatError for bytes that are no such file, or lack a weight; OptionError for a class that is not known.
 */
export function loadModel(bytes: Uint8Array, options: LoadModelOptions = {}): Model {
  checkOptions('loadModel', options, ['customObjects', 'compile', 'backend']);
  const { compile = true, customObjects, backend } = options;
  if (!(bytes instanceof Uint8Array)) {
    throw new FormatError(`[loadModel] takes the bytes of a file (Uint8Array), got ${shown(bytes)}`);
  }
  const { tensors, metadata } = readSafetensors(bytes, 'the model file');
  if (metadata.format !== FORMAT || !metadata.model) {
    throw new FormatError('the file holds no model: it should be written by model.save()');
  }
  const model = modelFromJSON(metadata.model, customObjects ? { customObjects } : {});
  model.extras = metadata.extras ? (JSON.parse(metadata.extras) as Record<string, unknown>) : {};
  if (compile && metadata.training) restoreCompiled(model, JSON.parse(metadata.training) as CompileRecord);
  const weights = new Map<string, NdArray>();
  const slots = new Map<string, Map<string, NdArray>>();
  for (const [name, { shape, data }] of tensors) {
    const array = new NdArray(shape, Float32Array.from(data as Float32Array));
    const slot = /^optimizer\/([^/]+\/[^/]+)\/(.+)$/.exec(name);
    if (!slot) weights.set(name, array);
    else slots.set(slot[1], (slots.get(slot[1]) ?? new Map()).set(slot[2], array));
  }
  if (weights.size > 0) model.runtime.startWith(weights);
  if (backend) model.runtime.useBackend(backend);
  if (compile && slots.size > 0) model.runtime.weights.setSlots(slots);
  return model;
}

function compileRecord(model: Model): CompileRecord | undefined {
  const { compiled, optimizer } = model;
  if (!compiled || !optimizer) return undefined;
  const { loss, metrics, weightedMetrics, lossWeights } = compiled;
  const named = (one: unknown) => (typeof one === 'string' ? one : metricConfig(one as Metric));
  return {
    optimizer: optimizer.config,
    loss: mapped(loss, (one) => lossConfig(lossFunction(one as never))),
    metrics: mapped(metrics, named),
    weightedMetrics: mapped(weightedMetrics, named),
    ...(lossWeights !== undefined && { lossWeights }),
    step: model.step,
  };
}

/** What losses and metrics are given by: one, a list or a table, each made into its config. */
function mapped(value: unknown, config: (one: unknown) => unknown): unknown {
  if (value === undefined || value === null) return undefined;
  const isOne =
    typeof value !== 'object' ||
    typeof (value as { className?: unknown }).className === 'string' ||
    typeof (value as { build?: unknown }).build === 'function';
  if (isOne) return config(value);
  if (Array.isArray(value)) return value.map((one) => mapped(one, config) ?? null);
  return Object.fromEntries(Object.entries(value as object).map(([k, one]) => [k, mapped(one, config)]));
}

function restoreCompiled(model: Model, record: CompileRecord): void {
  const { optimizer, loss, metrics, weightedMetrics, lossWeights, step } = record;
  try {
    model.compile({
      optimizer: optimizerFromConfig(optimizer),
      ...(loss !== undefined && { loss: loss as never }),
      ...(metrics !== undefined && { metrics: metrics as never }),
      ...(weightedMetrics !== undefined && { weightedMetrics: weightedMetrics as never }),
      ...(lossWeights !== undefined && { lossWeights: lossWeights as never }),
    });
  } catch (error) {
    if (error instanceof OptionError)
      throw new FormatError(`the model file cannot be compiled: ${error.message}`);
    throw error;
  }
  model.step = step;
}

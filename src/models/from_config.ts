// A model out of its config: the inverse of `model.getConfig()` and `model.toJSON()`.
import { FormatError } from '../core/errors.ts';
import type { AnyLayer } from '../layers/layer.ts';
import { fromOneConfig } from '../layers/layer_config.ts';
import { input, type Symbolic } from '../layers/symbolic.ts';
import type { ModelConfig } from './config.ts';
import { model } from './functional.ts';
import type { Model } from './model.ts';
import { type CustomObjects, checkCustom, layerFromConfig, registerLayer } from './registry.ts';
import { sequential } from './sequential.ts';

/** What `model.toJSON()` holds. */
export interface ModelJson {
  readonly format: 'webgpu-rnn model 1';
  readonly className: 'Sequential' | 'Functional';
  readonly config: ModelConfig;
}

export interface FromConfigOptions {
  /** A user's own layers: factories by class name, which take the layer's config. */
  customObjects?: CustomObjects;
}

/**
 * A model with the architecture of `json`, as text or as an object, and new weights.
 * @throws FormatError for what is no such JSON; OptionError for a class of layers that is not known.
 */
export function modelFromJSON(json: string | ModelJson, options: FromConfigOptions = {}): Model {
  const custom = checkCustom('modelFromJSON', options);
  const parsed = typeof json === 'string' ? parse(json) : json;
  if (parsed?.format !== 'webgpu-rnn model 1' || !parsed.config) {
    throw new FormatError('this is not the JSON of a model: it should come from model.toJSON()');
  }
  return fromOneConfig(() => fromConfig(parsed.className, parsed.config, custom));
}

function parse(text: string): ModelJson {
  try {
    return JSON.parse(text) as ModelJson;
  } catch (error) {
    throw new FormatError(`this is not the JSON of a model: ${(error as Error).message}`);
  }
}

function fromConfig(className: string, config: ModelConfig, custom: CustomObjects): Model {
  const layers = new Map<string, AnyLayer>();
  for (const { name, className: kind, config: own, shared } of config.layers) {
    // One that stands elsewhere too may go by another name there; its own name gives both again.
    const named = shared === undefined ? { ...own, name } : { name, ...own };
    const record = { className: kind, config: named, ...(shared !== undefined && { shared }) };
    layers.set(name, layerFromConfig(record, custom));
  }
  const find = (name: string): AnyLayer => {
    const layer = layers.get(name);
    if (layer) return layer;
    throw new FormatError(`[${config.name}] its config calls a layer ${name}, which it does not hold`);
  };
  const inputs = config.inputs.map((spec) => input({ ...spec }));
  if (className === 'Sequential') {
    return sequential([...inputs, ...config.calls.map(({ layer }) => find(layer))], { name: config.name });
  }
  const made: Symbolic[][] = [];
  const at = ([call, index]: readonly [number, number]): Symbolic =>
    call < 0 ? inputs[index] : made[call][index];
  for (const call of config.calls) {
    const layer = find(call.layer) as AnyLayer & ((x: readonly Symbolic[]) => Symbolic);
    made.push([...layer(call.inputs.map(at))]);
  }
  return model({ inputs, outputs: config.outputs.map(at), name: config.name });
}

// A model is a layer of other models; it is registered here, because the registry may not import what imports it.
registerLayer('Sequential', (config: ModelConfig, custom) => fromConfig('Sequential', config, custom));
registerLayer('Functional', (config: ModelConfig, custom) => fromConfig('Functional', config, custom));

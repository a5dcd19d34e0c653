// The sequential model: layers in a row, each with a name of its own.
import { OptionError } from '../core/errors.ts';
import { checkOptions, shown } from '../core/options.ts';
import { type AnyLayer, completed } from '../layers/layer.ts';
import { type InputSpec, insteadOf, isSymbolic, type Symbolic } from '../layers/symbolic.ts';
import { configOf } from './config.ts';
import { chainOf, type Graph } from './graph.ts';
import { makeModel } from './make_model.ts';
import type { Model } from './model.ts';
import { hasTime } from './model_data.ts';
import { sketchOf } from './sketch.ts';

export type Sequential = Model;

/**
 * Puts layers in a row; a sequential model is itself a layer. The first entry may be `input({ shape })`; without it
 * the shape follows from the first data.
 * A name that is used twice gets a number: lstm, lstm_1, as Keras counts. The same layer object may stand in the row
 * twice and then shares its weights with itself (one that carries a state from run to run may not).
 * @throws OptionError for an empty row.
 */
export function sequential(
  layers: readonly (AnyLayer | Symbolic)[],
  options: { name?: string } = {},
): Sequential {
  if (!Array.isArray(layers)) {
    throw new OptionError(
      `[sequential] takes an array of layers: sequential([first, second, ...]), got ${shown(layers)}`,
    );
  }
  checkOptions('sequential', options, ['name']);
  const { name = 'sequential' } = options;
  const [first] = layers;
  const spec = isSymbolic(first) ? first.node.input : undefined;
  const rest = (spec ? layers.slice(1) : layers) as readonly AnyLayer[];
  const stranger = rest.findIndex((layer) => typeof layer?.build !== 'function');
  if (stranger >= 0) {
    const given: unknown = rest[stranger];
    throw new OptionError(
      `[${name}] layer ${stranger} must be a layer, got ${shown(given)}${insteadOfLayer(given)}`,
    );
  }
  if (rest.length === 0) throw new OptionError(`[${name}] needs at least one layer`);
  const row = rest.map(completed);
  const dtype = row[0].takesIds ? 'int32' : 'float32';
  const given: InputSpec | undefined = spec ?? ownSpec(row[0], dtype);
  const chain = chainOf(row, given ?? { shape: [], dtype, name: 'input' });
  return makeModel({
    name,
    className: 'Sequential',
    graph: given && chain,
    chain,
    layers: chain.layers.map(completed),
    layerNames: chain.layerNames,
    takesIds: (given?.dtype ?? dtype) === 'int32',
    outputs: row.at(-1)!.outputs ?? 1,
    graphFor: (x) => graphOfData(name, row, dtype, x.shape.slice(1)),
    getConfig: (graph) => configOf(name, graph ?? chain, graph !== undefined),
  });
}

/** The way out where something else stands in the row. */
function insteadOfLayer(given: unknown): string {
  if (isSymbolic(given)) {
    return given.node.input
      ? '; an input stands first, once'
      : '; layers of a row are not applied, model({ inputs, outputs }) takes what is';
  }
  if (Array.isArray(given)) return '; spread it: ...layers';
  if (typeof given === 'string') return '; a layer is what its function makes, such as lstm({ units: 8 })';
  return insteadOf(given);
}

/**
 * The graph for data whose samples have this shape; sequences may have any length where no weight depends on it.
 */
function graphOfData(
  name: string,
  row: readonly AnyLayer[],
  dtype: InputSpec['dtype'],
  shape: readonly number[],
): Graph {
  const exact = chainOf(row, { shape, dtype, name: 'input' });
  const open = chainOf(row, { shape: [null, ...shape.slice(1)], dtype, name: 'input' });
  if (!hasTime(open.inputs[0])) return exact;
  try {
    return sketchOf(name, open).followsLength ? exact : open;
  } catch {
    // Some layer needs to know the length; what does not fit at all is told of the exact shape.
    return exact;
  }
}

/** The shape that the first layer was given, as tf.layers spells it, or the input of a model that stands first. */
function ownSpec(layer: AnyLayer, dtype: InputSpec['dtype']): InputSpec | undefined {
  const model = layer as AnyLayer & { hasGraph?: boolean; graph?: Graph };
  if (model.hasGraph && model.graph?.inputs.length === 1) return model.graph.inputs[0];
  return layer.inputShape ? { shape: layer.inputShape, dtype, name: 'input' } : undefined;
}

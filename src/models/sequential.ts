// The sequential model: layers in a row, each with a name of its own.
import type { Builder } from '../core/builder.ts';
import { OptionError } from '../core/errors.ts';
import { shown } from '../core/options.ts';
import type { Tensor } from '../core/tensor.ts';
import type { Layer } from '../layers/layer.ts';

export interface Sequential extends Layer {
  readonly layers: readonly Layer[];
  /** The names under which the layers' parameters are found: lstm, lstm_1, ... */
  readonly layerNames: readonly string[];
}

/**
 * Puts layers in a row; a sequential model is itself a layer.
 * A name that is used twice gets a number: lstm, lstm_1, as Keras counts. The same layer object may stand in the row
 * twice and then shares its weights with itself (one that carries a state from run to run may not).
 * @throws OptionError for an empty row.
 */
export function sequential(layers: readonly Layer[], { name = 'sequential' } = {}): Sequential {
  if (!Array.isArray(layers)) {
    throw new OptionError(
      `[sequential] takes an array of layers: sequential([first, second, ...]), got ${shown(layers)}`,
    );
  }
  const stranger = layers.findIndex((layer) => typeof layer?.build !== 'function');
  if (stranger >= 0) {
    throw new OptionError(`[${name}] layer ${stranger} must be a layer, got ${shown(layers[stranger])}`);
  }
  if (layers.length === 0) throw new OptionError(`[${name}] needs at least one layer`);
  const layerNames = uniqueNames(layers);
  return {
    name,
    layers,
    layerNames,
    build(b: Builder, ...inputs: Tensor[]): Tensor {
      let x = inputs;
      layers.forEach((layer, i) => {
        x = [b.scope(layerNames[i], () => layer.build(b, ...x))];
      });
      return x[0];
    },
  };
}

function uniqueNames(layers: readonly Layer[]): string[] {
  const names = new Map<Layer, string>();
  const taken = new Set<string>();
  for (const layer of layers) {
    if (names.has(layer)) continue;
    let name = layer.name;
    for (let i = 1; taken.has(name); i++) name = `${layer.name}_${i}`;
    taken.add(name);
    names.set(layer, name);
  }
  return layers.map((layer) => names.get(layer)!);
}

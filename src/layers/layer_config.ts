// Layers as plain data: class and options, and, where one stands in several places of a config, that it is the same one.
import { OptionError } from '../core/errors.ts';
import type { AnyLayer } from './layer.ts';

export interface LayerConfig {
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** The same number wherever the same layer stands; absent where it stands once. */
  readonly shared?: number;
}

/** What the config that is being written, or read, holds so far. */
let written: Map<AnyLayer, { shared?: number }> | undefined;
let read: Map<number, AnyLayer> | undefined;

/**
 * The config of a layer.
 * @throws OptionError for a layer without one, such as a user's own.
 */
export function layerConfig(layer: AnyLayer): LayerConfig {
  const { className } = layer;
  if (!layer.getConfig || !className) {
    throw new OptionError(
      `[${layer.name}] has no config: give a layer of your own \`className\` and \`getConfig()\` to save it`,
    );
  }
  const first = written?.get(layer);
  if (first) first.shared ??= [...written!.values()].filter(({ shared }) => shared !== undefined).length;
  const record: { shared?: number } = first ? { shared: first.shared! } : {};
  const made = Object.assign(record, { className, config: layer.getConfig() });
  if (!first) written?.set(layer, record);
  return made;
}

/** Writes a config in which layers are told apart: all that `body` asks for are of one config. */
export function asOneConfig<R>(body: () => R): R {
  if (written) return body();
  written = new Map();
  try {
    return body();
  } finally {
    written = undefined;
  }
}

/** Reads a config in which layers were told apart; one that is read meanwhile, from another text, has numbers of its own. */
export function fromOneConfig<R>(body: () => R): R {
  const around = read;
  read = new Map();
  try {
    return body();
  } finally {
    read = around;
  }
}

/** The layer that stands under this number already, or else what `make` gives. */
export function sharedLayer(shared: number | undefined, make: () => AnyLayer): AnyLayer {
  if (shared === undefined) return make();
  const layer = read?.get(shared) ?? make();
  read?.set(shared, layer);
  return layer;
}

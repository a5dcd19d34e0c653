// Where a layer stands in a plan: the place in which it stood first, so that it has the same weights everywhere.
import type { Builder } from '../core/builder.ts';
import type { AnyLayer } from './layer.ts';

/** Builds a layer under the scope `name`, or under the one in which it stood first. */
export function placed<R>(b: Builder, layer: AnyLayer, name: string, body: () => R): R {
  const paths = b.once('paths of layers', () => new Map<AnyLayer, string>());
  const known = paths.get(layer);
  if (known !== undefined) return b.at(known, body);
  paths.set(layer, b.path ? `${b.path}/${name}` : name);
  return b.scope(name, body);
}

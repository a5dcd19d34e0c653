// Which weights are not trained now, by what layers and models say.
import type { AnyLayer } from '../layers/layer.ts';
import { type Graph, layerPaths, within } from './graph.ts';

/** Prefixes of the names of all weights that are frozen; '' where the model itself is. */
export function frozenLayers(graph: Graph, whole: boolean): string[] {
  if (whole) return [''];
  const paths = layerPaths(graph);
  const all = (layer: AnyLayer): string[] => [
    `${paths.get(layer)}/`,
    ...within(layer).flatMap(([one]) => all(one)),
  ];
  const frozen = (layer: AnyLayer): string[] => {
    if (layer.trainable === false) return all(layer);
    const inner = within(layer);
    const wraps = !('graph' in layer) && inner.length > 0;
    // A layer that only wraps others is as frozen as all of them.
    if (wraps && inner.every(([one]) => one.trainable === false)) return all(layer);
    return inner.flatMap(([one]) => frozen(one));
  };
  return [...new Set(graph.layers.flatMap(frozen))];
}

// Which weights are not trained now, by what layers and models say.
import type { AnyLayer } from '../layers/layer.ts';
import { type Graph, layerPaths, within } from './graph.ts';

/** Prefixes of the names of all weights that are frozen; '' where the model itself is. */
export function frozenLayers(graph: Graph, whole: boolean): string[] {
  if (whole) return [''];
  const paths = layerPaths(graph);
  // Where a layer stands now counts beside its first place: a user's own wrapper may give it other weights there.
  const all = (layer: AnyLayer, path: string): string[] => [
    ...[`${paths.get(layer)}/`, `${path}/`],
    ...within(layer).flatMap(([one, name]) => all(one, `${path}/${name}`)),
  ];
  const frozen = (layer: AnyLayer, path: string): string[] => {
    if (layer.trainable === false) return all(layer, path);
    const inner = within(layer);
    const wraps = !('graph' in layer) && inner.length > 0;
    // A layer that only wraps others is as frozen as all of them.
    if (wraps && inner.every(([one]) => one.trainable === false)) return all(layer, path);
    return inner.flatMap(([one, name]) => frozen(one, `${path}/${name}`));
  };
  return [...new Set(graph.layers.flatMap((layer, i) => frozen(layer, graph.layerNames[i])))];
}

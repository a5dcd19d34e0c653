// Which weights are not trained now, by what layers and models say.
import type { AnyLayer } from '../layers/layer.ts';
import type { Graph } from './graph.ts';

/** Prefixes of the names of all weights that are frozen; '' where the model itself is. */
export function frozenLayers(graph: Graph, whole: boolean, prefix = ''): string[] {
  if (whole) return [prefix];
  return graph.layers.flatMap((layer, i) => frozenIn(layer, `${prefix}${graph.layerNames[i]}/`));
}

function frozenIn(layer: AnyLayer, prefix: string): string[] {
  if (layer.trainable === false) return [prefix];
  const { graph } = layer as AnyLayer & { graph?: Graph };
  if (graph) return frozenLayers(graph, false, prefix);
  const inner = layer.inner ?? [];
  // A layer that only wraps others is as frozen as all of them; else each has its own name within it.
  if (inner.length > 0 && inner.every((one) => one.trainable === false)) return [prefix];
  return inner.flatMap((one) => frozenIn(one, `${prefix}${one.name}/`));
}

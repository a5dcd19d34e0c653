// The architecture of a model as plain data, and back.
import { asOneConfig, type LayerConfig, layerConfig } from '../layers/layer_config.ts';
import type { InputSpec } from '../layers/symbolic.ts';
import type { Graph, Source } from './graph.ts';

export interface ModelConfig extends Record<string, unknown> {
  readonly name: string;
  /** Without the batch; absent while a sequential model waits for data. */
  readonly inputs: readonly InputSpec[];
  /** Each layer once, by the name it has in this model. */
  readonly layers: readonly (LayerConfig & { readonly name: string })[];
  /** The calls in order: which layer, and where its inputs come from ([-1, i] is input i). */
  readonly calls: readonly {
    readonly layer: string;
    readonly inputs: readonly (readonly [number, number])[];
  }[];
  readonly outputs: readonly (readonly [number, number])[];
}

/** @throws OptionError for a layer without a config, such as a user's own. */
export function configOf(name: string, graph: Graph, knowsInput: boolean): ModelConfig {
  const pair = ({ call, index }: Source) => [call, index] as const;
  return asOneConfig(() => ({
    name,
    inputs: knowsInput ? graph.inputs : [],
    // The record itself, which is told later where its layer stands again.
    layers: graph.layers.map((layer, i) => Object.assign(layerConfig(layer), { name: graph.layerNames[i] })),
    calls: graph.calls.map((call) => ({ layer: call.name, inputs: call.inputs.map(pair) })),
    outputs: graph.outputs.map(pair),
  }));
}

// The graph of a model: its layers in the order in which they run, each under a name of its own.
import type { Builder } from '../core/builder.ts';
import { OptionError, ShapeError } from '../core/errors.ts';
import { shown } from '../core/options.ts';
import type { Tensor } from '../core/tensor.ts';
import { type AnyLayer, type Outputs, outputsOf } from '../layers/layer.ts';
import { placed } from '../layers/placed.ts';
import { expectSingle, type InputSpec, type Node, type Symbolic } from '../layers/symbolic.ts';
import { uniqueNames } from '../layers/unique_names.ts';

export interface Graph {
  readonly inputs: readonly InputSpec[];
  /** The calls of layers, inputs left out, in an order in which each comes after those it needs. */
  readonly calls: readonly Call[];
  /** Where the outputs come from. */
  readonly outputs: readonly Source[];
  /** The layers, each once, in the order of their first call. */
  readonly layers: readonly AnyLayer[];
  /** The name of each layer, under which its parameters are found: lstm, lstm_1, ... */
  readonly layerNames: readonly string[];
}

/** Output `index` of call `call`, or, for `call` -1, the input of that index. */
export interface Source {
  readonly call: number;
  readonly index: number;
}

export interface Call {
  readonly layer: AnyLayer;
  readonly name: string;
  readonly inputs: readonly Source[];
}

/**
 * The graph between symbolic inputs and outputs.
 * @throws ShapeError when an output depends on an input that is not among `inputs`, or an input leads nowhere.
 */
export function graphOf(where: string, inputs: readonly Symbolic[], outputs: readonly Symbolic[]): Graph {
  for (const one of [...inputs, ...outputs]) expectSingle(where, one);
  for (const { node } of inputs) {
    if (!node.input) {
      throw new OptionError(
        `[${where}/inputs] takes what input({ shape }) gives, got an output of ${node.layer?.name}`,
      );
    }
  }
  if (outputs.length === 0) throw new OptionError(`[${where}] needs at least one output`);
  const specs = inputs.map(({ node }) => node.input!);
  const twice = specs.find((spec, i) => specs.findIndex(({ name }) => name === spec.name) !== i);
  if (twice) throw new OptionError(`[${where}] has two inputs called ${twice.name}; give one another name`);
  const positions = new Map<Node, number>();
  const used = new Set<Node>();
  const nodes: Node[] = [];
  const source = ({ node, index }: Symbolic): Source => {
    if (node.input) {
      used.add(node);
      const at = inputs.findIndex((one) => one.node === node);
      if (at >= 0) return { call: -1, index: at };
      throw new ShapeError(
        `[${where}] is disconnected: an output depends on ${node.input.name}, which is not among the inputs` +
          ` (${specs.map(({ name }) => name).join(', ') || 'none'})`,
      );
    }
    visit(node);
    return { call: positions.get(node)!, index: index ?? 0 };
  };
  const sources: Source[][] = [];
  const visit = (node: Node): void => {
    if (positions.has(node)) return;
    const from = node.inputs.map(source);
    positions.set(node, nodes.length);
    nodes.push(node);
    sources.push(from);
  };
  const ends = outputs.map(source);
  const idle = inputs.find(({ node }) => !used.has(node));
  if (idle) {
    throw new ShapeError(
      `[${where}] is disconnected: no output depends on the input ${idle.node.input!.name}; leave it out or use it`,
    );
  }
  const layers = [...new Set(nodes.map(({ layer }) => layer!))];
  const layerNames = uniqueNames(layers.map(({ name }) => name));
  const calls = nodes.map(({ layer }, i) => ({
    layer: layer!,
    name: layerNames[layers.indexOf(layer!)],
    inputs: sources[i],
  }));
  return { inputs: specs, calls, outputs: ends, layers, layerNames };
}

/** The graph of layers in a row. */
export function chainOf(layers: readonly AnyLayer[], spec: InputSpec): Graph {
  const distinct = [...new Set(layers)];
  const layerNames = uniqueNames(distinct.map(({ name }) => name));
  let previous: readonly Source[] = [{ call: -1, index: 0 }];
  const calls = layers.map((layer, i): Call => {
    const call = { layer, name: layerNames[distinct.indexOf(layer)], inputs: previous };
    previous = Array.from({ length: layer.outputs ?? 1 }, (_, index) => ({ call: i, index }));
    return call;
  });
  return { inputs: [spec], calls, outputs: previous, layers: distinct, layerNames };
}

/** Emits all calls of the graph; `seen` is told each call's outputs. */
export function buildGraph(
  b: Builder,
  graph: Graph,
  inputs: readonly Tensor[],
  seen?: (call: Call, outputs: readonly Tensor[]) => void,
): Tensor[] {
  const made: (readonly Tensor[])[] = [];
  const find = ({ call, index }: Source): Tensor => (call < 0 ? inputs[index] : made[call][index]);
  for (const call of graph.calls) {
    const { layer, name } = call;
    const outputs = placed(b, layer, name, () => returned(name, layer.build(b, ...call.inputs.map(find))));
    const expected = layer.outputs ?? 1;
    if (outputs.length !== expected) {
      throw new ShapeError(
        `[${name}] gave ${outputs.length} outputs and was declared with ${expected}; set \`outputs: ${outputs.length}\``,
      );
    }
    seen?.(call, outputs);
    made.push(outputs);
  }
  return graph.outputs.map(find);
}

/** What a layer has returned, as an array. @throws ShapeError for what is no tensor. */
function returned(name: string, output: Outputs): readonly Tensor[] {
  const all = outputsOf(output);
  const at = all.findIndex((t) => !Array.isArray((t as Tensor | undefined)?.shape));
  if (at < 0) return all;
  throw new ShapeError(
    `[${name}] its build(b, ...inputs) must return a tensor, or an array of them, got ${shown(all[at])}`,
  );
}

/**
 * Each layer of a model with the path of its weights, those inside models and wrappers included; the order is that of the
 * calls, and as in plans (see placed.ts) the first place counts.
 */
export function layerPaths(graph: Graph): Map<AnyLayer, string> {
  const found = new Map<AnyLayer, string>();
  const visit = (layer: AnyLayer, path: string): void => {
    if (found.has(layer)) return;
    found.set(layer, path);
    for (const [one, name] of within(layer)) visit(one, `${path}/${name}`);
  };
  graph.layers.forEach((layer, i) => {
    visit(layer, graph.layerNames[i]);
  });
  return found;
}

/** The layers inside a layer, by the names that they have there. */
export function within(layer: AnyLayer): (readonly [AnyLayer, string])[] {
  const { inner = [], layerNames } = layer as AnyLayer & { layerNames?: readonly string[] };
  return inner.map((one, i) => [one, layerNames?.[i] ?? one.name] as const);
}

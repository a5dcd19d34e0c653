// The functional model: any graph of layers, with several inputs and outputs, shared layers and residuals.
import { OptionError } from '../core/errors.ts';
import { checkOptions, shown } from '../core/options.ts';
import { completed } from '../layers/layer.ts';
import { insteadOf, isSymbolic, type Symbolic } from '../layers/symbolic.ts';
import { configOf } from './config.ts';
import { graphOf } from './graph.ts';
import { makeModel } from './make_model.ts';
import type { Model } from './model.ts';

export interface FunctionalOptions {
  /** What `input({ shape })` gave, in the order in which data will come. */
  inputs: Symbolic | readonly Symbolic[];
  outputs: Symbolic | readonly Symbolic[];
  name?: string;
}

/**
 * The model between inputs and outputs; it is itself a layer.
 * @throws ShapeError when an output depends on an input that is not given, an input leads nowhere, or shapes do not fit,
 * naming the layer.
 */
export function model(options: FunctionalOptions): Model {
  if (isSymbolic(options) || Array.isArray(options)) {
    throw new OptionError('[model] takes inputs and outputs in an object: model({ inputs: x, outputs: y })');
  }
  checkOptions('model', options, ['inputs', 'outputs', 'name']);
  const { name = 'functional' } = options;
  const graph = graphOf(
    name,
    listOf(`${name}/inputs`, options.inputs),
    listOf(`${name}/outputs`, options.outputs),
  );
  const made = makeModel({
    name,
    className: 'Functional',
    graph,
    layers: graph.layers.map(completed),
    layerNames: graph.layerNames,
    takesIds: graph.inputs[0]?.dtype === 'int32',
    outputs: graph.outputs.length,
    getConfig: () => configOf(name, graph, true),
  });
  // Shapes that do not fit are told here and not at the first data.
  made.outputShapes;
  return made;
}

function listOf(where: string, value: Symbolic | readonly Symbolic[]): readonly Symbolic[] {
  if (isSymbolic(value)) return value.index === undefined ? [...value] : [value];
  if (Array.isArray(value)) return value;
  throw new OptionError(
    `[${where}] takes symbolic tensors, such as input({ shape }) and layers give, got ${shown(value)}${insteadOf(value)}`,
  );
}

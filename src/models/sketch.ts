// The shapes and parameters of a model before there is data: its layers are built into plans that are never loaded.
import { buildPlan } from '../core/builder.ts';
import { show } from '../core/errors.ts';
import { defaultLimits } from '../core/limits.ts';
import { Parameters } from '../core/parameters.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { idLimits } from '../layers/embedding.ts';
import { publicShape } from '../layers/layout.ts';
import type { InputSpec } from '../layers/symbolic.ts';
import { buildGraph, type Graph } from './graph.ts';
import { hasTime } from './model_data.ts';
import { declareInputs } from './physical.ts';

/** What stands for a dimension that may vary: two builds tell by their difference which others follow it. */
const LENGTHS = [32, 48] as const;
const BATCHES = [2, 3] as const;

export type PublicShape = readonly (number | null)[];

export interface CallSketch {
  /** Batch-major, null where the batch or the data decide. */
  readonly shapes: readonly PublicShape[];
}

export interface ParameterSketch {
  readonly name: string;
  readonly shape: readonly number[];
  readonly trainable: boolean;
}

export interface Sketch {
  /** One for each call of the graph. */
  readonly calls: readonly CallSketch[];
  readonly outputs: readonly PublicShape[];
  /** Whether an output has a time axis as long as that of the inputs. */
  readonly followsTime: readonly boolean[];
  /** For each input of ids: the number of tokens that all who look them up know. */
  readonly idLimits: readonly (number | undefined)[];
  readonly parameters: readonly ParameterSketch[];
  /** Whether the shape of some parameter depends on lengths that may vary. */
  readonly followsLength: boolean;
}

/**
 * Sketches a model.
 * @throws whatever its layers throw for shapes that do not fit, naming the layer.
 */
export function sketchOf(name: string, graph: Graph): Sketch {
  const [small, large] = [0, 1].map((which) => trace(name, graph, which as 0 | 1));
  const either = (a: readonly number[], b: readonly number[]): PublicShape =>
    a.map((n, i) => (b[i] === n ? n : null));
  return {
    calls: small.calls.map((shapes, i) => ({
      shapes: shapes.map((shape, k) => either(shape, large.calls[i][k])),
    })),
    outputs: small.outputs.map((shape, i) => either(shape, large.outputs[i])),
    followsTime: small.outputs.map(
      (shape, i) => shape[1] === small.time && large.outputs[i][1] === large.time && shape.length > 1,
    ),
    idLimits: small.idLimits,
    parameters: small.parameters,
    followsLength: small.parameters.some(({ shape }, i) => show(shape) !== show(large.parameters[i].shape)),
  };
}

/** Declares the parameters of a model without data; lengths that may vary get a length of no meaning. */
export function declareParameters(name: string, graph: Graph, parameters: Parameters): void {
  buildPlan({ name, limits: defaultLimits, parameters }, (b) => {
    const sizes = graph.inputs.map((spec) => nominal(spec, 0));
    buildGraph(b, graph, declareInputs(b, graph.inputs, BATCHES[0], sizes));
  });
}

function trace(name: string, graph: Graph, which: 0 | 1) {
  const parameters = new Parameters();
  const calls: number[][][] = [];
  let outputs: Tensor[] = [];
  let idBounds: (number | undefined)[] = [];
  const sizes = graph.inputs.map((spec) => nominal(spec, which));
  buildPlan({ name, limits: defaultLimits, parameters }, (b) => {
    const inputs = declareInputs(b, graph.inputs, BATCHES[which], sizes);
    outputs = buildGraph(b, graph, inputs, (_call, made) => calls.push(made.map(publicShape)));
    const { of } = idLimits(b);
    idBounds = inputs.map((t) => of.get(t));
  });
  return {
    calls,
    outputs: outputs.map(publicShape),
    time: sizes[graph.inputs.findIndex(hasTime)]?.[0],
    idLimits: idBounds,
    parameters: parameters.all.map((t) => ({
      name: t.name,
      shape: t.shape,
      trainable: t.differentiable,
      size: sizeOf(t.shape),
    })),
  };
}

function nominal(spec: InputSpec, which: 0 | 1): number[] {
  return spec.shape.map((n) => n ?? LENGTHS[which]);
}

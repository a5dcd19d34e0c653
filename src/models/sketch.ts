// The shapes and parameters of a model before there is data: its layers are built into plans that are never loaded.
import { buildPlan } from '../core/builder.ts';
import { ShapeError, show } from '../core/errors.ts';
import { defaultLimits } from '../core/limits.ts';
import { Parameters } from '../core/parameters.ts';
import type { Tensor } from '../core/tensor.ts';
import { idLimits } from '../layers/embedding.ts';
import { publicShape } from '../layers/layout.ts';
import type { InputSpec } from '../layers/symbolic.ts';
import { buildGraph, type Graph } from './graph.ts';
import { hasTime } from './model_data.ts';
import { declareInputs, rowsOf } from './physical.ts';

/**
 * What stands for a length that may vary: two builds tell by their difference which others follow it. A model that needs
 * longer sequences is built with the next pair.
 */
const LENGTHS = [
  [32, 48],
  [256, 384],
  [2048, 3072],
] as const;
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
  /** Of each output: how many axes its rows have, each of which has a loss. */
  readonly rowAxes: readonly number[];
  /** Of each output: the input whose time axis its own is as long as. */
  readonly followsInput: readonly (number | undefined)[];
  /** Of each output: the number of classes that labels for it can have, where that is known. */
  readonly classes: readonly (number | undefined)[];
  /** For each input of ids: the number of tokens that all who look them up know. */
  readonly idLimits: readonly (number | undefined)[];
  readonly parameters: readonly ParameterSketch[];
  /** The parameter whose shape depends on a length that may vary, if there is one. */
  readonly followsLength: string | undefined;
  /** Whether some layer carries a state from batch to batch. */
  readonly stateful: boolean;
}

interface Trace {
  readonly calls: readonly (readonly (readonly number[])[])[];
  readonly outputs: readonly (readonly number[])[];
  readonly rowAxes: readonly number[];
  readonly times: readonly (number | undefined)[];
  readonly idLimits: readonly (number | undefined)[];
  readonly parameters: readonly ParameterSketch[];
  readonly stateful: boolean;
}

/**
 * Sketches a model.
 * @throws whatever its layers throw for shapes that do not fit, naming the layer.
 */
export function sketchOf(name: string, graph: Graph): Sketch {
  const [small, large] = traces(name, graph);
  const either = (a: readonly number[], b: readonly number[]): PublicShape =>
    a.map((n, i) => (b[i] === n ? n : null));
  return {
    calls: small.calls.map((shapes, i) => ({
      shapes: shapes.map((shape, k) => either(shape, large.calls[i][k])),
    })),
    outputs: small.outputs.map((shape, i) => either(shape, large.outputs[i])),
    rowAxes: small.rowAxes,
    followsInput: followed(name, graph, [small, large]),
    classes: graph.outputs.map(({ call }, i) => classesOf(graph, small, call, i)),
    idLimits: small.idLimits,
    parameters: small.parameters,
    followsLength: small.parameters.find(({ shape }, i) => show(shape) !== show(large.parameters[i].shape))
      ?.name,
    stateful: small.stateful,
  };
}

/** The last axis of an output, or, for a layer whose labels are those of its input, of that. */
function classesOf(graph: Graph, traced: Trace, call: number, output: number): number | undefined {
  const made = graph.calls[call];
  if (!made?.layer.labelsInput) return traced.outputs[output].at(-1);
  const [from] = made.inputs;
  return from.call < 0
    ? (graph.inputs[from.index].shape.at(-1) ?? undefined)
    : traced.calls[from.call][from.index].at(-1);
}

/** Declares the parameters of a model without data. */
export function declareParameters(name: string, graph: Graph, parameters: Parameters): void {
  for (const [i, [length]] of LENGTHS.entries()) {
    try {
      trace(name, graph, () => length, BATCHES[0], parameters);
      return;
    } catch (error) {
      if (i === LENGTHS.length - 1 || !(error instanceof ShapeError)) throw error;
    }
  }
}

function traces(name: string, graph: Graph): [Trace, Trace] {
  const varies = graph.inputs.some(({ shape }) => shape.includes(null));
  let first: unknown;
  for (const [small, large] of varies ? LENGTHS : LENGTHS.slice(0, 1)) {
    try {
      return [trace(name, graph, () => small, BATCHES[0]), trace(name, graph, () => large, BATCHES[1])];
    } catch (error) {
      first ??= error;
      if (!(error instanceof ShapeError)) break;
    }
  }
  throw first instanceof ShapeError ? explained(first, varies) : first;
}

/** Says which numbers of a message are not the user's. */
function explained({ message }: ShapeError, varies: boolean): ShapeError {
  const lengths = varies ? `, ${LENGTHS[0][0]} for lengths that are left open` : '';
  return new ShapeError(`${message} (here ${BATCHES[0]} stands for the batch${lengths})`);
}

/**
 * Which input each output follows in time. Where inputs may have lengths of their own, builds with a length for each
 * tell them apart; a model that wants them equal does not build so, and then the first input counts.
 */
function followed(name: string, graph: Graph, same: readonly [Trace, Trace]): (number | undefined)[] {
  const free = graph.inputs.filter((spec) => hasTime(spec) && spec.shape[0] === null).length;
  let [small, large] = same;
  if (free > 1) {
    const base = Math.max(...small.times.map((n) => n ?? 0));
    try {
      small = trace(name, graph, (i) => base + 8 * i, BATCHES[0]);
      large = trace(name, graph, (i) => 2 * base + 8 * i, BATCHES[1]);
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
    }
  }
  return small.outputs.map((shape, k) => {
    if (shape.length < 2) return undefined;
    const at = small.times.findIndex(
      (n, i) => n !== undefined && n === shape[1] && large.times[i] === large.outputs[k][1],
    );
    return at < 0 ? undefined : at;
  });
}

function trace(
  name: string,
  graph: Graph,
  length: (input: number) => number,
  batch: number,
  parameters = new Parameters(),
): Trace {
  const calls: number[][][] = [];
  const sizes = graph.inputs.map((spec: InputSpec, i) => spec.shape.map((n) => n ?? length(i)));
  let outputs: Tensor[] = [];
  let limits: (number | undefined)[] = [];
  const plan = buildPlan({ name, limits: defaultLimits, parameters }, (b) => {
    const inputs = declareInputs(b, graph.inputs, batch, sizes);
    outputs = buildGraph(b, graph, inputs, (_call, made) => calls.push(made.map(publicShape)));
    const { of } = idLimits(b);
    limits = inputs.map((t) => of.get(t));
  });
  return {
    calls,
    outputs: outputs.map(publicShape),
    rowAxes: outputs.map((t) => rowsOf(t).length),
    times: graph.inputs.map((spec, i) => (hasTime(spec) ? sizes[i][0] : undefined)),
    idLimits: limits,
    parameters: parameters.all.map((t) => ({ name: t.name, shape: t.shape, trainable: t.differentiable })),
    stateful: Object.values(plan.states).some((t) => t.carried),
  };
}

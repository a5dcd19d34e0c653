// From samples to a run: the size of a batch decides the plan, its numbers are written in the order of storage.
import type { Backend } from '../backends/backend.ts';
import { DataError, ShapeError, show } from '../core/errors.ts';
import { sizeOf } from '../core/tensor.ts';
import type { NdArray } from '../data/nd_array.ts';
import { isLossFunction, type Loss } from '../training/losses/loss.ts';
import type { Graph } from './graph.ts';
import { checkNumbers, expectFit, type Samples, withLastOne } from './model_data.ts';
import {
  isJudged,
  type Mode,
  type ModelPlan,
  type Objective,
  type PlanSizes,
  type TargetSize,
} from './model_plan.ts';
import { swapped, toPhysical } from './physical.ts';
import type { PublicShape } from './sketch.ts';

/** What a target is made of: f32 of the output's shape, labels without its last axis, or as the loss says. */
type Kind = 'values' | 'labels' | 'sequence';

/**
 * Checks targets against the outputs and their losses; a last axis of 1 may be left out, or be there with labels.
 * @throws ShapeError naming the output and both shapes; DataError for NaN and labels out of range.
 */
export function checkTargets(
  where: string,
  arrays: readonly NdArray[],
  outputs: readonly { name: string; shape: PublicShape; classes: number | undefined }[],
  objectives: readonly Objective[],
): NdArray[] {
  return arrays.map((given, i) => {
    const { name, shape, classes } = outputs[i];
    const label = `${where}/${name}`;
    const { loss } = objectives[i];
    if (!isJudged(objectives[i])) return given;
    const kind = kindOf(loss, given, shape);
    if (kind === 'values') {
      const array =
        shape.at(-1) === 1 && given.shape.length === shape.length - 1 ? withLastOne(given) : given;
      expectTarget(label, ['N', ...shape.slice(1)], array.shape, given, shape, loss);
      checkNumbers(label, array, false);
      return array;
    }
    const extra = given.shape.length === shape.length && given.shape.at(-1) === 1;
    const array = extra && kind === 'labels' ? given.reshape(given.shape.slice(0, -1)) : given;
    if (kind === 'labels') {
      expectTarget(label, ['N', ...shape.slice(1, -1)], array.shape, given, shape, loss);
      checkLabels(label, array, classes, loss);
    } else {
      if (array.shape.length !== 2) {
        throw new ShapeError(`[${label}] expected [N, labels], got ${show(array.shape)}`);
      }
      checkLabels(label, array, classes, loss);
    }
    return array;
  });
}

function kindOf(loss: Loss | undefined, y: NdArray, output: PublicShape): Kind {
  if (loss && isLossFunction(loss)) return loss.targets;
  const same =
    y.shape.length === output.length && output.every((n, i) => n === null || i === 0 || n === y.shape[i]);
  return same || (output.at(-1) === 1 && y.shape.length === output.length - 1) ? 'values' : 'labels';
}

function expectTarget(
  label: string,
  expected: readonly (number | string | null)[],
  shape: readonly number[],
  given: NdArray,
  output: PublicShape,
  loss: Loss | undefined,
): void {
  try {
    expectFit(label, expected, shape);
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    const name = !loss ? 'a metric' : isLossFunction(loss) ? loss.lossName : loss.name || 'the loss';
    const wanted = `[${expected.map((n) => n ?? 'any').join(', ')}]`;
    throw new ShapeError(
      `[${label}] ${name} takes targets ${wanted} for an output [${output.map((n) => n ?? 'N').join(', ')}],` +
        ` got ${show(given.shape)}${instead(loss, given, output)}`,
    );
  }
}

/** The loss that takes such targets, where one for classes was given the other kind. */
function instead(loss: Loss | undefined, { shape }: NdArray, output: PublicShape): string {
  if (!isLossFunction(loss)) return '';
  const rank = output.length;
  if (loss.targets === 'labels' && shape.length === rank && shape.at(-1) === output.at(-1)) {
    return '; one-hot rows are for categoricalCrossentropy, or take their labels, ndarray(y).argMax()';
  }
  const columns = loss.targets === 'values' && (output.at(-1) ?? 1) > 1;
  return columns && shape.length === rank - 1
    ? '; labels are for sparseCategoricalCrossentropy, or make rows of them, oneHot(labels, classes)'
    : '';
}

/** Labels are integers; those outside the classes count only where the loss ignores them. */
function checkLabels(
  label: string,
  { data }: NdArray,
  classes: number | undefined,
  loss: Loss | undefined,
): void {
  const config = loss && isLossFunction(loss) ? loss.getConfig() : {};
  const ignored = config.ignoreClass;
  for (let i = 0; i < data.length; i++) {
    const value = data[i];
    if (value === ignored) continue;
    if (Number.isInteger(value) && value >= 0 && (classes === undefined || value < classes)) continue;
    const range = classes === undefined ? 'integers from 0 on' : `integers from 0 to ${classes - 1}`;
    throw new DataError(`[${label}] takes labels, which are ${range}, got ${value} at element ${i}`);
  }
}

/** The plan for a batch. */
export function sizesOf(
  mode: Mode,
  samples: Samples,
  objectives: readonly Objective[],
  outputs: readonly { shape: PublicShape }[],
): PlanSizes {
  const { x, y, weights, masks } = samples;
  return {
    mode,
    batch: x[0].length,
    inputs: x.map(({ shape }) => shape.slice(1)),
    masked: x.map((_, i) => masks?.[i] !== undefined),
    targets:
      mode === 'predict' || !y
        ? []
        : y.map((array, i): TargetSize | undefined => {
            const { loss } = objectives[i];
            if (!isJudged(objectives[i])) return undefined;
            const kind = kindOf(loss, array, outputs[i].shape);
            const dtype = kind === 'values' ? 'f32' : 'u32';
            const timeMajor = !(loss && isLossFunction(loss) && loss.batchMajorTargets);
            const shape = timeMajor ? swapped(array.shape, dtype) : array.shape;
            return { dtype, shape, timeMajor, weighted: weights?.[i] !== undefined };
          }),
  };
}

/** Writes a batch into the inputs of its plan. */
export function writeBatch(backend: Backend, graph: Graph, plan: ModelPlan, samples: Samples): void {
  const { x, y, weights, masks } = samples;
  x.forEach((array, i) => {
    backend.write(plan.inputs[i], toPhysical(array, graph.inputs[i].dtype === 'int32' ? 'u32' : 'f32'));
  });
  plan.masks.forEach((t, i) => {
    const mask = masks?.[i];
    if (t && mask) backend.write(t, toPhysical(mask, 'u32'));
  });
  plan.targets.forEach((target, i) => {
    if (!target || !y) return;
    const inOrder = plan.timeMajor[i] === false;
    backend.write(target, inOrder ? Uint32Array.from(y[i].data) : toPhysical(y[i], target.dtype));
  });
  plan.weights.forEach((weight, i) => {
    const given = weights?.[i];
    if (weight && given) backend.write(weight, rowsInStorage(given, weight.shape));
  });
}

/** Weights [N], [N,T], ... for rows that lie as [N] or [T,N,...]: each counts for all rows of its sample or step. */
function rowsInStorage(weights: NdArray, shape: readonly number[]): Float64Array {
  const { data } = weights;
  if (shape.length === 1) return Float64Array.from(data);
  const [T, N, ...rest] = shape;
  const within = sizeOf(rest);
  const out = new Float64Array(T * N * within);
  const rows = out.length / data.length;
  for (let t = 0; t < T; t++) {
    for (let n = 0; n < N; n++) {
      for (let k = 0; k < within; k++) {
        out[(t * N + n) * within + k] = data[Math.floor(((n * T + t) * within + k) / rows)];
      }
    }
  }
  return out;
}

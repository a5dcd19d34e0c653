// Layers of several inputs: joined along an axis, or combined element by element.
import type { Builder } from '../core/builder.ts';
import { OptionError, ShapeError, show } from '../core/errors.ts';
import { shown } from '../core/options.ts';
import type { Tensor } from '../core/tensor.ts';
import type { Operation } from '../kernels/combine.ts';
import { fullMask, mergeMasks, mergeMasksInto } from '../kernels/mask_merge.ts';
import { maskRows } from '../kernels/mask_rows.ts';
import { isTimeMajor, publicShape } from './layout.ts';
import { joined } from './movements.ts';
import { elementwise, scaled } from './operations.ts';
import { type AppliedLayer, type LayerOptions, plainLayer } from './plain.ts';
import { passFractions } from './probabilities.ts';

export interface ConcatenateOptions extends LayerOptions {
  /** The axis in the order [N,T,D], negative from the end; default -1. */
  axis?: number;
}

/**
 * Joins inputs along an axis: [N,T,D1], [N,T,D2] to [N,T,D1+D2] by default, [N,T1,D], [N,T2,D] to [N,T1+T2,D] for axis 1.
 *
 * Mask: where an input has one, those without count throughout; along time masks are joined, along other axes a step
 * counts where it does in all inputs, as in Keras.
 * @throws ShapeError when the inputs differ in another axis, or the axis is the batch.
 */
export function concatenate(options: ConcatenateOptions = {}): AppliedLayer {
  const { axis = -1 } = options;
  if (!Number.isInteger(axis)) {
    throw new OptionError(`[concatenate/axis] must be an integer, got ${shown(axis)}`);
  }
  return plainLayer({
    className: 'Concatenate',
    name: 'concatenate',
    options,
    config: { axis },
    build: (b, name, ...inputs) => concatenated(b, name, inputs, axis),
  });
}

function concatenated(b: Builder, name: string, inputs: readonly Tensor[], axis: number): Tensor {
  expectSeveral(name, inputs);
  const [first] = inputs;
  const rank = first.shape.length;
  const at = axis < 0 ? axis + rank : axis;
  if (at < 0 || at >= rank) {
    throw new ShapeError(`[${name}] there is no axis ${axis} in ${show(publicShape(first))} (${first.name})`);
  }
  if (at === 0) throw new ShapeError(`[${name}] joins samples; axis 0 is the batch, choose another`);
  const shapes = inputs.map(publicShape);
  const same = shapes.every((s) => s.length === rank && s.every((n, k) => k === at || n === shapes[0][k]));
  if (!same) {
    throw new ShapeError(
      `[${name}] joins along axis ${axis}, so the other axes must be alike; got ${shapes.map(show).join(' and ')}`,
    );
  }
  const alongTime = isTimeMajor(first) && at === 1;
  const y = joined(b, inputs, alongTime ? 0 : at);
  b.setMask(y, joinedMask(b, inputs, alongTime));
  return y;
}

function joinedMask(b: Builder, inputs: readonly Tensor[], alongTime: boolean): Tensor | undefined {
  const masks = inputs.map((x) => b.maskOf(x));
  if (masks.every((mask) => mask === undefined)) return undefined;
  if (!alongTime) {
    const known = masks.filter((mask) => mask !== undefined);
    return known.reduce((left, right) => (left === right ? left : mergeMasks(b, left, right)));
  }
  const N = inputs[0].shape[1];
  const steps = inputs.map((x) => x.shape[0]);
  const whole = b.scratch('mask', [steps.reduce((sum, T) => sum + T, 0), N], 'u32');
  let first = 0;
  for (const [i, T] of steps.entries()) {
    const mask = masks[i] ?? fullMask(b, [T, N]);
    mergeMasksInto(b, mask, mask, b.view(whole, first * N, [T, N]));
    first += T;
  }
  return whole;
}

/** How a layer combines its inputs, two at a time. */
interface Merging {
  readonly className: string;
  readonly name: string;
  readonly operation: Operation;
  /** How many inputs it takes; default two or more. */
  readonly count?: number;
  /** Whether an input has no say at the steps that its mask leaves out. */
  readonly passesMasked?: boolean;
  /** What becomes of all combined. */
  finish?(b: Builder, y: Tensor, inputs: readonly Tensor[]): Tensor;
}

/**
 * The sum of its inputs. As all layers that combine: lengths of 1 are repeated, an input of fewer axes gets them after
 * the batch, and the mask, where all inputs have one, counts the steps that any of them counts, as in Keras.
 * @throws ShapeError when the shapes do not go together.
 */
export function add(options: LayerOptions = {}): AppliedLayer {
  return merging(options, { className: 'Add', name: 'add', operation: 'add' });
}

/** The first input less the second. */
export function subtract(options: LayerOptions = {}): AppliedLayer {
  return merging(options, { className: 'Subtract', name: 'subtract', operation: 'subtract', count: 2 });
}

/** The product of its inputs, element by element; a step that a mask leaves out counts as ones, and as zeros where all do. */
export function multiply(options: LayerOptions = {}): AppliedLayer {
  return merging(options, {
    ...{ className: 'Multiply', name: 'multiply', operation: 'multiply', passesMasked: true },
    finish(b, y) {
      const mask = b.maskOf(y);
      if (!mask) return y;
      const zeroed = maskRows(b, y, mask);
      b.setMask(zeroed, mask);
      passFractions(b, zeroed, y);
      return zeroed;
    },
  });
}

/** The mean of its inputs. */
export function average(options: LayerOptions = {}): AppliedLayer {
  return merging(options, {
    ...{ className: 'Average', name: 'average', operation: 'add' },
    finish(b, y, inputs) {
      const mean = scaled(b, y, 1 / inputs.length);
      passFractions(b, mean, ...inputs);
      return mean;
    },
  });
}

/** The largest of its inputs, element by element, of those whose masks count the step. */
export function maximum(options: LayerOptions = {}): AppliedLayer {
  const operation = 'maximum';
  return merging(options, { className: 'Maximum', name: 'maximum', operation, passesMasked: true });
}

/** The smallest of its inputs, element by element, of those whose masks count the step. */
export function minimum(options: LayerOptions = {}): AppliedLayer {
  const operation = 'minimum';
  return merging(options, { className: 'Minimum', name: 'minimum', operation, passesMasked: true });
}

function merging(options: LayerOptions, how: Merging): AppliedLayer {
  const { className, name, count, finish = (_b, y) => y } = how;
  return plainLayer({
    className,
    name,
    options,
    config: {},
    build(b, own, ...inputs) {
      expectSeveral(own, inputs, count);
      const y = inputs.slice(1).reduce((x, next) => pair(b, how, x, next), inputs[0]);
      return finish(b, y, inputs);
    },
  });
}

/** Two inputs to one, with its mask. */
function pair(b: Builder, { operation, passesMasked }: Merging, x: Tensor, y: Tensor): Tensor {
  // The mask of an input that is repeated over time says nothing of the steps.
  const steps = Math.max(...[x, y].map((t) => (isTimeMajor(t) ? t.shape[0] : 1)));
  const maskOf = (t: Tensor) => (t.shape[0] === steps ? b.maskOf(t) : undefined);
  const left = maskOf(x);
  const right = maskOf(y);
  const z = elementwise(b, operation, x, y, passesMasked ? { x: left, y: right } : {});
  b.setMask(z, left && right ? (left === right ? left : mergeMasks(b, left, right, true)) : undefined);
  return z;
}

function expectSeveral(name: string, inputs: readonly Tensor[], count?: number): void {
  const fine = count === undefined ? inputs.length >= 2 : inputs.length === count;
  if (!fine) {
    throw new ShapeError(
      `[${name}] takes ${count ?? 'two or more'} inputs in an array, got ${inputs.length}`,
    );
  }
  const ids = inputs.find((x) => x.dtype !== 'f32');
  if (ids) {
    throw new ShapeError(
      `[${name}] takes features (f32), got ids (${ids.name}); look them up by an embedding`,
    );
  }
}

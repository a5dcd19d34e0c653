// The axes that a normalization names, moved to the end of the tensor and back.
import type { Builder } from '../core/builder.ts';
import { OptionError, ShapeError, show } from '../core/errors.ts';
import { shown } from '../core/options.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { isTimeMajor, publicShape } from './layout.ts';
import { permuted } from './movements.ts';

/** An axis in the order [N,T,D], negative from the end, or several. */
export type Axes = number | readonly number[];

/** @throws OptionError unless `axes` is an integer or an array of different integers. */
export function expectAxes(axes: Axes, where: string): Axes {
  const list = typeof axes === 'number' ? [axes] : axes;
  const fine =
    Array.isArray(list) &&
    list.length > 0 &&
    list.every(Number.isInteger) &&
    new Set(list).size === list.length;
  if (!fine) throw new OptionError(`[${where}] must be an axis or an array of axes, got ${shown(axes)}`);
  return typeof axes === 'number' ? axes : [...axes];
}

export interface LastAxes {
  /** x with the axes last, in their order; x itself where they are last already. */
  moved: Tensor;
  /** Their lengths, and the product of these. */
  lengths: number[];
  size: number;
  /** Whether `moved` has other axes after the batch and time than x. */
  turned: boolean;
  /** Puts a tensor like `moved` back to the axes of x. */
  back(y: Tensor): Tensor;
}

/**
 * Moves axes to the end.
 * @throws ShapeError for ids, an axis that x has not, or the batch.
 */
export function lastAxes(b: Builder, name: string, x: Tensor, axes: Axes): LastAxes {
  const shape = publicShape(x);
  const rank = shape.length;
  if (x.dtype !== 'f32' || rank < 2) {
    throw new ShapeError(
      `[${name}] expected features [N, ..., D] (f32), got ${show(shape)} ${x.dtype} (${x.name})`,
    );
  }
  const list = (typeof axes === 'number' ? [axes] : [...axes]).map((axis) => (axis < 0 ? axis + rank : axis));
  list.sort((p, q) => p - q);
  if (list.some((axis) => axis >= rank || axis < 0)) {
    throw new ShapeError(`[${name}/axis] ${JSON.stringify(axes)} is no axis of ${show(shape)} (${x.name})`);
  }
  if (list[0] === 0) throw new ShapeError(`[${name}/axis] 0 is the batch; choose an axis of the samples`);
  // Inside, time comes first and the batch second.
  const physical = list.map((axis) => (isTimeMajor(x) && axis === 1 ? 0 : axis));
  const order = [...x.shape.map((_, k) => k).filter((k) => !physical.includes(k)), ...physical];
  const lengths = physical.map((k) => x.shape[k]);
  const turned = order.some((k, i) => k !== i);
  return {
    moved: turned ? permuted(b, x, order) : x,
    lengths,
    size: sizeOf(lengths),
    turned,
    back(y) {
      if (!turned) return y;
      return permuted(
        b,
        y,
        order.map((_, k) => order.indexOf(k)),
      );
    },
  };
}

// Operations on tensors that move elements and leave their values: other axes, parts, joins; each with its backward step.
import type { Builder } from '../core/builder.ts';
import { ShapeError, show } from '../core/errors.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { columnSum } from '../kernels/column_sum.ts';
import { type Placing, stridedCopy, stridesOf } from '../kernels/strided_copy.ts';
import { publicShape } from './layout.ts';
import { passFractions } from './probabilities.ts';

/**
 * x with its axes in another order: axis k of the result is axis `axes[k]` of x. At most four axes; a view of x where no
 * element moves.
 */
export function permuted(b: Builder, x: Tensor, axes: readonly number[]): Tensor {
  const shape = axes.map((k) => x.shape[k]);
  const moving = axes.filter((k) => x.shape[k] > 1);
  if (moving.every((k, i) => i === 0 || k > moving[i - 1])) return b.view(x, 0, shape);
  const strides = stridesOf(x.shape);
  return gathered(b, x, shape, { strides: axes.map((k) => strides[k]) }, 'permuted');
}

/** [T,N,...] as [N,T,...] and back: the same function. Ranks below 2 have no such axes and stay as they are. */
export function swappedAxes(b: Builder, x: Tensor): Tensor {
  if (x.shape.length < 2) return x;
  return permuted(b, x, [1, 0, ...x.shape.map((_, k) => k).slice(2)]);
}

/**
 * x under another shape without the batch, in the order that users see: [T,N,D] is read as [N,T,D], and what has three
 * axes or more comes out with time first again.
 * @throws ShapeError when the number of elements differs.
 */
export function reshaped(b: Builder, x: Tensor, target: readonly number[]): Tensor {
  const [N, ...rest] = publicShape(x);
  if (sizeOf(rest) !== sizeOf(target)) {
    throw new ShapeError(
      `[${b.path || 'reshape'}] cannot make [N, ${target.join(', ')}] of` +
        ` ${show(publicShape(x))} (${x.name}): ${sizeOf(target)} elements a sample are not ${sizeOf(rest)}`,
    );
  }
  if (x.shape.length >= 3 && target.length >= 2 && target[0] === rest[0]) {
    return b.view(x, 0, [rest[0], N, ...target.slice(1)]);
  }
  const batchMajor = b.view(x.shape.length >= 3 ? swappedAxes(b, x) : x, 0, [N, ...target]);
  return target.length >= 2 ? swappedAxes(b, batchMajor) : batchMajor;
}

/** The elements first..first + count - 1 along an axis; a view along the first. */
export function sliced(b: Builder, x: Tensor, axis: number, first: number, count: number): Tensor {
  const strides = stridesOf(x.shape);
  const shape = x.shape.map((n, k) => (k === axis ? count : n));
  const start = first * strides[axis];
  if (axis === 0) return b.view(x, start, shape);
  return gathered(b, x, shape, { first: start, strides }, 'part');
}

/** Tensors one after the other along an axis; they differ in nothing but the length of that axis. */
export function joined(b: Builder, parts: readonly Tensor[], axis: number): Tensor {
  const length = parts.reduce((sum, x) => sum + x.shape[axis], 0);
  const shape = parts[0].shape.map((n, k) => (k === axis ? length : n));
  const y = b.activation('joined', shape, { differentiable: parts.some((x) => x.differentiable) });
  passFractions(b, y, ...parts);
  let first = 0;
  for (const x of parts) {
    put(b, x, y, axis, first);
    first += x.shape[axis];
  }
  return y;
}

/** x with zeros before and after it along an axis. */
export function padded(b: Builder, x: Tensor, axis: number, before: number, after: number): Tensor {
  const shape = x.shape.map((n, k) => (k === axis ? n + before + after : n));
  const y = b.activation('padded', shape, { differentiable: x.differentiable });
  b.clear(y, 'start');
  passFractions(b, y, x);
  put(b, x, y, axis, before);
  return y;
}

/**
 * x repeated along the axes where it has length 1 and `shape` has more; backward: the sum over them.
 * @throws ShapeError when x and `shape` differ elsewhere.
 */
export function broadcast(b: Builder, x: Tensor, shape: readonly number[]): Tensor {
  const fits = x.shape.length === shape.length && x.shape.every((n, k) => n === shape[k] || n === 1);
  if (!fits) {
    throw new ShapeError(
      `[${b.path || 'broadcast'}] ${show(x.shape)} (${x.name}) does not repeat to ${show(shape)}`,
    );
  }
  const repeats = shape.map((_, k) => k).filter((k) => x.shape[k] !== shape[k]);
  if (repeats.length === 0) return x;
  const strides = stridesOf(x.shape);
  const y = b.activation('repeated', shape, { differentiable: x.differentiable });
  passFractions(b, y, x);
  const into = { strides: stridesOf(shape) };
  const from = { strides: strides.map((stride, k) => (repeats.includes(k) ? 0 : stride)) };
  stridedCopy(b, { shape, source: x, from, to: y, into });
  b.onBackward(() => {
    const dy = b.gradOf(y);
    const dx = dy && b.gradInto(x);
    if (dx) sumOver(b, dy, repeats, dx);
  });
  return y;
}

/** to (+)= the sum of source over some axes. */
function sumOver(
  b: Builder,
  source: Tensor,
  axes: readonly number[],
  { tensor: to, accumulate }: { tensor: Tensor; accumulate: 0 | 1 },
): void {
  const { shape } = source;
  const kept = shape.map((_, k) => k).filter((k) => !axes.includes(k));
  const order = [...axes, ...kept];
  let rows = source;
  if (order.some((k, i) => k !== i)) {
    const strides = stridesOf(shape);
    const turned = order.map((k) => shape[k]);
    rows = b.scratch('summed first', turned);
    const from = { strides: order.map((k) => strides[k]) };
    stridedCopy(b, { shape: turned, source, from, to: rows, into: { strides: stridesOf(turned) } });
  }
  const cols = sizeOf(kept.map((k) => shape[k]));
  columnSum(b, { source: rows, to, rows: sizeOf(shape) / cols, cols, accumulate });
}

/** A tensor of that shape from elements of x, each taken at most once. */
function gathered(b: Builder, x: Tensor, shape: readonly number[], from: Placing, name: string): Tensor {
  const y = b.activation(name, shape, { differentiable: x.differentiable });
  passFractions(b, y, x);
  const whole = { strides: stridesOf(shape) };
  stridedCopy(b, { shape, source: x, from, to: y, into: whole });
  b.onBackward(() => {
    const dy = b.gradOf(y);
    const dx = dy && b.gradInto(x);
    if (!dx) return;
    const { tensor: to, accumulate } = dx;
    // What is not taken gets no gradient.
    if (accumulate === 0 && sizeOf(shape) < sizeOf(x.shape)) b.clear(to, 'start');
    stridedCopy(b, { shape, source: dy, from: whole, to, into: from, accumulate });
  });
  return y;
}

/** Puts x into y from `first` on along an axis. */
function put(b: Builder, x: Tensor, y: Tensor, axis: number, first: number): void {
  const inner = sizeOf(x.shape.slice(axis + 1));
  const shape = [sizeOf(x.shape.slice(0, axis)), x.shape[axis] * inner];
  const own = { strides: stridesOf(shape) };
  const placed = { first: first * inner, strides: [y.shape[axis] * inner, 1] };
  stridedCopy(b, { shape, source: x, from: own, to: y, into: placed });
  b.onBackward(() => {
    const dy = b.gradOf(y);
    const dx = dy && b.gradInto(x);
    if (!dx) return;
    const { tensor: to, accumulate } = dx;
    stridedCopy(b, { shape, source: dy, from: placed, to, into: own, accumulate });
  });
}

// Partial results of split sums: where they lie, and when they are added.
import type { Builder } from '../core/builder.ts';
import { rootOf, type Tensor, tensor } from '../core/tensor.ts';
import { type SumPart, sumProductsKernel, tableOf } from './sum_products.ts';
import { sumSlices } from './sum_slices.ts';

/** One result whose parts lie in the slices: rows of `cols` elements, from `first` on in each slice. */
export interface SlicedResult {
  first: number;
  rows: number;
  cols: number;
  /** Written or added to; its rows are `lines` apart. */
  to: Tensor;
  lines: number;
  accumulate: 0 | 1;
}

export interface Sliced {
  slices: number;
  /** Elements of one slice, in which the results lie. */
  size: number;
  results: readonly SlicedResult[];
}

interface Waiting extends SumPart {
  readonly to: Tensor;
}

/** The slices of one plan: what waits lies in front, and the rest is free. */
interface Room {
  /** Grows until the plan is finished. */
  readonly shape: number[];
  readonly storage: Tensor;
  used: number;
  waiting: Waiting[];
}

/** Slices that wait take no more than this. */
const LARGEST = 64 * 1024 * 1024;
/** Slices begin at multiples of this, which WebGPU can bind. */
const ALIGNMENT = 64;

/**
 * Emits `write`, which fills slices, and the sums of them: at once, or, where they are gradients of parameters, together
 * with those of other products, before anybody touches these gradients.
 */
export function inSlices(b: Builder, { slices, size, results }: Sliced, write: (to: Tensor) => void): void {
  const room = roomOf(b);
  const length = slices * size;
  const largest = Math.min(LARGEST, b.limits.bindingBytes);
  if (4 * (room.used + length) > largest) addWaiting(b, room);
  const at = room.used;
  room.shape[0] = Math.max(room.shape[0], at + length);
  const partial = b.view(room.storage, at, [length]);
  write(partial);
  const parts = results.map(({ first, to, ...rest }) => ({
    ...{ ...rest, sourceAt: at + first, slice: size, slices, to, toAt: to.offset },
  }));
  if (!parts.every(({ to }) => mayWait(b, to)) || 4 * length > largest) {
    addNow(b, room, parts);
    return;
  }
  // Sums of one dispatch write no element twice.
  if (parts.some((part) => room.waiting.some((other) => !apart(part, other)))) addWaiting(b, room);
  room.used = Math.ceil((at + length) / ALIGNMENT) * ALIGNMENT;
  room.waiting.push(...parts);
  b.postpone(
    parts.map(({ to }) => to),
    () => addWaiting(b, room),
  );
}

function roomOf(b: Builder): Room {
  return b.once('slices', () => {
    const shape = [ALIGNMENT];
    return { shape, storage: tensor('slices', shape, 'scratch'), used: 0, waiting: [] };
  });
}

/** Gradients of parameters are read by the optimizer alone, all of them at once. */
function mayWait(b: Builder, to: Tensor): boolean {
  return b.phase === 'backward' && rootOf(to) === b.parameters.gradients;
}

function addWaiting(b: Builder, room: Room): void {
  const parts = room.waiting;
  room.waiting = [];
  room.used = 0;
  if (parts.length > 0) addNow(b, room, parts);
}

function addNow(b: Builder, { storage }: Room, parts: readonly Waiting[]): void {
  const [{ to, sourceAt, slice, slices, rows, cols, lines, accumulate }] = parts;
  if (parts.length === 1 && slice === rows * cols) {
    const source = b.view(storage, sourceAt, [slices * slice]);
    sumSlices(b, { source, to, slices, rows, cols, stride: lines, accumulate });
    return;
  }
  const { table, groups } = tableOf(parts);
  const list = tensor('slices to add', [table.length], 'scratch', { dtype: 'u32', initial: () => table });
  const ends = parts.map((part) => part.sourceAt + (part.slices - 1) * part.slice + part.rows * part.cols);
  const source = b.view(storage, 0, [Math.max(...ends)]);
  const params = { count: parts.length, groups };
  b.dispatch(sumProductsKernel, { parts: list, source, to: rootOf(to) }, params);
}

/** Whether two results share no element: they do not overlap, or lie side by side in rows that are equally far apart. */
function apart(p: Waiting, q: Waiting): boolean {
  const end = ({ toAt, rows, cols, lines }: Waiting) => toAt + (rows - 1) * lines + cols;
  if (end(p) <= q.toAt || end(q) <= p.toAt) return true;
  if (p.lines !== q.lines) return false;
  const from = (((q.toAt - p.toAt) % p.lines) + p.lines) % p.lines;
  return from >= p.cols && from + q.cols <= p.lines;
}

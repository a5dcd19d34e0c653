// Tensor handles: what a plan talks about. A handle holds no data; a backend gives it storage.
import { OptionError, ShapeError, show } from './errors.ts';
import { shown } from './options.ts';

export type DType = 'f32' | 'u32';

/** What a tensor is for; it decides who owns its storage and whether plans share it. */
export type Role = 'input' | 'param' | 'grad' | 'slot' | 'state' | 'activation' | 'scratch';

export interface Tensor {
  readonly id: number;
  readonly name: string;
  /** Row-major; the last dimension is contiguous. */
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly role: Role;
  /** The tensor whose storage this one lies in; undefined for a tensor with storage of its own. */
  readonly base?: Tensor;
  /** Elements from the start of the storage of `base`. */
  readonly offset: number;
  /** The tensor this one is a view of, for gradients; undefined for a tensor that is no view. */
  readonly source?: Tensor;
  /** Whether a gradient is wanted for it. */
  readonly differentiable: boolean;
  /** Columns of `interleave` gates are stored side by side for each unit: [rows, G·H] as [rows, H, G]. */
  readonly interleave: number;
  /** A state that a sequence carries from run to run. */
  readonly carried: boolean;
  /** First contents of the storage, row-major in storage order; zeros when absent. */
  readonly initial?: () => ArrayLike<number>;
}

let nextId = 1;

export interface TensorOptions {
  dtype?: DType;
  base?: Tensor;
  offset?: number;
  source?: Tensor;
  differentiable?: boolean;
  interleave?: number;
  carried?: boolean;
  initial?: () => ArrayLike<number>;
}

/** Makes a handle; the shape is checked here, so that every later step may rely on it. */
export function tensor(
  name: string,
  shape: readonly number[],
  role: Role,
  options: TensorOptions = {},
): Tensor {
  for (const n of shape) {
    if (!Number.isSafeInteger(n) || n < 1) {
      throw new ShapeError(`[${name}] a dimension must be a positive integer, got shape ${show(shape)}`);
    }
  }
  return {
    id: nextId++,
    name,
    shape,
    role,
    dtype: options.dtype ?? 'f32',
    offset: options.offset ?? 0,
    differentiable: options.differentiable ?? false,
    interleave: options.interleave ?? 1,
    carried: options.carried ?? false,
    ...(options.base && { base: options.base }),
    ...(options.source && { source: options.source }),
    ...(options.initial && { initial: options.initial }),
  };
}

/**
 * The storage of `t` under another shape, from `offset` elements on; gradients flow through it.
 * @throws ShapeError when it would leave `t`.
 */
export function viewOf(t: Tensor, offset: number, shape: readonly number[]): Tensor {
  if (offset < 0 || offset + sizeOf(shape) > sizeOf(t.shape)) {
    throw new ShapeError(`[${t.name}] a view of ${show(shape)} at ${offset} leaves ${show(t.shape)}`);
  }
  return tensor(t.name, shape, t.role, {
    dtype: t.dtype,
    base: rootOf(t),
    offset: t.offset + offset,
    source: sourceOf(t),
    differentiable: t.differentiable,
  });
}

/** Number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** The tensor that owns the storage. */
export function rootOf(t: Tensor): Tensor {
  return t.base ?? t;
}

/** The tensor whose gradient a view's gradient is a part of. */
export function sourceOf(t: Tensor): Tensor {
  return t.source ?? t;
}

/** Throws unless `t` has exactly the given shape; `where` names the layer or option for the message. */
export function expectShape(t: Tensor, shape: readonly number[], where: string, letters = ''): void {
  if (t.shape.length !== shape.length || t.shape.some((n, i) => n !== shape[i])) {
    const meaning = letters ? ` = ${letters}` : '';
    throw new ShapeError(`[${where}] expected ${show(shape)}${meaning}, got ${show(t.shape)} (${t.name})`);
  }
}

/** Throws unless `t` has `rank` dimensions. */
export function expectRank(t: Tensor, rank: number, where: string, letters: string): void {
  if (t.shape.length !== rank) {
    throw new ShapeError(`[${where}] expected ${letters}, got ${show(t.shape)} (${t.name})`);
  }
}

/** Throws unless `value` is a positive integer, as layer sizes and batch sizes must be. */
export function expectCount(value: number, where: string): number {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new OptionError(`[${where}] must be a positive integer, got ${shown(value)}`);
  }
  return value;
}

// What a kernel is tested on: shapes, ranges and tolerances, one table for correctness and speed.
import type { random } from '../../src/core/random.ts';

export interface TensorCase {
  shape: readonly number[];
  /** Elements before the tensor in its storage; anything but a multiple of 64 makes an unaligned view. */
  at?: number;
  values(next: ReturnType<typeof random>): number;
}

export interface Tolerance {
  /** Mean squared error over the mean square of the reference. */
  nmse: number;
  /** |a-b| <= absolute + relative·|reference|. */
  absolute: number;
  relative: number;
  /** Why it is looser than the default. */
  reason?: string;
}

/** DESIGN.md part 7; `sum` of a case scales the elementwise limits by its square root. */
export const defaultTolerance: Tolerance = { nmse: 1e-10, absolute: 1e-5, relative: 1e-4 };

export interface KernelCase {
  name: string;
  params: Readonly<Record<string, number>>;
  /** One for each binding of the kernel. */
  tensors: Readonly<Record<string, TensorCase>>;
  /** Length of the longest sum, where it is long. */
  sum?: number;
  tolerance?: Tolerance;
  /** Measured by the benchmark too. */
  bench?: boolean;
  /** Not run in Chromium: a variant whose shader other cases take there in other sizes, and which is dear to compile. */
  nodeOnly?: boolean;
}

/** Normal values with standard deviation `scale`. */
export function normal(shape: readonly number[], scale = 1): TensorCase {
  return { shape, values: (next) => scale * next.normal() };
}

/** Values uniform in [low, high). */
export function uniform(shape: readonly number[], low = 0, high = 1): TensorCase {
  return { shape, values: (next) => low + (high - low) * next.uniform() };
}

/** Integers in [0, below), for u32 bindings. */
export function integers(shape: readonly number[], below: number): TensorCase {
  return { shape, values: (next) => next.below(below) };
}

/** The same value everywhere. */
export function constant(shape: readonly number[], value: number): TensorCase {
  return { shape, values: () => value };
}

/** ±`magnitude` by the toss of a coin: extreme inputs. */
export function extreme(shape: readonly number[], magnitude = 1e4): TensorCase {
  return { shape, values: (next) => (next.uniform() < 0.5 ? -magnitude : magnitude) };
}

/** Exactly these values, in order. */
export function exactly(shape: readonly number[], list: ArrayLike<number>): TensorCase {
  let i = 0;
  return { shape, values: () => list[i++ % list.length] };
}

/** The tensor at an offset of its storage that WebGPU cannot bind. */
export function unaligned(t: TensorCase, at = 37): TensorCase {
  return { ...t, at };
}

// Shapes as users think of them, batch first, though inside time comes first.
import type { Tensor } from '../core/tensor.ts';

/** Whether the first axis of a tensor inside is time and the second the batch. */
export function isTimeMajor(t: Pick<Tensor, 'shape' | 'dtype'>): boolean {
  return t.shape.length >= 3 || (t.dtype === 'u32' && t.shape.length === 2);
}

/** The shape of a tensor at the public door: [N,T,...] for [T,N,...], any other as it is. */
export function publicShape(t: Pick<Tensor, 'shape' | 'dtype'>): number[] {
  const [first, second, ...rest] = t.shape;
  return isTimeMajor(t) ? [second, first, ...rest] : [...t.shape];
}

/** The number of samples in a tensor that has a batch. */
export function batchOf(t: Pick<Tensor, 'shape' | 'dtype'>): number {
  return publicShape(t)[0] ?? 1;
}

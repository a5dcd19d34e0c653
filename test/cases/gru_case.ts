// Gate tensors of GRU cases: activations and gradients lie in blocks side by side, each with its own range.
import { type TensorCase, uniform } from './kernel_case.ts';

type Fill = (shape: readonly number[]) => TensorCase;

/** A tensor [T,N,3,H] with block z, r and n of every row filled each in its own way. */
export function gateBlocks(shape: readonly number[], z: Fill, r: Fill, n: Fill): TensorCase {
  const units = shape[shape.length - 1];
  const blocks = [z(shape), r(shape), n(shape)];
  let i = 0;
  return { shape, values: (next) => blocks[Math.floor(i++ / units) % 3].values(next) };
}

/** Values of z and r that are not saturated. */
export const openGate: Fill = (shape) => uniform(shape, 0.02, 0.98);

/** Values of n that are not saturated. */
export const openCandidate: Fill = (shape) => uniform(shape, -0.98, 0.98);

/** Activated z|r|n [T,N,3,H], not saturated. */
export const openGates: Fill = (shape) => gateBlocks(shape, openGate, openGate, openCandidate);

// Cases of the clock: standing, moving, wrapping around, and numbers near the end of 32 bits.
import { exactly, type KernelCase } from './kernel_case.ts';

function step(name: string, position: number, runs: number, stride: number, modulus: number): KernelCase {
  return {
    name,
    params: { stride, modulus },
    tensors: { clock: exactly([4], [position, runs, 5, 6]) },
  };
}

export const cases: readonly KernelCase[] = [
  step('standing', 0, 0, 0, 1),
  step('moving', 33, 1, 32, 127),
  step('wrapping', 97, 65, 32, 127),
  // Case values pass through f32, which holds multiples of 2^8 up here.
  step('large', 2 ** 31, 2 ** 32 - 2 ** 8, 2 ** 30, 2 ** 31 + 2 ** 20),
];

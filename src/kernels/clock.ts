// The clock of a plan: where it stands in the corpus, how often it ran and its seed, kept on the device.
import wgsl from '../../shaders/advance.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { ShapeError } from '../core/errors.ts';
import { defineKernel } from '../core/kernel.ts';
import type { Tensor } from '../core/tensor.ts';

/**
 * position = (position + stride) mod modulus;  runs = runs + 1.
 *
 * clock [4] u32 = (position, runs, seed_low, seed_high); position + stride must be below 2^32.
 */
export const advanceKernel = defineKernel({
  name: 'advance',
  wgsl,
  bindings: { clock: 'readwrite u32' },
  params: { stride: 'u32', modulus: 'u32' },
  workgroups: () => [1, 1, 1],
  reference({ clock }, p) {
    clock[0] = (clock[0] + p.stride) % p.modulus;
    clock[1] = clock[1] + 1;
  },
  cost: () => ({ flops: 0, bytes: 16 }),
});

export interface ClockOptions {
  /** How far the position moves in a run. */
  stride: number;
  /** The position wraps here. */
  modulus: number;
}

/**
 * The state `clock` [4] u32 of the plan = (position, runs, seed_low, seed_high), the same whatever scope is active.
 * It advances after everything else of a run; the position moves where one caller gives `options`, else it stays 0.
 * @throws ShapeError when two callers want the position to move differently.
 */
export function clock(b: Builder, options?: ClockOptions): Tensor {
  const made = b.once('clock', () => {
    const state = b.state('clock', [4], { dtype: 'u32', absolute: true });
    const movement: { options?: ClockOptions } = {};
    b.onEnd(() => {
      const { stride, modulus } = movement.options ?? { stride: 0, modulus: 1 };
      b.dispatch(advanceKernel, { clock: state }, { stride, modulus });
    });
    return { state, movement };
  });
  if (options) {
    const known = made.movement.options;
    if (known && (known.stride !== options.stride || known.modulus !== options.modulus)) {
      throw new ShapeError(
        `[clock] moves by ${known.stride} modulo ${known.modulus} already,` +
          ` and cannot move by ${options.stride} modulo ${options.modulus} as well`,
      );
    }
    made.movement.options = options;
  }
  return made.state;
}

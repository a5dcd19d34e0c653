// How windows go over time, for convolution and pooling: Keras' rules of padding.
import { OptionError, ShapeError } from '../core/errors.ts';
import { shown } from '../core/options.ts';

/** None, as many that the result has T / strides steps, or so many on both sides (which Keras does not have). */
export type Padding = 'valid' | 'same' | number;

/** @throws OptionError unless it is 'valid', 'same' or a count; `more` are other words for the message. */
export function expectPadding(padding: Padding, where: string, more: readonly string[] = []): void {
  const fine = typeof padding === 'number' ? Number.isSafeInteger(padding) && padding >= 0 : isWord(padding);
  if (fine) return;
  const words = ['valid', 'same', ...more].map((word) => `'${word}'`).join(', ');
  throw new OptionError(`[${where}] must be ${words} or a number of steps, got ${shown(padding)}`);
}

function isWord(padding: unknown): boolean {
  return padding === 'valid' || padding === 'same';
}

export interface Windows {
  /** T */
  steps: number;
  /** Steps from the first to the last of a window. */
  reach: number;
  strides: number;
  padding: Padding | 'causal';
}

/**
 * How many windows there are, and by how many steps the first begins before the first step. With 'same' the window count
 * is T / strides rounded up, and of an odd number of steps one more lies behind.
 * @throws ShapeError when no window fits.
 */
export function windowsOf(
  name: string,
  { steps, reach, strides, padding }: Windows,
): { outSteps: number; pad: number } {
  if (padding === 'same') {
    const outSteps = Math.ceil(steps / strides);
    return { outSteps, pad: Math.floor(Math.max(0, (outSteps - 1) * strides + reach - steps) / 2) };
  }
  const before = padding === 'causal' ? reach - 1 : padding === 'valid' ? 0 : padding;
  const behind = padding === 'causal' ? 0 : before;
  const outSteps = Math.floor((steps + before + behind - reach) / strides) + 1;
  if (outSteps < 1) {
    throw new ShapeError(
      `[${name}] a window of ${reach} steps does not fit into ${steps}; use longer sequences, a smaller window or padding: 'same'`,
    );
  }
  return { outSteps, pad: before };
}

// Sizes that every kernel over all time steps is tested with: rows of a workgroup, weights streamed and in registers, edges.
import { halfBits } from '../../src/core/halves.ts';
import type { Precision } from '../../src/core/limits.ts';
import { recurrentActivations } from '../../src/kernels/activations.ts';
import { type KernelCase, normal, type TensorCase } from './kernel_case.ts';

export interface Sequence {
  name: string;
  T: number;
  N: number;
  H: number;
  rows: 1 | 2 | 4;
  registers: 0 | 1;
  masked?: boolean;
  reverse?: 0 | 1;
  /** 2: both directions. */
  lanes?: 1 | 2;
  /** Larger values than a network sees. */
  extreme?: boolean;
  bench?: boolean;
  nodeOnly?: boolean;
}

/** H of the cases that keep the most weights, in the 256 threads that all devices grant, forward and backward. */
const MOST: Record<Precision, Record<number, number>> = {
  f32: { 1: 168, 3: 96, 4: 85 },
  f16: { 1: 256, 3: 128, 4: 128 },
};

/**
 * In f16 only the product is another, so that all else is left to the cases in f32. Cases of the same rows and units share a
 * pipeline; one takes the longer to compile the more rows and units it has, and those that show nothing of a browser
 * are left to Node.
 */
export function sequences(gates: number, precision: Precision): readonly Sequence[] {
  const inF16 = precision === 'f16';
  const sizes: Omit<Sequence, 'registers'>[] = [
    { name: 'one row', T: 4, N: 3, H: 33, rows: 1 },
    { name: 'four rows', T: 3, N: 9, H: 11, rows: 4 },
    { name: 'whole quads', T: 3, N: 5, H: 28, rows: 2 },
    { name: 'both directions', T: 4, N: 3, H: 33, rows: 1, lanes: 2 },
  ];
  const more: Omit<Sequence, 'registers'>[] = [
    { name: 'T=1 N=1 H=1', T: 1, N: 1, H: 1, rows: 1 },
    { name: 'two rows', T: 3, N: 5, H: 18, rows: 2, nodeOnly: true },
    { name: 'masked', T: 6, N: 6, H: 11, rows: 4, masked: true },
    { name: 'from the last step', T: 4, N: 5, H: 28, rows: 2, masked: true, reverse: 1 },
    { name: 'both directions, masked', T: 4, N: 5, H: 28, rows: 2, masked: true, lanes: 2 },
    { name: 'extreme', T: 3, N: 4, H: 28, rows: 2, extreme: true },
    { name: 'N=33 H=1', T: 2, N: 33, H: 1, rows: 4 },
    { name: 'H=20', T: 3, N: 5, H: 20, rows: 1, nodeOnly: true },
  ];
  const all = inF16 ? sizes : [...sizes, ...more];
  const streamed: Sequence[] = [
    { name: 'most units', T: 2, N: 2, H: 254, rows: 1, registers: 0, nodeOnly: true },
    { name: 'many columns', T: 2, N: 3, H: 127, rows: 2, registers: 0, nodeOnly: true },
    { name: 'medium', T: 32, N: 32, H: 64, rows: 1, registers: 0, bench: true, nodeOnly: true },
  ];
  const H = MOST[precision][gates];
  const most: Sequence = { name: 'most registers', T: 2, N: 2, H, rows: 1, registers: 1 };
  return [
    ...all.map((s): Sequence => ({ ...s, registers: 0 })),
    ...all.map((s): Sequence => ({ ...s, name: `${s.name} in registers`, registers: 1 })),
    { ...most, nodeOnly: inF16 },
    ...(inF16 ? [] : streamed),
  ];
}

/** What a case has besides its tensors; the longest sum runs over the units. */
export function sequenceCase(s: Sequence): Omit<KernelCase, 'tensors'> {
  return {
    name: s.name,
    sum: s.H,
    params: sequenceParams(s),
    ...(s.bench && { bench: true }),
    ...(s.nodeOnly && { nodeOnly: true }),
  };
}

/** An activation for each pipeline, so that cases that share one without it still do. */
export function activationOf({ H, registers }: Sequence): number {
  return (H + registers) % recurrentActivations.length;
}

/** Params of a case in the shader's order. */
function sequenceParams(s: Sequence): Record<string, number> {
  const { T: steps, N: batch, H: units, rows, registers } = s;
  return {
    steps,
    batch,
    units,
    masked: s.masked ? 1 : 0,
    reverse: s.reverse ?? 0,
    lanes: s.lanes ?? 1,
    rows,
    registers,
  };
}

/** Recurrent weights [blocks,rows,cols] of a case with H units, or the same number of rows packed as halves. */
export function weights(
  precision: Precision,
  blocks: number,
  rows: number,
  cols: number,
  H: number,
): TensorCase {
  const scale = 1 / Math.sqrt(H);
  if (precision === 'f32') return normal([blocks, rows, cols], scale);
  return {
    shape: [blocks, Math.ceil(rows / 2), cols],
    values: (next) => halfBits(scale * next.normal()) + 65536 * halfBits(scale * next.normal()),
  };
}

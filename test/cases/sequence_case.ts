// Sizes that every kernel over all time steps is tested with: rows of a workgroup, weights streamed and in registers, edges.

export interface Sequence {
  name: string;
  T: number;
  N: number;
  H: number;
  rows: 1 | 2 | 4;
  registers: 0 | 1;
  masked?: boolean;
  /** Larger values than a network sees. */
  extreme?: boolean;
  bench?: boolean;
}

/** `most` bounds H of the cases with registers: one column of weights a thread, in the 256 threads that all devices grant. */
export function sequences(gates: number): readonly Sequence[] {
  const most = Math.min(128, Math.floor(256 / gates));
  const sizes: Omit<Sequence, 'registers'>[] = [
    { name: 'T=1 N=1 H=1', T: 1, N: 1, H: 1, rows: 1 },
    { name: 'one row', T: 4, N: 3, H: 33, rows: 1 },
    { name: 'two rows', T: 3, N: 5, H: 18, rows: 2 },
    { name: 'four rows', T: 3, N: 9, H: 31, rows: 4 },
    { name: 'masked', T: 6, N: 6, H: 7, rows: 4, masked: true },
    { name: 'extreme', T: 3, N: 4, H: 16, rows: 2, extreme: true },
    { name: 'N=33 H=1', T: 2, N: 33, H: 1, rows: 4 },
  ];
  return [
    ...sizes.map((s): Sequence => ({ ...s, registers: 0 })),
    { name: 'more columns than threads', T: 2, N: 3, H: 127, rows: 2, registers: 0 },
    ...sizes.map((s): Sequence => ({ ...s, name: `${s.name} in registers`, registers: 1 })),
    { name: 'most registers', T: 2, N: 2, H: most, rows: 1, registers: 1 },
    { name: 'medium', T: 32, N: 32, H: 64, rows: 1, registers: 0, bench: true },
  ];
}

/** Params of a case in the shader's order. */
export function sequenceParams(s: Sequence): Record<string, number> {
  const { T: steps, N: batch, H: units, rows, registers } = s;
  return { steps, batch, units, masked: s.masked ? 1 : 0, rows, registers };
}

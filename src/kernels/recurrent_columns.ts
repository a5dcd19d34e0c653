// The sizes of kernels that walk through all time steps in one dispatch (shaders/shared/recurrent_columns.wgsl).
import type { Limits } from '../core/limits.ts';

/** Weights of one column that the shader can name: 32 registers of four. */
const MOST_KEPT = 128;

/** What these kernels take besides the params of a step. */
export const sequenceParams = {
  steps: 'u32',
  batch: 'u32',
  units: 'u32',
  masked: 'u32',
  /** Batch rows of a workgroup: 1, 2 or 4. */
  rows: 'u32',
  /** 1 keeps the weights in registers. */
  registers: 'u32',
} as const;

interface Walk {
  readonly units: number;
  readonly rows: number;
  readonly registers: number;
}

/** Constants of the shader for `gates` columns a unit; `parts`: operands that are multiplied by columns of their own. */
export function columnConstants(
  p: Walk,
  limits: Limits,
  gates: number,
  parts: number,
): Record<string, number | boolean> {
  const COLUMNS = gates * p.units;
  const wanted = Math.max(COLUMNS, p.rows * Math.ceil(p.units / 4));
  return {
    UNITS: p.units,
    COLUMNS,
    PARTS: parts,
    ROWS: p.rows,
    THREADS: Math.min(Math.ceil(wanted / 32) * 32, limits.workgroupThreads),
    REGISTERS: p.registers === 1,
  };
}

/** Workgroups of such a kernel. */
export function columnGrid(p: { batch: number; rows: number }): [number, number, number] {
  return [Math.ceil(p.batch / p.rows), 1, 1];
}

/** Whether a device can run the kernel with these sizes; `parts` as the larger of forward and backward. */
export function columnsFit(p: Walk, limits: Limits, gates: number, parts: number): boolean {
  const { units, rows } = p;
  const columns = gates * units;
  const quads = Math.ceil(units / 4);
  const bytes = 4 * (rows * columns + 4 * rows * parts * (quads + 1));
  if (bytes > limits.workgroupBytes || rows * quads > limits.workgroupThreads) return false;
  return p.registers === 0 || (columns <= limits.workgroupThreads && units <= MOST_KEPT);
}

/** Cost of all steps: products, and the weights once for each workgroup and step (once in all with registers). */
export function columnCost(
  p: Walk & { steps: number; batch: number },
  gates: number,
  pointwise: number,
): { flops: number; bytes: number } {
  const { steps, batch, units } = p;
  const states = steps * batch * units;
  return { flops: 2 * gates * states * units, bytes: 4 * (gates * units * units + pointwise * states) };
}

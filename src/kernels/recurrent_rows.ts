// The sizes of the plain kernels of one time step (shaders/shared/recurrent_rows.wgsl).

/** Threads of a workgroup in each direction, and units of a thread. */
const THREADS = 4;
const UNITS = 4;

interface Step {
  readonly units: number;
  readonly batch: number;
  readonly lanes: number;
}

/** Batch rows of a thread: no more than there are, so that a single sequence pays for itself only. */
function rowsOf(batch: number): number {
  if (batch > 4) return 8;
  return batch === 3 ? 4 : batch;
}

/** Constants of the shader. */
export function rowsConstants({ batch }: Pick<Step, 'batch'>): { ROWS: number } {
  return { ROWS: rowsOf(batch) };
}

/** Workgroups of such a kernel. */
export function rowsGrid({ units, batch, lanes }: Step): [number, number, number] {
  return [Math.ceil(units / (THREADS * UNITS)), Math.ceil(batch / (THREADS * rowsOf(batch))), lanes];
}

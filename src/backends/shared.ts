// What every backend does in the same way: who owns storage, checks of data, rows of a profile.
import { ShapeError, show } from '../core/errors.ts';
import type { Step } from '../core/plan.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import type { KernelTime } from './backend.ts';

/** Whether a tensor's storage belongs to one plan; weights, gradients and slots are shared by plans. */
export function isLocal(root: Tensor): boolean {
  return root.role !== 'param' && root.role !== 'grad' && root.role !== 'slot';
}

/** Throws unless `data` has one number for each element of `t`. */
export function checkLength(t: Tensor, data: ArrayLike<number>): void {
  if (data.length !== sizeOf(t.shape)) {
    throw new ShapeError(
      `[${t.name}] takes ${sizeOf(t.shape)} values for ${show(t.shape)}, got ${data.length}`,
    );
  }
}

export type TimeRows = Map<string, { kernel: string; scope: string; calls: number; milliseconds: number }>;

/** Adds the time of one step to the row of its kernel and scope. */
export function addTime(rows: TimeRows, step: Step, milliseconds: number): void {
  const kernel = step.kind === 'dispatch' ? step.kernel.name : step.kind;
  const key = `${kernel} ${step.scope}`;
  const row = rows.get(key) ?? { kernel, scope: step.scope, calls: 0, milliseconds: 0 };
  row.calls++;
  row.milliseconds += milliseconds;
  rows.set(key, row);
}

/** Rows of a profile, longest time first. */
export function sortTimes(rows: TimeRows): KernelTime[] {
  return [...rows.values()].sort((a, b) => b.milliseconds - a.milliseconds);
}

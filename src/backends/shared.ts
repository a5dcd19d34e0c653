// What every backend does in the same way: who owns storage, checks of data, rows of a profile.
import { DataError, DeviceError, OptionError, ShapeError, show } from '../core/errors.ts';
import type { Cost } from '../core/kernel.ts';
import type { Plan, Step } from '../core/plan.ts';
import { rootOf, sizeOf, type Tensor } from '../core/tensor.ts';
import type { KernelTime } from './backend.ts';

/** A shader that the device refuses: unlike one that has no memory today, it stays refused. */
export class ShaderError extends DeviceError {}

/** Whether a tensor's storage belongs to one plan; weights, gradients and slots are shared by plans. */
export function isLocal(root: Tensor): boolean {
  return root.role !== 'param' && root.role !== 'grad' && root.role !== 'slot';
}

/** The error of a read or write before any plan that uses the tensor was loaded, or after its storage was freed. */
export function noStorage(t: Tensor): DeviceError {
  return new DeviceError(`[${t.name}] has no storage on this backend; load a plan that uses it first`);
}

/** The error of a second load of one plan: both would share states and activations. */
export function loadedTwice(plan: Plan): OptionError {
  return new OptionError(`[${plan.name}] is loaded already; dispose of it first, or build a second plan`);
}

/** Keeps account of the models whose weights live on one backend. */
export function parameterHomes(description: string): {
  settle(plan: Plan): void;
  leave(t: Tensor): void;
  leaveAll(): void;
} {
  const home = { description };
  const settled = new Map<Tensor, Plan['parameters']>();
  return {
    settle({ parameters }) {
      if (parameters.all.length === 0) return;
      parameters.settle(home);
      settled.set(parameters.arena, parameters);
    },
    leave(t) {
      settled.get(t)?.unsettle();
      settled.delete(t);
    },
    leaveAll() {
      for (const parameters of settled.values()) parameters.unsettle();
      settled.clear();
    },
  };
}

/**
 * Throws unless `data` has one number for each element of `t`, and, for what a user feeds in, numbers that fit.
 * @throws ShapeError for another length; DataError for NaN in an f32 input or anything but integers in a u32 one.
 */
export function checkData(t: Tensor, data: ArrayLike<number>): void {
  if (data.length !== sizeOf(t.shape)) {
    throw new ShapeError(
      `[${t.name}] takes ${sizeOf(t.shape)} values for ${show(t.shape)}, got ${data.length}`,
    );
  }
  if (rootOf(t).role !== 'input' || data instanceof Uint32Array) return;
  for (let i = 0; i < data.length; i++) {
    const value = data[i];
    const fits =
      t.dtype === 'u32' ? Number.isInteger(value) && value >= 0 && value < 2 ** 32 : !Number.isNaN(value);
    if (!fits) {
      const wanted = t.dtype === 'u32' ? 'an integer from 0 on' : 'a number';
      throw new DataError(`[${t.name}] element ${i} of ${show(t.shape)} must be ${wanted}, got ${value}`);
    }
  }
}

/** Rows of a profile in the making. */
export type TimeRows = Map<string, { -readonly [K in keyof KernelTime]: KernelTime[K] }>;

/** Adds the time of one step to the row of its kernel and scope. */
export function addTime(rows: TimeRows, step: Step, milliseconds: number): void {
  const kernel = step.kind === 'dispatch' ? step.kernel.name : step.kind;
  const key = `${kernel} ${step.scope}`;
  const row = rows.get(key) ?? { kernel, scope: step.scope, calls: 0, milliseconds: 0 };
  row.calls++;
  row.milliseconds += milliseconds;
  const cost = costOf(step);
  if (cost) {
    row.flops = (row.flops ?? 0) + cost.flops;
    row.bytes = (row.bytes ?? 0) + cost.bytes;
  }
  rows.set(key, row);
}

function costOf(step: Step): Cost | undefined {
  if (step.kind === 'dispatch') return step.kernel.cost?.(step.params);
  // A copy reads and writes, a clear only writes.
  if (step.kind === 'copy') return { flops: 0, bytes: 8 * sizeOf(step.to.shape) };
  return { flops: 0, bytes: 4 * sizeOf(step.tensor.shape) };
}

/** Runs of a profile that count, at most. */
const PROFILED = 5;
/** Milliseconds after which no further run begins. */
const PROFILE_TIME = 1000;

/** Profiles one run to warm up and then a few that count: their medians, longest time first. */
export async function profileRuns(once: () => TimeRows | Promise<TimeRows>): Promise<KernelTime[]> {
  await once();
  const profiles: TimeRows[] = [];
  const begun = performance.now();
  do profiles.push(await once());
  while (profiles.length < PROFILED && performance.now() - begun < PROFILE_TIME);
  const runs = profiles.length;
  const rows = [...profiles[0]].map(([key, row]) => {
    const times = profiles.map((profile) => profile.get(key)?.milliseconds ?? 0).sort((a, b) => a - b);
    const milliseconds = (times[(runs - 1) >> 1] + times[runs >> 1]) / 2;
    return { ...row, milliseconds, runs };
  });
  return rows.sort((a, b) => b.milliseconds - a.milliseconds);
}

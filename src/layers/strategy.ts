// How a recurrence is scheduled: one dispatch a time step, or all steps in one; chosen by a cost model or a measurement.
import type { Builder } from '../core/builder.ts';
import type { Trial, TrialSize } from '../core/choices.ts';
import type { Limits, Precision } from '../core/limits.ts';
import { nothing } from '../kernels/nothing.ts';
import { rowsGrid } from '../kernels/recurrent_rows.ts';
import { type BackwardRecurrence, type Cell, type Recurrence, transposes } from './cell.ts';

/** T, N and H of a recurrence, in how many lanes. */
export type Sizes = Pick<Recurrence, 'steps' | 'batch' | 'units' | 'lanes'>;

/** One way to emit all steps of a recurrence. */
export interface Strategy<R extends Recurrence> {
  readonly name: string;
  /** How it reads the recurrent weights; f32 where it says nothing. */
  readonly precision?: Precision;
  /** Microseconds by the cost model; undefined where the device cannot run it. */
  estimate(sizes: Sizes, limits: Limits): number | undefined;
  emit(b: Builder, r: R): void;
}

/** Part of a GPU core's peak that the plain step kernels reach, with half a warp in a workgroup. */
const STEP_EFFICIENCY = 0.12;
/** The same on a software adapter, whose model is told by kernels that load more for each product. */
const SOFTWARE_EFFICIENCY = 2;
/** Loop passes that take as long as a phase of a workgroup: each waits for its loads, of which a few are under way. */
const STEP_PASSES = 4;

/**
 * One dispatch a time step and `phase`, in groups of 16 units x up to 32 rows.
 * Cost: T·(launch + what a core computes, loads or waits for in its groups).
 */
export function stepwise<R extends Recurrence>(
  gates: number,
  dispatches: number,
  emit: (b: Builder, r: R) => void,
): Strategy<R> {
  return {
    name: 'step',
    estimate({ steps, batch, units, lanes }, { model, cheapBarriers }) {
      const [across, down] = rowsGrid({ units, batch, lanes });
      const waves = Math.ceil((lanes * across * down) / model.cores);
      const rows = Math.ceil(batch / down);
      const efficiency = cheapBarriers ? STEP_EFFICIENCY : SOFTWARE_EFFICIENCY;
      const compute = (2 * gates * units * 16 * rows) / (model.coreFlops * efficiency);
      const load = (4 * 16 * units * (gates + 1)) / model.coreCacheBytes;
      const wait = cheapBarriers ? (units / STEP_PASSES) * model.barrier : 0;
      return steps * (dispatches * model.launch + waves * Math.max(compute, load, wait));
    },
    emit,
  };
}

/** Emits all steps by the strategy that the plan chooses. */
export function recur(b: Builder, cell: Cell, direction: 'forward', r: Recurrence): void;
export function recur(b: Builder, cell: Cell, direction: 'backward', r: BackwardRecurrence): void;
export function recur(
  b: Builder,
  cell: Cell,
  direction: 'forward' | 'backward',
  r: Recurrence | BackwardRecurrence,
): void {
  // The overloads pair direction and recurrence.
  const strategies = cell[direction] as readonly Strategy<Recurrence>[];
  if (strategies.length === 1) {
    strategies[0].emit(b, r);
    return;
  }
  const { steps, batch, units, lanes } = r;
  const inF16 = b.limits.precision === 'f16';
  const chosen = b.choose({
    key: `${cell.name}${cell.variant ?? ''} ${direction} T${steps} N${batch} H${units}${lanes === 2 ? ' x2' : ''}${inF16 ? ' f16' : ''}`,
    candidates: strategies.flatMap(({ name, estimate, precision }) => {
      const microseconds = estimate(r, b.limits);
      if (microseconds === undefined) return [];
      const remark = inF16 && precision !== 'f16' ? { remark: 'weights in f32' } : {};
      return [{ name, estimate: microseconds, ...remark }];
    }),
    trial: (trial, name, size) =>
      trialOf(trial, cell, direction, strategies.find((s) => s.name === name)!, r, size),
  });
  strategies.find((s) => s.name === chosen)!.emit(b, r);
}

function trialOf(
  b: Builder,
  cell: Cell,
  direction: 'forward' | 'backward',
  strategy: Strategy<Recurrence>,
  sizes: Sizes,
  size: TrialSize,
): Trial {
  const { units, lanes } = sizes;
  const steps = size === 'check' ? Math.min(sizes.steps, 3) : sizes.steps;
  const batch = size === 'check' ? Math.min(sizes.batch, 5) : sizes.batch;
  const width = cell.gates * units;
  const slots = [lanes, steps + 1, batch, units];
  const gates = b.scratch('gates', [lanes, steps, batch, width]);
  const recurrentKernel = b.scratch('recurrent kernel', [lanes, units, width]);
  const h = b.scratch('h', slots);
  const c = cell.states === 2 ? b.scratch('c', slots) : undefined;
  const extra = cell.keepsExtra ? b.scratch('extra', [lanes, steps, batch, units]) : undefined;
  const recurrentBias = cell.separateRecurrentBias ? b.scratch('bias', [lanes, width]) : undefined;
  const forward: Recurrence = {
    ...{ steps, batch, units, gates, recurrentKernel, recurrentBias, h, c, extra },
    mask: nothing(b, 'u32'),
    masked: 0,
    reverse: 0,
    lanes,
  };
  const weights = { scale: 1 / Math.sqrt(units), halves: b.limits.precision === 'f16' };
  const tensors = [
    { tensor: recurrentKernel, ...weights },
    ...[gates, h, c, extra, recurrentBias].flatMap((t) => (t ? [{ tensor: t, scale: 0.5 }] : [])),
  ];
  if (direction === 'forward') {
    const outputs = [gates, h, c, extra].flatMap((t) => t ?? []);
    return { inputs: tensors, outputs, emit: () => strategy.emit(b, forward) };
  }
  const dh = b.scratch('dh', slots);
  const dc = c && b.scratch('dc', [lanes, batch, units]);
  const backward: BackwardRecurrence = { ...forward, transposed: transposes(b, forward, width), dh, dc };
  const gradients = [dh, dc].flatMap((t) => (t ? [{ tensor: t, scale: 0.5 }] : []));
  const outputs = [gates, extra, dh, dc].flatMap((t) => t ?? []);
  return {
    inputs: [...tensors, ...gradients],
    outputs,
    emit: () => strategy.emit(b, backward),
  };
}

// Where a step of a recurrence lies (shaders/shared/recurrent_lane.wgsl): its direction, and both directions in one dispatch.
import type { ParamValues } from '../core/kernel.ts';

/** What all kernels of one time step take. */
export const stepParams = {
  /** The step in the order of computation. */
  t: 'u32',
  steps: 'u32',
  batch: 'u32',
  units: 'u32',
  masked: 'u32',
  /** 1: lane 0 goes from the last step to the first; it reads slot t+1 of the states in step t, and writes slot t. */
  reverse: 'u32',
  /** 2: both directions in one dispatch; lane 1 goes the other way, and all tensors but the mask are [2,...]. */
  lanes: 'u32',
} as const;

export type StepValues = ParamValues<typeof stepParams>;

/** The first of the rows that belong to a step and lane. */
export interface LanePlace {
  readonly index: number;
  /** In [lanes·T,N], and of the step that is computed next. */
  readonly step: number;
  readonly following: number;
  /** In the mask [T,N]. */
  readonly mask: number;
  /** In [lanes·(T+1),N]: the states before the step and after it. */
  readonly before: number;
  readonly after: number;
  /** In [lanes,N]. */
  readonly row: number;
}

/** The places of step t, one for each lane. */
export function lanesOf({ t, steps, batch, reverse: first, lanes }: StepValues): LanePlace[] {
  return Array.from({ length: lanes }, (_, index) => {
    const reverse = first ^ index;
    const time = reverse === 1 ? steps - 1 - t : t;
    const step = index * steps + time;
    const slot = step + index;
    return {
      index,
      step: step * batch,
      following: (step + 1 - 2 * reverse) * batch,
      mask: time * batch,
      before: (slot + reverse) * batch,
      after: (slot + 1 - reverse) * batch,
      row: index * batch,
    };
  });
}

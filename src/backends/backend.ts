// The contract of a backend: it gives storage to tensors, loads plans and replays them.
import type { FloatArray } from '../core/kernel.ts';
import type { Limits } from '../core/limits.ts';
import type { Plan } from '../core/plan.ts';
import type { Tensor } from '../core/tensor.ts';

export interface KernelTime {
  readonly kernel: string;
  readonly scope: string;
  /** Of one run of the plan. */
  readonly calls: number;
  /** Of all calls of one run: the median of `runs` runs. */
  readonly milliseconds: number;
  readonly runs?: number;
  /** Floating-point operations of all calls; absent where the kernel does not tell its cost. */
  readonly flops?: number;
  /** Bytes that all calls must move at least; those of copies and clears too. */
  readonly bytes?: number;
}

/** Milliseconds that loading a plan took. */
export interface LoadTimes {
  /** Buffers and their first contents. */
  readonly allocate: number;
  /** Shaders and pipelines; those that another plan has compiled already cost nothing. */
  readonly compile: number;
  /** What each step binds. */
  readonly bind: number;
}

export interface Executable {
  readonly plan: Plan;
  readonly loadTimes: LoadTimes;
  /**
   * Replays the plan once, in one submit, without waiting; `steps` stops after the first so many (for bisection).
   * @throws DeviceError when the device is lost.
   */
  run(steps?: number): void;
  /** Resolves when everything submitted so far is done. */
  finished(): Promise<void>;
  /**
   * Runs the plan kernel by kernel, once to warm up and then up to five times within about a second, and returns the
   * median time of each kernel and scope, longest first. Each of these runs does all that `run` does: that of a training
   * plan updates the weights.
   */
  profile(): Promise<KernelTime[]>;
  /**
   * Milliseconds that the device takes for so many runs in a row.
   * @throws DeviceError when the device is lost or a run fails.
   */
  time(runs: number): Promise<number>;
  /** Frees the tensors that belong to this plan alone. */
  dispose(): void;
}

export interface Backend {
  readonly name: 'cpu' | 'webgpu';
  /** The adapter in words; a software adapter is called one. */
  readonly description: string;
  readonly limits: Limits;
  /** Resolves with the reason when the device is lost; never rejects. */
  readonly lost: Promise<string>;
  /**
   * Measures what the plan chose and what was never measured on this device, where it was asked to; whether the plan,
   * built again, would choose otherwise. Call it before `load` (see tuned_plan.ts).
   */
  tune?(plan: Plan): Promise<boolean>;
  load(plan: Plan): Promise<Executable>;
  /** Writes all elements of a tensor or view, in storage order; ordered with the runs around it. */
  write(t: Tensor, data: ArrayLike<number>): void;
  /** Reads all elements of a tensor or view, in storage order, after everything submitted so far. */
  read(t: Tensor): Promise<FloatArray | Uint32Array>;
  /** Frees the storage of these tensors, such as the arenas of a model that is no longer used. */
  release(tensors: Iterable<Tensor>): void;
  dispose(): void;
}

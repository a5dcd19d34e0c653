// The builder as layers see it: they emit forward steps into it and leave closures that emit the backward steps.
import type { Choice } from './choices.ts';
import type { Lookup, RowParts } from './deferred.ts';
import type { Bindings, Kernel, ParamTypes } from './kernel.ts';
import type { Limits } from './limits.ts';
import type { Initial, ParameterOptions, Parameters } from './parameters.ts';
import type { DType, Tensor } from './tensor.ts';

export { buildPlan } from './plan_builder.ts';

/** Params that the builder fills in itself, because a binding's offset follows from its view. */
export type GivenParams<P extends ParamTypes> = {
  readonly [K in keyof P as K extends `${string}_offset` ? never : K]: number;
};

/** Where a copy or clear goes: before all dispatches, here, or after all; start and end keep one compute pass whole. */
export type Moment = 'start' | 'now' | 'end';

export interface Builder {
  readonly training: boolean;
  /** Forward steps are emitted first, then `backward()` runs the closures, then the update follows. */
  readonly phase: 'forward' | 'backward' | 'update';
  /** Whether closures wait for `backward()`. */
  readonly awaitsBackward: boolean;
  readonly limits: Limits;
  readonly parameters: Parameters;
  /** Names of the scopes around this point, joined by `/`. */
  readonly path: string;
  scope<R>(name: string, body: () => R): R;
  /** As `scope`, under exactly these scopes, whatever is around: for what stands in several places of a model. */
  at<R>(path: string, body: () => R): R;

  /** A tensor the caller writes before a run; `differentiable` asks for its gradient. */
  input(name: string, shape: readonly number[], options?: InputOptions): Tensor;
  /** A weight, shared by all plans of the model under `path/name`; `initial` in file layout (see parameters.ts). */
  param(name: string, shape: readonly number[], initial: Initial, options?: ParameterOptions): Tensor;
  /** A tensor that keeps its contents from run to run; it belongs to this plan. */
  state(name: string, shape: readonly number[], options?: StateOptions): Tensor;
  /** A tensor that a step of this run writes; it takes part in differentiation unless told otherwise. */
  activation(name: string, shape: readonly number[], options?: ActivationOptions): Tensor;
  /** Working memory without a gradient. */
  scratch(name: string, shape: readonly number[], dtype?: DType): Tensor;
  /** The same storage under another shape, from `offset` elements on; gradients flow through it. */
  view(t: Tensor, offset: number, shape: readonly number[]): Tensor;
  /** Registers a tensor under a name in `plan.outputs`, for reading after a run. */
  output(name: string, t: Tensor): Tensor;

  /** Emits a kernel; bindings, params and WebGPU's binding rules are checked here. */
  dispatch<B extends Bindings, P extends ParamTypes>(
    kernel: Kernel<B, P>,
    tensors: { readonly [K in keyof B]: Tensor },
    params: GivenParams<P>,
  ): void;
  /** Takes one of several ways of computing the same; the plan keeps the choice, so that it can be measured. */
  choose(choice: Choice): string;
  /**
   * Computes the activation `t`, a matrix of rows: at once, or, above `limits.wholeBytes` and for a lookup, when the
   * first step touches it; whoever can do with some rows at a time may claim it before that, and then it has no storage.
   */
  defer(t: Tensor, parts: RowParts | Lookup): void;
  /**
   * The parts of a deferred tensor, or undefined when it is not one, or has been computed. With `giveUp` nobody may read
   * it afterwards; else whoever does still finds it whole. Its backward steps may be emitted at once.
   */
  claim(t: Tensor, giveUp: boolean): RowParts | undefined;
  /**
   * The lookup that gives `t`, where nobody has touched it: whoever does with the table and the ids instead saves its
   * storage, and takes over its part of the table's gradient.
   */
  lookupOf(t: Tensor): Lookup | undefined;
  copy(from: Tensor, to: Tensor, moment?: Moment): void;
  clear(t: Tensor, moment?: Moment): void;
  /** The value of `make` at the first call with this key, and the same value afterwards. */
  once<R>(key: string, make: () => R): R;
  /**
   * Emits steps that complete `tensors` later: before the next step that touches one of them, or when the plan has gone
   * backward. For the backward phase.
   */
  postpone(tensors: readonly Tensor[], emit: () => void): void;
  /** Emits steps after everything else, such as advancing a counter. */
  onEnd(emit: () => void): void;

  /** `emit` runs in reverse order of registration when the plan goes backward. */
  onBackward(emit: () => void): void;
  /** The gradient that has arrived for `t` (or for what it views), or undefined if none has. */
  gradOf(t: Tensor): Tensor | undefined;
  /** Where to put a gradient for `t`: overwrite (0) or add (1); undefined when nobody wants it. */
  gradInto(t: Tensor): { tensor: Tensor; accumulate: 0 | 1 } | undefined;
  /**
   * Declares that the backward steps will read the values of `t` itself, so that no gradient may overwrite them.
   * Whoever only reads its input need not say so: that is seen.
   */
  keep(t: Tensor): void;
  /**
   * Emits forward steps whose backward steps, if any, do not read what these read: a gradient may overwrite it
   * afterwards. Metrics are emitted so, before the loss.
   */
  peek<R>(body: () => R): R;
  /**
   * Declares that `gradient` will hold all of the gradient of `t`; false when others have contributed, and, where the
   * gradient is to overwrite `t` itself, when someone has read or kept its values. Nobody may read them afterwards.
   */
  adoptGrad(t: Tensor, gradient: Tensor): boolean;
  /** Emits the backward steps of everything so far; called once, after the loss. */
  backward(): void;

  /** Marks which steps of a sequence [T,N,...] count: mask [T,N] u32, 1 = valid. */
  setMask(t: Tensor, mask: Tensor | undefined): void;
  maskOf(t: Tensor): Tensor | undefined;
}

export interface InputOptions {
  dtype?: DType;
  differentiable?: boolean;
  initial?: () => ArrayLike<number>;
}
export interface StateOptions {
  dtype?: DType;
  /** What a sequence carries from run to run: zeroed when a new one begins, and kept in checkpoints. */
  carried?: boolean;
  /** The name stands as it is, whatever scopes are around. */
  absolute?: boolean;
  initial?: () => ArrayLike<number>;
}
export interface ActivationOptions {
  dtype?: DType;
  differentiable?: boolean;
}

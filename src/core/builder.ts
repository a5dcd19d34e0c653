// The builder: layers emit forward steps into it and leave closures that emit the backward steps.
import { ShapeError, show } from './errors.ts';
import { type Bindings, describeBinding, type Kernel, type ParamTypes, type ParamValues } from './kernel.ts';
import type { Limits } from './limits.ts';
import type { Initial, ParameterOptions, Parameters } from './parameters.ts';
import { Plan, type Step, touched } from './plan.ts';
import { type DType, type Role, rootOf, sizeOf, sourceOf, type Tensor, tensor } from './tensor.ts';

/** Params that the builder fills in itself, because a binding's offset follows from its view. */
type GivenParams<P extends ParamTypes> = {
  readonly [K in keyof P as K extends `${string}_offset` ? never : K]: number;
};

/** Where a copy or clear goes: before all dispatches, here, or after all; start and end keep one compute pass whole. */
export type Moment = 'start' | 'now' | 'end';

export interface Builder {
  readonly training: boolean;
  readonly limits: Limits;
  readonly parameters: Parameters;
  /** Names of the scopes around this point, joined by `/`. */
  readonly path: string;
  scope<R>(name: string, body: () => R): R;

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
  copy(from: Tensor, to: Tensor, moment?: Moment): void;
  clear(t: Tensor, moment?: Moment): void;
  /** The value of `make` at the first call with this key, and the same value afterwards. */
  once<R>(key: string, make: () => R): R;
  /** Emits steps after everything else, such as advancing a counter. */
  onEnd(emit: () => void): void;

  /** `emit` runs in reverse order of registration when the plan goes backward. */
  onBackward(emit: () => void): void;
  /** The gradient that has arrived for `t` (or for what it views), or undefined if none has. */
  gradOf(t: Tensor): Tensor | undefined;
  /** Where to put a gradient for `t`: overwrite (0) or add (1); undefined when nobody wants it. */
  gradInto(t: Tensor): { tensor: Tensor; accumulate: 0 | 1 } | undefined;
  /** Declares that `gradient` already holds all of the gradient of `t`; false when others have contributed. */
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
  /** The name stands as it is, whatever scopes are around. */
  absolute?: boolean;
  initial?: () => ArrayLike<number>;
}
export interface ActivationOptions {
  dtype?: DType;
  differentiable?: boolean;
}

interface Gradient {
  tensor: Tensor;
  arrived: boolean;
}

/**
 * Builds a plan: `body` emits the steps and returns the tensors to read afterwards, by name.
 * @throws ShapeError for every mistake that shapes, dtypes or WebGPU's binding rules can show.
 */
export function buildPlan(
  options: { name: string; limits: Limits; parameters: Parameters; training?: boolean },
  // biome-ignore lint/suspicious/noConfusingVoidType: a body without outputs returns nothing
  body: (b: Builder) => Record<string, Tensor> | void,
): Plan {
  const builder = new PlanBuilder(
    options.name,
    options.limits,
    options.parameters,
    options.training ?? false,
  );
  const outputs = body(builder) ?? {};
  for (const [name, t] of Object.entries(outputs)) builder.output(name, t);
  return builder.finish();
}

class PlanBuilder implements Builder {
  readonly training: boolean;
  readonly limits: Limits;
  readonly parameters: Parameters;
  readonly #name: string;
  readonly #scopes: string[] = [];
  readonly #steps: Record<Moment, Step[]> = { start: [], now: [], end: [] };
  readonly #roots = new Set<Tensor>();
  readonly #inputs: Record<string, Tensor> = {};
  readonly #states: Record<string, Tensor> = {};
  readonly #outputs: Record<string, Tensor> = {};
  readonly #memo = new Map<string, unknown>();
  readonly #gradients = new Map<Tensor, Gradient>();
  readonly #masks = new Map<Tensor, Tensor>();
  readonly #backward: { scopes: string[]; emit: () => void }[] = [];
  readonly #end: (() => void)[] = [];
  #wentBackward = false;

  constructor(name: string, limits: Limits, parameters: Parameters, training: boolean) {
    this.#name = name;
    this.limits = limits;
    this.parameters = parameters;
    this.training = training;
  }

  get path(): string {
    return this.#scopes.join('/');
  }

  scope<R>(name: string, body: () => R): R {
    this.#scopes.push(name);
    try {
      return body();
    } finally {
      this.#scopes.pop();
    }
  }

  input(name: string, shape: readonly number[], options: InputOptions = {}): Tensor {
    const t = this.#own(name, shape, 'input', options);
    this.#register(this.#inputs, t, 'input');
    return t;
  }

  param(name: string, shape: readonly number[], initial: Initial, options: ParameterOptions = {}): Tensor {
    return this.parameters.declare(this.#full(name), shape, initial, options);
  }

  state(name: string, shape: readonly number[], options: StateOptions = {}): Tensor {
    const t = this.#own(name, shape, 'state', options);
    this.#register(this.#states, t, 'state');
    return t;
  }

  activation(name: string, shape: readonly number[], options: ActivationOptions = {}): Tensor {
    return this.#own(name, shape, 'activation', { differentiable: options.dtype !== 'u32', ...options });
  }

  scratch(name: string, shape: readonly number[], dtype: DType = 'f32'): Tensor {
    return this.#own(name, shape, 'scratch', { dtype });
  }

  view(t: Tensor, offset: number, shape: readonly number[]): Tensor {
    if (offset < 0 || offset + sizeOf(shape) > sizeOf(t.shape)) {
      throw new ShapeError(`[${t.name}] a view of ${show(shape)} at ${offset} leaves ${show(t.shape)}`);
    }
    return tensor(t.name, shape, t.role, {
      dtype: t.dtype,
      base: rootOf(t),
      offset: t.offset + offset,
      source: sourceOf(t),
      differentiable: t.differentiable,
    });
  }

  output(name: string, t: Tensor): Tensor {
    if (this.#outputs[name]) throw new ShapeError(`[${this.#name}] has two outputs called ${name}`);
    this.#outputs[name] = t;
    this.#roots.add(rootOf(t));
    return t;
  }

  dispatch<B extends Bindings, P extends ParamTypes>(
    kernel: Kernel<B, P>,
    tensors: { readonly [K in keyof B]: Tensor },
    params: GivenParams<P>,
  ): void {
    const where = this.path ? `${this.path}/${kernel.name}` : kernel.name;
    const bound: Record<string, Tensor> = {};
    const values: Record<string, number> = {};
    for (const name of Object.keys(kernel.params)) {
      if (name.endsWith('_offset')) continue;
      values[name] = checkParam(where, name, kernel.params[name], (params as Record<string, number>)[name]);
    }
    const copiesOut: [Tensor, Tensor][] = [];
    for (const [name, binding] of Object.entries(kernel.bindings)) {
      const t: Tensor | undefined = tensors[name];
      if (!t) throw new ShapeError(`[${where}] binding ${name} is missing`);
      const { access, dtype } = describeBinding(binding);
      if (t.dtype !== dtype) {
        throw new ShapeError(
          `[${where}] ${name} takes ${dtype}, got ${t.dtype} (${t.name} ${show(t.shape)})`,
        );
      }
      const aligned = (t.offset * 4) % this.limits.bindingAlignment === 0;
      if (`${name}_offset` in kernel.params) {
        bound[name] = aligned ? t : rootOf(t);
        values[`${name}_offset`] = aligned ? 0 : t.offset;
      } else if (aligned) {
        bound[name] = t;
      } else {
        // A kernel that knows no offsets gets a copy with storage of its own.
        const whole = this.scratch(`${t.name} aligned`, t.shape, t.dtype);
        if (access !== 'write') this.copy(t, whole);
        if (access !== 'read') copiesOut.push([whole, t]);
        bound[name] = whole;
      }
    }
    // The order of `params` is the order of the uniform struct.
    const ordered = Object.fromEntries(Object.keys(kernel.params).map((name) => [name, values[name]]));
    this.#checkBindings(where, kernel, bound);
    const p = ordered as ParamValues<P>;
    const constants = kernel.constants?.(p, this.limits) ?? {};
    const workgroups = kernel.workgroups(p, constants);
    if (workgroups.some((n) => !Number.isSafeInteger(n) || n < 1 || n > this.limits.workgroups)) {
      throw new ShapeError(
        `[${where}] needs ${show(workgroups)} workgroups; each must be from 1 to ${this.limits.workgroups}`,
      );
    }
    this.#emit('now', {
      kind: 'dispatch',
      kernel,
      tensors: bound,
      params: ordered,
      constants,
      workgroups,
      scope: this.path,
    });
    for (const [from, to] of copiesOut) this.copy(from, to);
  }

  copy(from: Tensor, to: Tensor, moment: Moment = 'now'): void {
    if (sizeOf(from.shape) !== sizeOf(to.shape) || from.dtype !== to.dtype) {
      throw new ShapeError(
        `[${this.path || 'copy'}] cannot copy ${from.name} ${show(from.shape)} ${from.dtype}` +
          ` to ${to.name} ${show(to.shape)} ${to.dtype}`,
      );
    }
    if (rootOf(from) === rootOf(to)) {
      throw new ShapeError(`[${this.path || 'copy'}] ${from.name} and ${to.name} lie in the same buffer`);
    }
    this.#emit(moment, { kind: 'copy', from, to, scope: this.path });
  }

  clear(t: Tensor, moment: Moment = 'now'): void {
    this.#emit(moment, { kind: 'clear', tensor: t, scope: this.path });
  }

  once<R>(key: string, make: () => R): R {
    if (!this.#memo.has(key)) this.#memo.set(key, make());
    return this.#memo.get(key) as R;
  }

  onEnd(emit: () => void): void {
    this.#end.push(emit);
  }

  onBackward(emit: () => void): void {
    if (this.training) this.#backward.push({ scopes: [...this.#scopes], emit });
  }

  gradOf(t: Tensor): Tensor | undefined {
    const gradient = this.#gradients.get(sourceOf(t));
    return gradient?.arrived ? this.#part(gradient.tensor, t) : undefined;
  }

  gradInto(t: Tensor): { tensor: Tensor; accumulate: 0 | 1 } | undefined {
    if (!this.training || !t.differentiable) return undefined;
    const source = sourceOf(t);
    let gradient = this.#gradients.get(source);
    if (!gradient) {
      gradient = { tensor: this.#gradientTensor(source), arrived: false };
      this.#gradients.set(source, gradient);
    }
    const part = this.#part(gradient.tensor, t);
    if (gradient.arrived) return { tensor: part, accumulate: 1 };
    gradient.arrived = true;
    // The first part to arrive overwrites; what lies around it starts from zero.
    const before = t.offset - source.offset;
    const after = sizeOf(source.shape) - before - sizeOf(t.shape);
    if (before > 0) this.clear(this.#slice(gradient.tensor, 0, before), 'start');
    if (after > 0) this.clear(this.#slice(gradient.tensor, before + sizeOf(t.shape), after), 'start');
    return { tensor: part, accumulate: 0 };
  }

  adoptGrad(t: Tensor, gradient: Tensor): boolean {
    if (!this.training || t.source || this.#gradients.has(t) || t.role === 'param') return false;
    this.#gradients.set(t, { tensor: gradient, arrived: true });
    return true;
  }

  backward(): void {
    if (!this.training) throw new ShapeError(`[${this.#name}] is no training plan and has no backward steps`);
    if (this.#wentBackward) throw new ShapeError(`[${this.#name}] goes backward twice`);
    this.#wentBackward = true;
    for (const { scopes, emit } of this.#backward.reverse()) {
      this.#scopes.splice(0, this.#scopes.length, ...scopes);
      emit();
    }
    this.#scopes.length = 0;
    // A parameter that this plan does not use must not keep the gradient of another plan.
    for (const p of this.parameters.all) {
      if (p.differentiable && !this.#gradients.get(p)?.arrived)
        this.clear(this.parameters.gradientOf(p), 'start');
    }
  }

  setMask(t: Tensor, mask: Tensor | undefined): void {
    if (mask) this.#masks.set(t, mask);
    else this.#masks.delete(t);
  }

  maskOf(t: Tensor): Tensor | undefined {
    return this.#masks.get(t);
  }

  finish(): Plan {
    for (const emit of this.#end) emit();
    this.parameters.close();
    const steps = [...this.#steps.start, ...this.#steps.now, ...this.#steps.end];
    return new Plan({
      name: this.#name,
      parameters: this.parameters,
      steps,
      roots: [...this.#roots],
      inputs: this.#inputs,
      states: this.#states,
      outputs: this.#outputs,
    });
  }

  #full(name: string): string {
    return this.path ? `${this.path}/${name}` : name;
  }

  #own(
    name: string,
    shape: readonly number[],
    role: Role,
    options: {
      dtype?: DType;
      differentiable?: boolean;
      absolute?: boolean;
      initial?: () => ArrayLike<number>;
    },
  ): Tensor {
    const t = tensor(options.absolute ? name : this.#full(name), shape, role, options);
    this.#roots.add(t);
    return t;
  }

  #register(table: Record<string, Tensor>, t: Tensor, what: string): void {
    if (table[t.name]) throw new ShapeError(`[${t.name}] two tensors of one plan share this ${what} name`);
    table[t.name] = t;
  }

  #emit(moment: Moment, step: Step): void {
    for (const root of touched(step)) this.#roots.add(root);
    this.#steps[moment].push(step);
  }

  #gradientTensor(source: Tensor): Tensor {
    if (source.role === 'param') return this.parameters.gradientOf(source);
    const t = tensor(`d ${source.name}`, source.shape, 'scratch');
    this.#roots.add(t);
    return t;
  }

  /** The part of a gradient that belongs to `t`, which is the source itself or a view of it. */
  #part(gradient: Tensor, t: Tensor): Tensor {
    if (!t.source) return gradient;
    return this.#slice(gradient, t.offset - t.source.offset, t.shape);
  }

  #slice(t: Tensor, offset: number, shape: readonly number[] | number): Tensor {
    return this.view(t, offset, typeof shape === 'number' ? [shape] : shape);
  }

  /** WebGPU: one buffer is either read or written in a dispatch, and written parts do not overlap. */
  #checkBindings(where: string, kernel: Kernel, bound: Record<string, Tensor>): void {
    const entries = Object.entries(kernel.bindings);
    if (entries.length > this.limits.storageBuffers) {
      throw new ShapeError(
        `[${where}] binds ${entries.length} storage buffers, this device allows ${this.limits.storageBuffers}`,
      );
    }
    for (let i = 0; i < entries.length; i++) {
      const a = bound[entries[i][0]];
      const aReads = describeBinding(entries[i][1]).access === 'read';
      if (4 * sizeOf(a.shape) > this.limits.bindingBytes) {
        throw new ShapeError(
          `[${where}] ${a.name} ${show(a.shape)} is larger than this device can bind` +
            ` (${this.limits.bindingBytes} bytes); use a smaller batch, window or vocabulary`,
        );
      }
      for (let j = i + 1; j < entries.length; j++) {
        const b = bound[entries[j][0]];
        if (rootOf(a) !== rootOf(b)) continue;
        const bReads = describeBinding(entries[j][1]).access === 'read';
        if (aReads && bReads) continue;
        const apart = a.offset + sizeOf(a.shape) <= b.offset || b.offset + sizeOf(b.shape) <= a.offset;
        if (aReads !== bReads || !apart) {
          throw new ShapeError(
            `[${where}] ${entries[i][0]} and ${entries[j][0]} are bound to one buffer (${rootOf(a).name}),` +
              ' which one dispatch may not read and write, nor write twice',
          );
        }
      }
    }
  }
}

function checkParam(where: string, name: string, type: 'u32' | 'f32', value: number | undefined): number {
  if (value === undefined) throw new ShapeError(`[${where}] param ${name} is missing`);
  const fits =
    type === 'u32' ? Number.isInteger(value) && value >= 0 && value < 2 ** 32 : !Number.isNaN(value);
  if (!fits) throw new ShapeError(`[${where}] param ${name} must be a ${type}, got ${value}`);
  return value;
}

// The builder at work: it checks every step, keeps account of gradients, and puts the plan together.
import { checkBindings, Ranges } from './bindings.ts';
import type {
  ActivationOptions,
  Builder,
  GivenParams,
  InputOptions,
  Moment,
  StateOptions,
} from './builder.ts';
import { type Choice, type Chosen, take } from './choices.ts';
import { Deferred, type Lookup, type RowParts } from './deferred.ts';
import { bind, dispatchOf } from './dispatch.ts';
import { ShapeError, show } from './errors.ts';
import { Gradients } from './gradients.ts';
import { type Bindings, describeBinding, type Kernel, type ParamTypes } from './kernel.ts';
import type { Limits } from './limits.ts';
import type { Initial, ParameterOptions, Parameters } from './parameters.ts';
import { Plan, type Step, tensorsOf } from './plan.ts';
import { type DType, type Role, rootOf, sizeOf, sourceOf, type Tensor, tensor } from './tensor.ts';
import { overwritten, Values } from './values.ts';

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
  readonly #gradients: Gradients;
  readonly #values = new Values();
  readonly #deferred = new Deferred();
  readonly #touched = new Ranges();
  #postponed: { ranges: Ranges; emit: () => void }[] = [];
  readonly #masks = new Map<Tensor, Tensor>();
  readonly #backward: { scopes: string[]; emit: () => void }[] = [];
  readonly #end: (() => void)[] = [];
  readonly #choices = new Map<string, Chosen>();
  /** How a dispatch comes by views that it cannot bind. */
  readonly #views = {
    alignedOnce: (t: Tensor) => this.#alignedOnce(t),
    storageLike: (t: Tensor) => this.scratch(`${t.name} aligned`, t.shape, t.dtype),
    copy: (from: Tensor, to: Tensor) => this.copy(from, to),
  };
  #phase: Builder['phase'] = 'forward';

  constructor(name: string, limits: Limits, parameters: Parameters, training: boolean) {
    this.#name = name;
    this.limits = limits;
    this.parameters = parameters;
    this.training = training;
    this.#gradients = new Gradients({
      make: (source) => this.#gradientTensor(source),
      view: (t, offset, shape) => this.view(t, offset, shape),
      clear: (t) => this.clear(t, 'start'),
    });
  }

  get awaitsBackward(): boolean {
    return this.#phase === 'forward' && this.#backward.length > 0;
  }

  get phase(): Builder['phase'] {
    return this.#phase;
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
    this.#settle(name, t);
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
    for (const t of Object.values(tensors)) if (t) this.#settle(where, t);
    const { bound, values, copiesOut } = bind(where, kernel, tensors, params, this.limits, this.#views);
    checkBindings(where, kernel, bound, this.limits);
    this.#note(where, kernel, bound);
    this.#emit('now', dispatchOf(where, kernel, bound, values, this.limits, this.path));
    for (const [from, to] of copiesOut) this.copy(from, to);
  }

  choose(choice: Choice): string {
    let chosen = this.#choices.get(choice.key);
    if (!chosen) {
      chosen = take(choice, this.limits.tuned);
      this.#choices.set(choice.key, chosen);
    }
    return chosen.chosen;
  }

  defer(t: Tensor, parts: RowParts | Lookup): void {
    const { wholeBytes, bindingBytes } = this.limits;
    if (!('ids' in parts) && 4 * sizeOf(t.shape) <= Math.min(wholeBytes, bindingBytes)) {
      parts.forward(0, parts.rows, t);
      return;
    }
    this.#roots.delete(t);
    const scopes = [...this.#scopes];
    this.#deferred.add(t, parts, (body) => this.#within(scopes, body));
  }

  claim(t: Tensor, giveUp: boolean): RowParts | undefined {
    return this.#deferred.claim(t, giveUp);
  }

  lookupOf(t: Tensor): Lookup | undefined {
    return this.#deferred.lookup(t);
  }

  copy(from: Tensor, to: Tensor, moment: Moment = 'now'): void {
    for (const t of [from, to]) this.#settle(this.path || 'copy', t);
    if (sizeOf(from.shape) !== sizeOf(to.shape) || from.dtype !== to.dtype) {
      throw new ShapeError(
        `[${this.path || 'copy'}] cannot copy ${from.name} ${show(from.shape)} ${from.dtype}` +
          ` to ${to.name} ${show(to.shape)} ${to.dtype}`,
      );
    }
    if (rootOf(from) === rootOf(to)) {
      throw new ShapeError(`[${this.path || 'copy'}] ${from.name} and ${to.name} lie in the same buffer`);
    }
    if (this.#phase === 'forward' && moment !== 'end') this.#values.read(this.path || 'copy', from);
    this.#emit(moment, { kind: 'copy', from, to, scope: this.path });
  }

  clear(t: Tensor, moment: Moment = 'now'): void {
    this.#settle(this.path || 'clear', t);
    this.#emit(moment, { kind: 'clear', tensor: t, scope: this.path });
  }

  once<R>(key: string, make: () => R): R {
    if (!this.#memo.has(key)) this.#memo.set(key, make());
    return this.#memo.get(key) as R;
  }

  onEnd(emit: () => void): void {
    this.#end.push(emit);
  }

  postpone(tensors: readonly Tensor[], emit: () => void): void {
    const ranges = new Ranges();
    for (const t of tensors) ranges.add(t);
    this.#postponed.push({ ranges, emit });
  }

  onBackward(emit: () => void): void {
    if (this.#phase !== 'forward') {
      throw new ShapeError(
        `[${this.path || this.#name}] comes after backward(), so its gradients would be lost`,
      );
    }
    if (this.training) this.#backward.push({ scopes: [...this.#scopes], emit });
  }

  gradOf(t: Tensor): Tensor | undefined {
    return this.#gradients.arrived(t);
  }

  gradInto(t: Tensor): { tensor: Tensor; accumulate: 0 | 1 } | undefined {
    return this.training && t.differentiable ? this.#gradients.into(t) : undefined;
  }

  keep(t: Tensor): void {
    this.#settle(this.path || 'keep', t);
    this.#values.keep(t);
  }

  adoptGrad(t: Tensor, gradient: Tensor): boolean {
    if (!this.training || t.source || t.role === 'param') return false;
    const inPlace = rootOf(gradient) === rootOf(t);
    if (inPlace && this.#values.areNeeded(t)) return false;
    const adopted = this.#gradients.adopt(t, gradient);
    if (adopted && inPlace) this.#values.overwrite(t);
    return adopted;
  }

  backward(): void {
    if (!this.training) throw new ShapeError(`[${this.#name}] is no training plan and has no backward steps`);
    if (this.#phase !== 'forward') throw new ShapeError(`[${this.#name}] goes backward twice`);
    this.#deferred.settleRest();
    this.#phase = 'backward';
    for (const { scopes, emit } of this.#backward.reverse()) this.#within(scopes, emit);
    this.#catchUp();
    this.#phase = 'update';
    // A parameter that this plan does not use must not keep the gradient of another plan.
    for (const p of this.parameters.all) {
      if (p.differentiable && !this.#gradients.arrived(p)) this.clear(this.parameters.gradientOf(p), 'start');
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
    this.#deferred.settleRest();
    for (const emit of this.#end) emit();
    this.parameters.close();
    if (this.parameters.all.length > 0) this.#roots.add(this.parameters.arena);
    const steps = [...this.#steps.start, ...this.#steps.now, ...this.#steps.end];
    return new Plan({
      name: this.#name,
      parameters: this.parameters,
      steps,
      roots: [...this.#roots],
      inputs: this.#inputs,
      states: this.#states,
      outputs: this.#outputs,
      choices: [...this.#choices.values()],
    });
  }

  #full(name: string): string {
    return this.path ? `${this.path}/${name}` : name;
  }

  /** Runs a body in the scopes of another point of the plan. */
  #within(scopes: readonly string[], body: () => void): void {
    const here = this.#scopes.splice(0, this.#scopes.length, ...scopes);
    try {
      body();
    } finally {
      this.#scopes.splice(0, this.#scopes.length, ...here);
    }
  }

  /** Emits what was postponed: what leaves something in `t`, or all of it. */
  #catchUp(t?: Tensor): void {
    const due = this.#postponed.filter(({ ranges }) => !t || ranges.overlaps(t));
    if (due.length === 0) return;
    this.#postponed = this.#postponed.filter((one) => !due.includes(one));
    for (const { emit } of due) emit();
  }

  /** Whoever touches a tensor that is still to be computed has it computed before. */
  #settle(where: string, t: Tensor): void {
    this.#catchUp(t);
    if (!this.#deferred.settle(t)) throw overwritten(where, rootOf(t));
  }

  #own(
    name: string,
    shape: readonly number[],
    role: Role,
    options: {
      dtype?: DType;
      differentiable?: boolean;
      absolute?: boolean;
      carried?: boolean;
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
    const tensors = tensorsOf(step);
    for (const t of tensors) this.#roots.add(rootOf(t));
    // What steps have touched already can no longer be settled before all of them.
    const settled = moment === 'start' && tensors.some((t) => this.#touched.overlaps(t)) ? 'now' : moment;
    if (settled === 'now') for (const t of tensors) this.#touched.add(t);
    this.#steps[settled].push(step);
  }

  /** Keeps account of what the forward steps read; refuses to read what a gradient has replaced. */
  #note(where: string, kernel: Kernel, bound: Record<string, Tensor>): void {
    if (this.#phase !== 'forward') return;
    for (const [name, binding] of Object.entries(kernel.bindings)) {
      if (describeBinding(binding).access !== 'read') continue;
      this.#values.read(where, bound[name]);
    }
  }

  /** An aligned copy of a view that no step of the plan changes before the update, made once a run. */
  #alignedOnce(t: Tensor): Tensor {
    return this.once(`aligned ${rootOf(t).id} ${t.offset} ${sizeOf(t.shape)}`, () => {
      const whole = tensor(`${t.name} aligned`, t.shape, 'scratch', { dtype: t.dtype });
      this.copy(t, whole, 'start');
      return whole;
    });
  }

  #gradientTensor(source: Tensor): Tensor {
    if (source.role === 'param') return this.parameters.gradientOf(source);
    const t = tensor(`d ${source.name}`, source.shape, 'scratch');
    this.#roots.add(t);
    return t;
  }
}

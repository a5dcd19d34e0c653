// The builder at work: it checks every step and keeps account of gradients; plan_ledger.ts keeps the steps.
import { checkBindings, checkCopy } from './bindings.ts';
import type {
  ActivationOptions,
  Builder,
  GivenParams,
  InputOptions,
  Moment,
  StateOptions,
} from './builder.ts';
import { type Choice, type Chosen, take } from './choices.ts';
import type { Lookup, RowParts } from './deferred.ts';
import { bind, dispatchOf } from './dispatch.ts';
import { ShapeError } from './errors.ts';
import { Gradients } from './gradients.ts';
import type { Bindings, Kernel, ParamTypes } from './kernel.ts';
import type { Limits } from './limits.ts';
import type { Initial, ParameterOptions, Parameters } from './parameters.ts';
import { Plan } from './plan.ts';
import { PlanLedger } from './plan_ledger.ts';
import { type DType, rootOf, sizeOf, type Tensor, tensor, viewOf } from './tensor.ts';
import { Values } from './values.ts';

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
  readonly #ledger: PlanLedger;
  readonly #memo = new Map<string, unknown>();
  readonly #gradients: Gradients;
  readonly #values = new Values();
  readonly #masks = new Map<Tensor, Tensor>();
  readonly #backward: (() => void)[] = [];
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
    this.#ledger = new PlanLedger(name);
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
    return this.#ledger.path;
  }

  scope<R>(name: string, body: () => R): R {
    return this.#ledger.scope(name, body);
  }

  at<R>(path: string, body: () => R): R {
    return this.#ledger.at(path, body);
  }

  input(name: string, shape: readonly number[], options: InputOptions = {}): Tensor {
    return this.#ledger.own(name, shape, 'input', options);
  }

  param(name: string, shape: readonly number[], initial: Initial, options: ParameterOptions = {}): Tensor {
    return this.parameters.declare(this.#ledger.full(name), shape, initial, options);
  }

  state(name: string, shape: readonly number[], options: StateOptions = {}): Tensor {
    return this.#ledger.own(name, shape, 'state', options);
  }

  activation(name: string, shape: readonly number[], options: ActivationOptions = {}): Tensor {
    return this.#ledger.own(name, shape, 'activation', {
      differentiable: options.dtype !== 'u32',
      ...options,
    });
  }

  scratch(name: string, shape: readonly number[], dtype: DType = 'f32'): Tensor {
    return this.#ledger.own(name, shape, 'scratch', { dtype });
  }

  view(t: Tensor, offset: number, shape: readonly number[]): Tensor {
    return viewOf(t, offset, shape);
  }

  output(name: string, t: Tensor): Tensor {
    return this.#ledger.output(name, t);
  }

  dispatch<B extends Bindings, P extends ParamTypes>(
    kernel: Kernel<B, P>,
    tensors: { readonly [K in keyof B]: Tensor },
    params: GivenParams<P>,
  ): void {
    const where = this.#ledger.full(kernel.name);
    for (const t of Object.values(tensors)) if (t) this.#ledger.settle(where, t);
    const { bound, values, copiesOut } = bind(where, kernel, tensors, params, this.limits, this.#views);
    checkBindings(where, kernel, bound, this.limits);
    if (this.#phase === 'forward') this.#values.readBy(where, kernel, bound);
    this.#ledger.emit('now', dispatchOf(where, kernel, bound, values, this.limits, this.path));
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
    this.#ledger.defer(t, parts);
  }

  claim(t: Tensor, giveUp: boolean): RowParts | undefined {
    return this.#ledger.claim(t, giveUp);
  }

  lookupOf(t: Tensor): Lookup | undefined {
    return this.#ledger.lookupOf(t);
  }

  copy(from: Tensor, to: Tensor, moment: Moment = 'now'): void {
    const where = this.path || 'copy';
    for (const t of [from, to]) this.#ledger.settle(where, t);
    checkCopy(where, from, to);
    if (this.#phase === 'forward' && moment !== 'end') this.#values.read(where, from);
    this.#ledger.emit(moment, { kind: 'copy', from, to, scope: this.path });
  }

  clear(t: Tensor, moment: Moment = 'now'): void {
    this.#ledger.settle(this.path || 'clear', t);
    this.#ledger.emit(moment, { kind: 'clear', tensor: t, scope: this.path });
  }

  once<R>(key: string, make: () => R): R {
    if (!this.#memo.has(key)) this.#memo.set(key, make());
    return this.#memo.get(key) as R;
  }

  onEnd(emit: () => void): void {
    this.#ledger.onEnd(emit);
  }

  postpone(tensors: readonly Tensor[], emit: () => void): void {
    this.#ledger.postpone(tensors, emit);
  }

  onBackward(emit: () => void): void {
    if (this.#phase !== 'forward') {
      throw new ShapeError(
        `[${this.path || this.#name}] comes after backward(), so its gradients would be lost`,
      );
    }
    if (!this.training) return;
    const within = this.#ledger.here();
    this.#backward.push(() => within(emit));
  }

  gradOf(t: Tensor): Tensor | undefined {
    return this.#gradients.arrived(t);
  }

  gradInto(t: Tensor): { tensor: Tensor; accumulate: 0 | 1 } | undefined {
    return this.training && t.differentiable ? this.#gradients.into(t) : undefined;
  }

  keep(t: Tensor): void {
    this.#ledger.settle(this.path || 'keep', t);
    this.#values.keep(t);
  }

  peek<R>(body: () => R): R {
    return this.#values.peek(body);
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
    this.#ledger.settleRest();
    this.#phase = 'backward';
    for (const emit of this.#backward.reverse()) emit();
    this.#ledger.catchUp();
    this.#phase = 'update';
    // What this plan does not use, or has frozen, must not bring the gradient of another plan into the norm of all.
    for (const p of this.parameters.all) {
      if (this.parameters.rulesOf(p).trainable === false || this.#gradients.arrived(p)) continue;
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
    this.#ledger.close();
    this.parameters.close();
    if (this.parameters.all.length > 0) this.#ledger.root(this.parameters.arena);
    return new Plan({
      name: this.#name,
      parameters: this.parameters,
      choices: [...this.#choices.values()],
      ...this.#ledger.contents(),
    });
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
    this.#ledger.root(t);
    return t;
  }
}

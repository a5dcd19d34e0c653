// The account of a plan while it is built: its scopes and tensors, its steps by moment, and the work that still waits.
import { Ranges } from './bindings.ts';
import type { Moment } from './builder.ts';
import { Deferred, type Lookup, type RowParts } from './deferred.ts';
import { ShapeError } from './errors.ts';
import { type Step, tensorsOf } from './plan.ts';
import { type DType, type Role, rootOf, type Tensor, tensor } from './tensor.ts';
import { overwritten } from './values.ts';

export class PlanLedger {
  readonly #plan: string;
  readonly #scopes: string[] = [];
  readonly #steps: Record<Moment, Step[]> = { start: [], now: [], end: [] };
  readonly #roots = new Set<Tensor>();
  readonly #named: Record<'input' | 'state', Record<string, Tensor>> = { input: {}, state: {} };
  readonly #outputs: Record<string, Tensor> = {};
  readonly #deferred = new Deferred();
  readonly #touched = new Ranges();
  #postponed: { ranges: Ranges; emit: () => void }[] = [];
  readonly #end: (() => void)[] = [];

  constructor(plan: string) {
    this.#plan = plan;
  }

  /** Names of the scopes around this point, joined by `/`. */
  get path(): string {
    return this.#scopes.join('/');
  }

  /** A name with the scopes around this point before it. */
  full(name: string): string {
    return this.path ? `${this.path}/${name}` : name;
  }

  scope<R>(name: string, body: () => R): R {
    this.#scopes.push(name);
    try {
      return body();
    } finally {
      this.#scopes.pop();
    }
  }

  /** Runs a body under exactly these scopes, whatever is around. */
  at<R>(path: string, body: () => R): R {
    const there = this.#scopes.splice(0, this.#scopes.length, ...path.split('/'));
    try {
      return body();
    } finally {
      this.#scopes.splice(0, this.#scopes.length, ...there);
    }
  }

  /** A function that runs bodies later on in the scopes around this point. */
  here(): (body: () => void) => void {
    const scopes = [...this.#scopes];
    return (body) => {
      const there = this.#scopes.splice(0, this.#scopes.length, ...scopes);
      try {
        body();
      } finally {
        this.#scopes.splice(0, this.#scopes.length, ...there);
      }
    };
  }

  /** Makes a tensor that has storage of its own in the plan. */
  own(
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
    const t = tensor(options.absolute ? name : this.full(name), shape, role, options);
    this.root(t);
    if (role === 'input' || role === 'state') {
      const table = this.#named[role];
      if (table[t.name]) throw new ShapeError(`[${t.name}] two tensors of one plan share this ${role} name`);
      table[t.name] = t;
    }
    return t;
  }

  /** Notes that the plan needs the storage of `t`. */
  root(t: Tensor): void {
    this.#roots.add(rootOf(t));
  }

  output(name: string, t: Tensor): Tensor {
    if (this.#outputs[name]) throw new ShapeError(`[${this.#plan}] has two outputs called ${name}`);
    this.settle(name, t);
    this.#outputs[name] = t;
    this.root(t);
    return t;
  }

  emit(moment: Moment, step: Step): void {
    const tensors = tensorsOf(step);
    for (const t of tensors) this.root(t);
    // What steps have touched already can no longer be settled before all of them.
    const settled = moment === 'start' && tensors.some((t) => this.#touched.overlaps(t)) ? 'now' : moment;
    if (settled === 'now') for (const t of tensors) this.#touched.add(t);
    this.#steps[settled].push(step);
  }

  /** Leaves `t` without storage until a step touches it. */
  defer(t: Tensor, parts: RowParts | Lookup): void {
    this.#roots.delete(t);
    this.#deferred.add(t, parts, this.here());
  }

  claim(t: Tensor, giveUp: boolean): RowParts | undefined {
    return this.#deferred.claim(t, giveUp);
  }

  lookupOf(t: Tensor): Lookup | undefined {
    return this.#deferred.lookup(t);
  }

  postpone(tensors: readonly Tensor[], emit: () => void): void {
    const ranges = new Ranges();
    for (const t of tensors) ranges.add(t);
    this.#postponed.push({ ranges, emit });
  }

  onEnd(emit: () => void): void {
    this.#end.push(emit);
  }

  /** Emits what was postponed: what leaves something in `t`, or all of it. */
  catchUp(t?: Tensor): void {
    const due = this.#postponed.filter(({ ranges }) => !t || ranges.overlaps(t));
    if (due.length === 0) return;
    this.#postponed = this.#postponed.filter((one) => !due.includes(one));
    for (const { emit } of due) emit();
  }

  /**
   * Whoever touches a tensor that is still to be computed has it computed before.
   * @throws ShapeError when nobody may have its values any more.
   */
  settle(where: string, t: Tensor): void {
    this.catchUp(t);
    if (!this.#deferred.settle(t)) throw overwritten(where, rootOf(t));
  }

  /** Computes the deferred tensors that nobody has touched or claimed. */
  settleRest(): void {
    this.#deferred.settleRest();
  }

  /** Emits what still waits, and then what comes after everything else. */
  close(): void {
    this.settleRest();
    for (const emit of this.#end) emit();
  }

  /** What the plan is made of, in the order in which it runs. */
  contents() {
    return {
      steps: [...this.#steps.start, ...this.#steps.now, ...this.#steps.end],
      roots: [...this.#roots],
      inputs: this.#named.input,
      states: this.#named.state,
      outputs: this.#outputs,
    };
  }
}

// The weights of a model: one flat array, with one of the same layout for gradients and one for each optimizer slot.
import type { Builder } from './builder.ts';
import { OptionError, ShapeError, show } from './errors.ts';
import { interleaveGates, separateGates } from './layout.ts';
import { type Random, random } from './random.ts';
import { sizeOf, type Tensor, tensor } from './tensor.ts';

/** Views start at multiples of 64 elements, so that 256-byte binding alignment holds. */
const ALIGNMENT = 64;

/** First values of a parameter, row-major in file layout; the generator depends on the seed and the name. */
export type Initial = (next: Random) => ArrayLike<number>;

export interface ParameterOptions {
  /** Gates whose columns are stored side by side for each unit (see layout.ts); 1 for none. */
  interleave?: number;
  trainable?: boolean;
  /** What training adds to the loss for this weight. */
  regularizer?: Regularizer | undefined;
  /** What each update holds this weight to. */
  constraint?: Constraint | undefined;
}

export interface Regularizer {
  readonly name: string;
  /**
   * Emits `scale` times the penalty of a weight or an output, [1], and leaves the backward step that adds its gradient.
   * `scale` is 1 for weights and 1/N for the outputs of a batch of N.
   */
  build(b: Builder, weight: Tensor, scale: number): Tensor;
  /** Options as JSON can hold them. */
  getConfig(): Record<string, unknown>;
}

export interface Constraint {
  readonly name: string;
  /** Overwrites a weight, after its update, by the nearest one that is allowed. */
  build(b: Builder, weight: Tensor): void;
  /** Options as JSON can hold them. */
  getConfig(): Record<string, unknown>;
}

/**
 * The parameters of one model, shared by all its plans.
 *
 * Each parameter is a view of `arena` [size]; its gradient is the view of `gradients` at the same offset, so that
 * the global norm, clipping and the optimizer run over flat arrays. The set closes when the first plan is finished.
 */
export class Parameters {
  readonly arena: Tensor;
  readonly gradients: Tensor;
  readonly #members = new Map<string, Tensor>();
  readonly #gradients = new Map<Tensor, Tensor>();
  readonly #rules = new Map<Tensor, Pick<ParameterOptions, 'regularizer' | 'constraint' | 'trainable'>>();
  readonly #slots = new Map<string, Tensor>();
  readonly #frozen = new Set<Tensor>();
  readonly #arenaShape: number[] = [ALIGNMENT];
  readonly #seed: number;
  #home: { readonly description: string } | undefined;
  #used = 0;
  #closed = false;

  /** `seed` decides the initial values, together with each parameter's name. */
  constructor({ seed = 0 }: { seed?: number } = {}) {
    if (!Number.isFinite(seed)) throw new OptionError(`[seed] must be a number, got ${seed}`);
    this.#seed = seed;
    // The arenas share one shape array that grows until the set is closed.
    this.arena = tensor('parameters', this.#arenaShape, 'param', { initial: () => this.#initialValues() });
    this.gradients = tensor('gradients', this.#arenaShape, 'grad');
  }

  /** Elements of the arena, padding included. */
  get size(): number {
    return this.#arenaShape[0];
  }

  /** The parameters in the order in which they were declared. */
  get all(): Tensor[] {
    return [...this.#members.values()];
  }

  get(name: string): Tensor | undefined {
    return this.#members.get(name);
  }

  /**
   * Returns the parameter of that name, making it at the first call.
   * `initial` gives [rows, G·H] row-major values in file layout; interleaving is done here.
   * @throws ShapeError when the name exists with another shape or layout, or the set is closed.
   */
  declare(name: string, shape: readonly number[], initial: Initial, options: ParameterOptions = {}): Tensor {
    const { interleave = 1, trainable = true } = options;
    const known = this.#members.get(name);
    if (known) {
      if (show(known.shape) !== show(shape)) {
        throw new ShapeError(
          `[${name}] is ${show(known.shape)} already and cannot be ${show(shape)} as well`,
        );
      }
      if (known.interleave !== interleave || this.rulesOf(known).trainable !== trainable) {
        throw new ShapeError(
          `[${name}] belongs to another kind of layer already; give one of the two another name`,
        );
      }
      return known;
    }
    if (this.#closed) {
      throw new ShapeError(`[${name}] is new, but the model's parameters were fixed by its first plan`);
    }
    const made = tensor(name, shape, 'param', {
      base: this.arena,
      offset: this.#used,
      differentiable: trainable,
      interleave,
      initial: () => initial(random(this.#seed, name)),
    });
    this.#members.set(name, made);
    this.#rules.set(made, { ...options, trainable });
    this.#gradients.set(
      made,
      tensor(`d ${name}`, shape, 'grad', {
        base: this.gradients,
        offset: this.#used,
        interleave,
      }),
    );
    this.#used += Math.ceil(sizeOf(shape) / ALIGNMENT) * ALIGNMENT;
    this.#arenaShape[0] = Math.max(this.#used, ALIGNMENT);
    return made;
  }

  /**
   * The gradient of a parameter, at the same offset in `gradients`.
   * @throws ShapeError for a tensor that is no parameter of this model.
   */
  gradientOf(parameter: Tensor): Tensor {
    const gradient = this.#gradients.get(parameter);
    if (!gradient) throw new ShapeError(`[${parameter.name}] is no parameter of this model`);
    return gradient;
  }

  /** What the layer of a parameter asked for when it was declared. */
  rulesOf(parameter: Tensor): Pick<ParameterOptions, 'regularizer' | 'constraint' | 'trainable'> {
    return this.#rules.get(parameter) ?? {};
  }

  /**
   * Freezes parameters that were declared trainable, or sets them free; plans that are built from then on obey. Of those
   * that are never trained by gradient it is remembered, for layers that write them in training (see `isFrozen`).
   */
  setTrainable(parameter: Tensor, trainable: boolean): void {
    if (trainable) this.#frozen.delete(parameter);
    else this.#frozen.add(parameter);
    const wanted = trainable && this.rulesOf(parameter).trainable === true;
    (parameter as { differentiable: boolean }).differentiable = wanted;
  }

  /** Whether `setTrainable` has frozen a parameter, be it one that is trained by gradient or not. */
  isFrozen(parameter: Tensor): boolean {
    return this.#frozen.has(parameter);
  }

  /** Optimizer slots of this name: [size], zeros at first, one element for each of the arena. */
  slot(name: string): Tensor {
    let slot = this.#slots.get(name);
    if (!slot) {
      slot = tensor(`slot ${name}`, this.#arenaShape, 'slot');
      this.#slots.set(name, slot);
    }
    return slot;
  }

  /**
   * Forgets the slots of optimizers, but for those whose names begin with `keep/`, and returns them: `backend.release` of
   * these frees their storage, once the plans that update them are disposed of.
   */
  dropSlots(keep?: string): Tensor[] {
    const dropped = [...this.#slots].filter(([name]) => keep === undefined || !name.startsWith(`${keep}/`));
    for (const [name] of dropped) this.#slots.delete(name);
    return dropped.map(([, slot]) => slot);
  }

  get slots(): ReadonlyMap<string, Tensor> {
    return this.#slots;
  }

  /** Weights, gradients and slots: `backend.release(parameters.storage)` frees what disposing of plans leaves. */
  get storage(): Tensor[] {
    return [this.arena, this.gradients, ...this.#slots.values()];
  }

  /**
   * Says on which backend the weights live; a plan of theirs that is loaded elsewhere would find untrained ones.
   * @throws OptionError when they live on another one.
   */
  settle(home: { readonly description: string }): void {
    if (this.#home && this.#home !== home) {
      throw new OptionError(
        `[parameters] live on another backend (${this.#home.description}): pass that one, or carry the values over` +
          ' with packWeights and unpackWeights into new Parameters',
      );
    }
    this.#home = home;
  }

  /** Says that the weights live nowhere any more. */
  unsettle(): void {
    this.#home = undefined;
  }

  /** No parameter may be added from here on; plans call this when they are finished. */
  close(): void {
    this.#closed = true;
  }

  #initialValues(): Float64Array {
    const values = new Float64Array(this.size);
    for (const t of this.#members.values()) {
      if (t.initial) values.set(toStorage(t, t.initial()), t.offset);
    }
    return values;
  }
}

/** Values of a parameter from file layout to the layout of its storage. */
export function toStorage(t: Tensor, values: ArrayLike<number>): ArrayLike<number> {
  if (values.length !== sizeOf(t.shape)) {
    throw new ShapeError(
      `[${t.name}] takes ${sizeOf(t.shape)} values for ${show(t.shape)}, got ${values.length}`,
    );
  }
  return t.interleave === 1 ? values : interleaveGates(values, t.shape.at(-1)!, t.interleave);
}

/** The inverse of `toStorage`; works for gradients and slots as well. */
export function fromStorage(t: Tensor, values: ArrayLike<number>): ArrayLike<number> {
  return t.interleave === 1 ? values : separateGates(values, t.shape.at(-1)!, t.interleave);
}

// The weights of a model, and what its optimizer keeps for them: before there is a device, on one, and from one to the next.
import type { Backend } from '../backends/backend.ts';
import { buildPlan } from '../core/builder.ts';
import { FormatError, ShapeError, show } from '../core/errors.ts';
import type { FloatArray } from '../core/kernel.ts';
import { shown } from '../core/options.ts';
import { fromStorage, type Parameters, toStorage } from '../core/parameters.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { NdArray } from '../data/nd_array.ts';

/** What an optimizer keeps: by slot, then by weight, in file layout. */
export type Slots = ReadonlyMap<string, ReadonlyMap<string, NdArray>>;

export class ModelWeights {
  readonly #name: string;
  readonly parameters: Parameters;
  #backend: Backend | undefined;
  #arriving: Promise<void> | undefined;
  /** Weights that were set before there was a backend. */
  #waiting: readonly NdArray[] | undefined;
  /** What the slots are to hold once a training plan is loaded; undefined when they hold what they should. */
  #waitingSlots: Slots | undefined;

  constructor(name: string, parameters: Parameters) {
    this.#name = name;
    this.parameters = parameters;
  }

  /** Brings the weights to a backend, from where they were before. */
  async moveTo(backend: Backend): Promise<void> {
    await this.#arriving;
    if (this.#backend === backend) return;
    this.#arriving = this.#arrive(backend);
    await this.#arriving;
  }

  async #arrive(backend: Backend): Promise<void> {
    const { parameters } = this;
    if (this.#backend) {
      this.#waiting = await this.get();
      this.#waitingSlots = await this.slots();
      this.leave();
    }
    // A plan without steps: it gives the weights their storage and first values.
    await backend.load(
      buildPlan({ name: `${this.#name} weights`, limits: backend.limits, parameters }, () => {}),
    );
    this.#backend = backend;
    const weights = this.#waiting;
    this.#waiting = undefined;
    if (weights) await this.set(weights);
  }

  /** Frees the storage and keeps the weights in memory, for models that have layers in common. */
  async retire(): Promise<void> {
    this.#waiting = await this.get();
    this.leave();
  }

  /** Frees the storage; the weights are gone from the device. */
  leave(): void {
    this.#backend?.release(this.parameters.storage);
    this.#backend = undefined;
  }

  /** Weights in file layout. */
  async get(tensors: readonly Tensor[] = this.parameters.all): Promise<NdArray[]> {
    const backend = this.#backend;
    if (backend) {
      return Promise.all(tensors.map(async (t) => arrayOf(t, (await backend.read(t)) as FloatArray)));
    }
    const all = this.parameters.all;
    return tensors.map(
      (t) =>
        this.#waiting?.[all.indexOf(t)] ??
        new NdArray(t.shape, Float32Array.from(t.initial?.() ?? new Float32Array(sizeOf(t.shape)))),
    );
  }

  /**
   * Replaces weights; all of them are checked before the first is written.
   * @throws ShapeError naming the first that does not fit.
   */
  async set(weights: readonly NdArray[], tensors: readonly Tensor[] = this.parameters.all): Promise<void> {
    if (!Array.isArray(weights) || weights.length !== tensors.length) {
      throw new ShapeError(
        `[${this.#name}/setWeights] takes ${tensors.length} arrays (${tensors.map(({ name }) => name).join(', ')}),` +
          ` got ${Array.isArray(weights) ? weights.length : shown(weights)}`,
      );
    }
    weights.forEach((array, i) => {
      expectWeight(tensors[i], array);
    });
    const backend = this.#backend;
    if (backend) {
      tensors.forEach((t, i) => {
        backend.write(t, toStorage(t, weights[i].data));
      });
      return;
    }
    const merged = await this.get();
    tensors.forEach((t, i) => {
      merged[this.parameters.all.indexOf(t)] = weights[i];
    });
    this.#waiting = merged;
  }

  /**
   * Takes weights by name, all of them, before anything runs.
   * @throws FormatError when one is missing; ShapeError when one does not fit.
   */
  startWith(weights: ReadonlyMap<string, NdArray>): void {
    this.#waiting = this.parameters.all.map((t) => {
      const array = weights.get(t.name);
      if (!array) throw new FormatError(`the weight ${t.name} ${show(t.shape)} is missing`);
      expectWeight(t, array);
      return array;
    });
  }

  /** What the optimizer keeps for each weight. */
  async slots(): Promise<Slots> {
    const backend = this.#backend;
    if (!backend || this.#waitingSlots) return this.#waitingSlots ?? new Map();
    const slots = new Map<string, Map<string, NdArray>>();
    for (const [name, slot] of this.parameters.slots) {
      const values = (await backend.read(slot)) as FloatArray;
      const parts = this.parameters.all.map((t) => {
        return [t.name, arrayOf(t, values.subarray(t.offset, t.offset + sizeOf(t.shape)))] as const;
      });
      slots.set(name, new Map(parts));
    }
    return slots;
  }

  /** Gives an optimizer that begins what another left, or nothing; written when a training plan is loaded. */
  setSlots(slots: Slots): void {
    this.#waitingSlots = slots;
  }

  /** Forgets what optimizers have kept: the slots of another one go, those of this one begin anew. */
  dropSlots(optimizer: string): void {
    this.#waitingSlots = new Map();
    this.#backend?.release(this.parameters.dropSlots(optimizer));
  }

  /** To be called when a training plan is loaded: then the slots have their storage. */
  settleSlots(): void {
    const waiting = this.#waitingSlots;
    if (!waiting) return;
    this.#waitingSlots = undefined;
    for (const [name, slot] of this.parameters.slots) {
      const values = new Float64Array(this.parameters.size);
      for (const t of this.parameters.all) {
        const kept = waiting.get(name)?.get(t.name);
        if (kept) values.set(Array.from(toStorage(t, kept.data)), t.offset);
      }
      this.#backend?.write(slot, values);
    }
  }
}

/** Values in storage order as an array in file layout, as precise as the backend has them. */
function arrayOf(t: Tensor, values: FloatArray): NdArray {
  const kind = values instanceof Float64Array ? Float64Array : Float32Array;
  return new NdArray(t.shape, kind.from(fromStorage(t, values)));
}

function expectWeight({ name, shape }: Tensor, array: NdArray): void {
  if (show(array.shape) === show(shape)) return;
  throw new ShapeError(`[${name}] expected ${show(shape)}, got ${show(array.shape)}`);
}

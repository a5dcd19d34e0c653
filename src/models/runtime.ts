// What a model is while it lives: its graph, its weights on a backend, and a plan for each size of batch that came by.
import type { Backend } from '../backends/backend.ts';
import { buildPlan } from '../core/builder.ts';
import { FormatError, OptionError, ShapeError, show } from '../core/errors.ts';
import { shown } from '../core/options.ts';
import { fromStorage, Parameters, toStorage } from '../core/parameters.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { NdArray } from '../data/nd_array.ts';
import type { AnyLayer } from '../layers/layer.ts';
import { seedWords } from '../training/language_checks.ts';
import type { Optimizer } from '../training/optimizers.ts';
import { defaultBackend } from './doors.ts';
import type { Graph } from './graph.ts';
import { loadModelPlan, type ModelPlan, type Objective, type PlanSizes } from './model_plan.ts';
import { declareParameters, type Sketch, sketchOf } from './sketch.ts';

/** Plans of one mode that are kept; the one that was not used for longest goes first. */
const KEPT = 16;

export class Runtime {
  readonly name: string;
  /** The graph, or what makes it once the data are known. */
  #graph: Graph | undefined;
  #parameters: Parameters;
  #sketch: Sketch | undefined;
  #backend: Promise<Backend> | undefined;
  #plans = new Map<string, Promise<ModelPlan>>();
  #frozen = '';
  #objectives: readonly Objective[] = [];
  #optimizer: Optimizer | undefined;
  /** Where carried states were left by the last run. */
  #last: ModelPlan | undefined;
  #seed = 0;
  #declared = false;
  /** Whether the slots hold what another optimizer left. */
  #slotsAreOld = false;
  #waitingSlots: Map<string, Map<string, NdArray>> | undefined;
  #homed = false;
  /** Weights that were set before there was a backend. */
  #waiting: readonly NdArray[] | undefined;
  /** Runs so far, from which dropout draws. */
  #runs = 0;

  constructor(name: string, graph: Graph | undefined) {
    this.name = name;
    this.#graph = graph;
    this.#parameters = new Parameters({ seed: this.#seed });
  }

  /** @throws ShapeError for a sequential model whose input nobody has named yet. */
  get graph(): Graph {
    if (this.#graph) return this.#graph;
    throw new ShapeError(
      `[${this.name}] does not know its input yet: begin with input({ shape }), as in sequential([input({ shape: [null, 3] }), ...]),` +
        ' or call fit() or predict() first',
    );
  }

  get hasGraph(): boolean {
    return this.#graph !== undefined;
  }

  /** Gives the graph of a model that waited for data. */
  settle(graph: Graph): void {
    this.#graph = graph;
  }

  get sketch(): Sketch {
    this.#sketch ??= sketchOf(this.name, this.graph);
    return this.#sketch;
  }

  get parameters(): Parameters {
    if (!this.#declared) {
      // The sketch comes first: what it throws must not leave parameters behind.
      this.sketch;
      declareParameters(this.name, this.graph, this.#parameters);
      this.#declared = true;
    }
    return this.#parameters;
  }

  /** Sets what compile() was told; a new optimizer begins anew. */
  configure(to: { objectives: readonly Objective[]; optimizer: Optimizer }): void {
    this.#objectives = to.objectives;
    this.#optimizer = to.optimizer;
    this.#slotsAreOld = this.#homed;
    this.#waitingSlots = undefined;
  }

  /** @throws OptionError when the first weights were drawn with another seed. */
  setSeed(seed: number): void {
    if (seed === this.#seed) return;
    if (this.#declared) {
      throw new OptionError(
        `[${this.name}/seed] the weights are made already; give the seed at the first compile()`,
      );
    }
    this.#parameters = new Parameters({ seed });
    this.#seed = seed;
  }

  get seed(): number {
    return this.#seed;
  }

  /** @throws OptionError when the weights live on another backend already. */
  useBackend(backend: Backend): void {
    if (typeof backend?.load !== 'function') {
      throw new OptionError(
        `[${this.name}/backend] takes what \`await webgpu()\` or \`cpu()\` gives, got ${shown(backend)}`,
      );
    }
    this.#backend = Promise.resolve(backend);
  }

  /** The backend with the weights on it. */
  async home(): Promise<Backend> {
    this.#backend ??= defaultBackend();
    const backend = await this.#backend;
    if (!this.#homed) {
      const { parameters } = this;
      // A plan without steps: it gives the weights their storage and first values.
      await backend.load(
        buildPlan({ name: `${this.name} weights`, limits: backend.limits, parameters }, () => {}),
      );
      this.#homed = true;
      const weights = this.#waiting;
      this.#waiting = undefined;
      if (weights) await this.setWeights(weights);
    }
    return backend;
  }

  /** The plan for such a batch, loaded; frozen layers are those that are frozen now. */
  async plan(sizes: PlanSizes): Promise<ModelPlan> {
    const backend = await this.home();
    const { parameters } = this;
    this.#freeze();
    const key = JSON.stringify(sizes);
    let plan = this.#plans.get(key);
    if (plan) this.#plans.delete(key);
    else {
      plan = loadModelPlan({
        name: this.name,
        graph: this.graph,
        parameters,
        backend,
        sizes,
        objectives: this.#objectives,
        optimizer: this.#optimizer,
      });
      plan.catch(() => this.#plans.delete(key));
    }
    this.#plans.set(key, plan);
    const ready = await plan;
    if (sizes.mode === 'train') this.#settleSlots(backend);
    await this.#discardOld();
    return ready;
  }

  /** Runs a plan once: states go on from where the last run left them, and other elements are dropped. */
  async run(plan: ModelPlan): Promise<void> {
    const backend = await this.home();
    if (this.#last !== plan) {
      if (plan.clock) backend.write(plan.clock, [0, this.#runs, ...seedWords(this.#seed)]);
      await this.#carryOver(backend, plan);
    }
    plan.executable.run();
    this.#runs++;
    this.#last = plan;
  }

  async #carryOver(backend: Backend, plan: ModelPlan): Promise<void> {
    const from = this.#last?.carried ?? {};
    for (const [name, state] of Object.entries(plan.carried)) {
      const before = from[name];
      if (!before) continue;
      if (show(before.shape) !== show(state.shape)) {
        throw new ShapeError(
          `[${name}] carries a state ${show(before.shape)} = [N, H] from batch to batch and cannot take a batch of` +
            ` ${state.shape[0]}; use one batch size throughout, or call resetStates() between`,
        );
      }
      backend.write(state, await backend.read(before));
    }
  }

  /** Sets all carried states to zero. */
  async resetStates(): Promise<void> {
    const plans = await Promise.all(this.#plans.values());
    if (plans.length === 0) return;
    const backend = await this.home();
    for (const { carried } of plans) {
      for (const state of Object.values(carried)) backend.write(state, new Float64Array(sizeOf(state.shape)));
    }
    this.#last = undefined;
  }

  /** What the optimizer keeps for each weight, by slot and weight, in file layout. */
  async getSlots(): Promise<Map<string, Map<string, NdArray>>> {
    const slots = new Map<string, Map<string, NdArray>>();
    if (!this.#homed || this.#slotsAreOld) return this.#waitingSlots ?? slots;
    const backend = await this.home();
    for (const [name, slot] of this.parameters.slots) {
      const values = await backend.read(slot);
      const parts = this.parameters.all.map((t) => {
        const part = values.subarray(t.offset, t.offset + sizeOf(t.shape));
        return [t.name, new NdArray(t.shape, Float32Array.from(fromStorage(t, part)))] as const;
      });
      slots.set(name, new Map(parts));
    }
    return slots;
  }

  /** Gives an optimizer that begins what another left; it is written when the first training plan is loaded. */
  setSlots(slots: Map<string, Map<string, NdArray>>): void {
    this.#waitingSlots = slots;
    this.#slotsAreOld = true;
  }

  #settleSlots(backend: Backend): void {
    if (!this.#slotsAreOld) return;
    this.#slotsAreOld = false;
    for (const [name, slot] of this.parameters.slots) {
      const values = new Float64Array(this.parameters.size);
      for (const t of this.parameters.all) {
        const kept = this.#waitingSlots?.get(name)?.get(t.name);
        if (kept) values.set(Array.from(toStorage(t, kept.data)), t.offset);
      }
      backend.write(slot, values);
    }
    this.#waitingSlots = undefined;
  }

  /** Frees the plans of these modes: those of training hold losses and the optimizer. */
  forget(modes: readonly PlanSizes['mode'][]): void {
    for (const [key, plan] of this.#plans) {
      if (!modes.includes((JSON.parse(key) as PlanSizes).mode)) continue;
      this.#plans.delete(key);
      // A plan that could not be loaded has nothing to free.
      void plan.then((loaded) => loaded.executable.dispose()).catch(() => {});
    }
  }

  async #discardOld(): Promise<void> {
    for (const [key, plan] of this.#plans) {
      if (this.#plans.size <= KEPT) return;
      const old = await plan;
      if (old === this.#last) continue;
      this.#plans.delete(key);
      old.executable.dispose();
    }
  }

  /** All weights in file layout, in the order of their declaration. */
  async getWeights(tensors: readonly Tensor[] = this.parameters.all): Promise<NdArray[]> {
    if (!this.#homed) {
      const all = this.parameters.all;
      return tensors.map((t) => {
        const waiting = this.#waiting?.[all.indexOf(t)];
        return (
          waiting ??
          new NdArray(t.shape, Float32Array.from(t.initial?.() ?? new Float32Array(sizeOf(t.shape))))
        );
      });
    }
    const backend = await this.home();
    return Promise.all(
      tensors.map(
        async (t) => new NdArray(t.shape, Float32Array.from(fromStorage(t, await backend.read(t)))),
      ),
    );
  }

  /** Replaces weights; all of them are checked before the first is written. */
  async setWeights(
    weights: readonly NdArray[],
    tensors: readonly Tensor[] = this.parameters.all,
  ): Promise<void> {
    if (!Array.isArray(weights) || weights.length !== tensors.length) {
      throw new ShapeError(
        `[${this.name}/setWeights] takes ${tensors.length} arrays (${tensors.map(({ name }) => name).join(', ')}),` +
          ` got ${Array.isArray(weights) ? weights.length : shown(weights)}`,
      );
    }
    weights.forEach((array, i) => {
      expectWeight(tensors[i], array);
    });
    if (!this.#homed) {
      const all = this.parameters.all;
      const merged = await this.getWeights();
      tensors.forEach((t, i) => {
        merged[all.indexOf(t)] = weights[i];
      });
      this.#waiting = merged;
      return;
    }
    const backend = await this.home();
    tensors.forEach((t, i) => {
      backend.write(t, toStorage(t, weights[i].data));
    });
  }

  /**
   * Takes weights by name, all of them, before anything runs.
   * @throws FormatError when one is missing; ShapeError when one does not fit.
   */
  startWith(weights: ReadonlyMap<string, NdArray>): void {
    const arrays = this.parameters.all.map((t) => {
      const array = weights.get(t.name);
      if (!array) throw new FormatError(`the weight ${t.name} ${show(t.shape)} is missing`);
      expectWeight(t, array);
      return array;
    });
    this.#waiting = arrays;
  }

  /** The parameters of one layer. */
  parametersOf(layerName: string): Tensor[] {
    return this.parameters.all.filter(({ name }) => name === layerName || name.startsWith(`${layerName}/`));
  }

  /** Obeys what layers say of `trainable` now; training plans that were built under other terms go. */
  #freeze(): void {
    const { graph, parameters } = this;
    const frozen = frozenLayers(graph, '');
    for (const t of parameters.all) {
      parameters.setTrainable(t, !frozen.some((prefix) => t.name.startsWith(`${prefix}/`)));
    }
    const key = frozen.join();
    if (key !== this.#frozen) this.forget(['train']);
    this.#frozen = key;
  }

  async dispose(): Promise<void> {
    this.forget(['train', 'test', 'predict']);
    if (!this.#homed) return;
    const backend = await this.home();
    backend.release(this.parameters.storage);
    this.#homed = false;
  }
}

function expectWeight({ name, shape }: Tensor, array: NdArray): void {
  if (show(array.shape) === show(shape)) return;
  throw new ShapeError(`[${name}] expected ${show(shape)}, got ${show(array.shape)}`);
}

/** Paths of the layers whose weights are frozen. */
export function frozenLayers(graph: Graph, prefix: string): string[] {
  return graph.layers.flatMap((layer, i) => {
    const path = `${prefix}${graph.layerNames[i]}`;
    if (isFrozen(layer)) return [path];
    const inside = (layer as AnyLayer & { graph?: Graph }).graph;
    return inside ? frozenLayers(inside, `${path}/`) : [];
  });
}

/** A layer that only wraps another is as frozen as that. */
function isFrozen(layer: AnyLayer): boolean {
  if (layer.trainable === false) return true;
  return (
    layer.inner !== undefined && layer.inner.length > 0 && layer.inner.every((one) => one.trainable === false)
  );
}

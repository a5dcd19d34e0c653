// What a model is while it lives: its graph, its weights on a backend, and a plan for each size of batch that came by.
import type { Backend } from '../backends/backend.ts';
import { OptionError, ShapeError, show } from '../core/errors.ts';
import { shown } from '../core/options.ts';
import { Parameters } from '../core/parameters.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import type { AnyLayer } from '../layers/layer.ts';
import { seedWords } from '../training/language_checks.ts';
import type { Optimizer } from '../training/optimizers.ts';
import { defaultBackend } from './doors.ts';
import type { Graph } from './graph.ts';
import { loadModelPlan, type ModelPlan, type Objective, type PlanSizes } from './model_plan.ts';
import { ModelWeights } from './model_weights.ts';
import { declareParameters, type Sketch, sketchOf } from './sketch.ts';

/** Plans that are kept; the one that was not used for longest goes first. */
const KEPT = 16;

export class Runtime {
  readonly name: string;
  #graph: Graph | undefined;
  #sketch: Sketch | undefined;
  #weights: ModelWeights | undefined;
  #backend: Promise<Backend> | undefined;
  #seed = 0;
  #objectives: readonly Objective[] = [];
  #optimizer: Optimizer | undefined;
  readonly #plans = new Map<string, Promise<ModelPlan>>();
  /** The frozen layers of the training plans. */
  #frozen = '';
  /** The plan that ran last: there lie the carried states. */
  #last: ModelPlan | undefined;
  /** Runs so far, from which dropout draws. */
  #runs = 0;

  constructor(name: string, graph: Graph | undefined) {
    this.name = name;
    this.#graph = graph;
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

  get weights(): ModelWeights {
    if (!this.#weights) {
      // The sketch comes first: it throws what there is to throw.
      this.sketch;
      const parameters = new Parameters({ seed: this.#seed });
      declareParameters(this.name, this.graph, parameters);
      this.#weights = new ModelWeights(this.name, parameters);
    }
    return this.#weights;
  }

  get parameters(): Parameters {
    return this.weights.parameters;
  }

  get seed(): number {
    return this.#seed;
  }

  /** @throws OptionError when the first weights were drawn with another seed, or for what is no seed. */
  setSeed(seed: number): void {
    if (seed === this.#seed) return;
    seedWords(seed);
    if (this.#weights) {
      throw new OptionError(
        `[${this.name}/seed] the weights are made already; give the seed at the first compile()`,
      );
    }
    this.#seed = seed;
  }

  /** Sets what compile() was told; the optimizer begins anew. */
  configure(to: { objectives: readonly Objective[]; optimizer: Optimizer }): void {
    this.#objectives = to.objectives;
    this.#optimizer = to.optimizer;
    this.forget(['train', 'test']);
    this.#weights?.setSlots(new Map());
  }

  /** Where the model runs from now on; weights that live elsewhere are carried over. */
  useBackend(backend: Backend): void {
    if (typeof backend?.load !== 'function') {
      throw new OptionError(
        `[${this.name}/backend] takes what \`await webgpu()\` or \`cpu()\` gives, got ${shown(backend)}`,
      );
    }
    if (this.#backend) this.forget(['train', 'test', 'predict']);
    this.#backend = Promise.resolve(backend);
  }

  /** The backend, with the weights on it. */
  async home(): Promise<Backend> {
    this.#backend ??= defaultBackend();
    const backend = await this.#backend;
    await this.weights.moveTo(backend);
    return backend;
  }

  /** The plan for such a batch, loaded; frozen layers are those that are frozen now. */
  async plan(sizes: PlanSizes): Promise<ModelPlan> {
    const backend = await this.home();
    this.#freeze();
    const key = JSON.stringify(sizes);
    let plan = this.#plans.get(key);
    if (plan) this.#plans.delete(key);
    else {
      plan = loadModelPlan({
        name: this.name,
        graph: this.graph,
        parameters: this.parameters,
        backend,
        sizes,
        objectives: this.#objectives,
        optimizer: this.#optimizer,
      });
      plan.catch(() => this.#plans.delete(key));
    }
    this.#plans.set(key, plan);
    const ready = await plan;
    if (sizes.mode === 'train') this.weights.settleSlots();
    await this.#discardOld();
    return ready;
  }

  /** Runs a plan once: states go on from where the last run left them, and other elements are dropped. */
  async run(plan: ModelPlan): Promise<void> {
    const backend = await this.home();
    if (this.#last !== plan) {
      await this.#carryOver(backend, plan);
      if (plan.clock) backend.write(plan.clock, [0, this.#runs, ...seedWords(this.#seed)]);
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
    this.#last = undefined;
    const plans = await Promise.all(this.#plans.values());
    if (plans.length === 0) return;
    const backend = await this.home();
    for (const { carried } of plans) {
      for (const state of Object.values(carried)) {
        backend.write(state, new Float64Array(sizeOf(state.shape)));
      }
    }
  }

  /** Frees the plans of these modes: those of training and testing hold losses and the optimizer. */
  forget(modes: readonly PlanSizes['mode'][]): void {
    for (const [key, plan] of this.#plans) {
      if (!modes.includes((JSON.parse(key) as PlanSizes).mode)) continue;
      this.#plans.delete(key);
      // A plan that could not be loaded has nothing to free; states that it carried go with it.
      const free = (loaded: ModelPlan) => {
        if (loaded === this.#last) this.#last = undefined;
        loaded.dispose();
      };
      void plan.then(free).catch(() => {});
    }
  }

  async #discardOld(): Promise<void> {
    for (const [key, plan] of this.#plans) {
      if (this.#plans.size <= KEPT) return;
      const old = await plan;
      if (old === this.#last) continue;
      this.#plans.delete(key);
      old.dispose();
    }
  }

  /** The parameters of one layer. */
  parametersOf(layerName: string): Tensor[] {
    return this.parameters.all.filter(({ name }) => name.startsWith(`${layerName}/`));
  }

  /** Obeys what layers say of `trainable` now; training plans that were built under other terms go. */
  #freeze(): void {
    const frozen = frozenLayers(this.graph, '');
    for (const t of this.parameters.all) {
      this.parameters.setTrainable(t, !frozen.some((prefix) => t.name.startsWith(`${prefix}/`)));
    }
    const key = frozen.join();
    if (key !== this.#frozen) this.forget(['train']);
    this.#frozen = key;
  }

  /** Frees plans and weights; the backend stays. */
  async dispose(): Promise<void> {
    this.forget(['train', 'test', 'predict']);
    this.#weights?.leave();
    this.#weights = undefined;
  }
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

/** A layer that only wraps others is as frozen as all of them. */
function isFrozen(layer: AnyLayer): boolean {
  if (layer.trainable === false) return true;
  return (
    layer.inner !== undefined && layer.inner.length > 0 && layer.inner.every((one) => one.trainable === false)
  );
}

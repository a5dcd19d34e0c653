// What a model is while it lives: its graph, its weights on a backend, and a plan for each size of batch that came by.
import type { Backend } from '../backends/backend.ts';
import { DeviceError, OptionError, ShapeError } from '../core/errors.ts';
import { Mutex } from '../core/mutex.ts';
import { shown } from '../core/options.ts';
import { Parameters } from '../core/parameters.ts';
import type { Tensor } from '../core/tensor.ts';
import type { NdArray } from '../data/nd_array.ts';
import type { AnyLayer } from '../layers/layer.ts';
import { seedWords } from '../training/language_checks.ts';
import type { Optimizer } from '../training/optimizers.ts';
import { CarriedStates } from './carried_states.ts';
import { defaultBackend } from './doors.ts';
import { frozenLayers } from './frozen.ts';
import { type Graph, layerPaths, within } from './graph.ts';
import { loadModelPlan, type Mode, type ModelPlan, type Objective, type PlanSizes } from './model_plan.ts';
import { ModelWeights } from './model_weights.ts';
import { PlanShelf } from './plan_shelf.ts';
import { SharedWeights } from './shared_weights.ts';
import { declareParameters, type Sketch, sketchOf } from './sketch.ts';

export class Runtime {
  readonly name: string;
  #graph: Graph | undefined;
  #sketch: Sketch | undefined;
  #weights: ModelWeights | undefined;
  #shared: SharedWeights | undefined;
  #backend: Promise<Backend> | undefined;
  #seed = 0;
  #objectives: readonly Objective[] = [];
  #optimizer: Optimizer | undefined;
  #disposed = false;
  /** The frozen layers of the plans on the shelf. */
  #frozen = '[]';
  /** Runs so far, from which dropout draws. */
  #runs = 0;
  readonly #shelf = new PlanShelf();
  readonly #states = new CarriedStates();
  readonly #device = new Mutex();
  /** Passes of one kind share sums on the device: one at a time. */
  readonly passes: Readonly<Record<Exclude<Mode, 'predict'>, Mutex>> = {
    train: new Mutex(),
    test: new Mutex(),
  };
  /** Whether the model itself is frozen, besides its layers. */
  frozen: () => boolean = () => false;

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

  /** @throws ShapeError for shapes that do not fit, or weights that depend on a length that was left open. */
  get sketch(): Sketch {
    if (this.#sketch) return this.#sketch;
    const sketch = sketchOf(this.name, this.graph);
    if (sketch.followsLength) {
      throw new ShapeError(
        `[${sketch.followsLength}] depends on the length of the sequences, which an input leaves open (null);` +
          ' give the length: input({ shape: [T, D] })',
      );
    }
    this.#sketch = sketch;
    return sketch;
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
    if (this.#shared) {
      throw new OptionError(
        `[${this.name}/seed] the weights are made already; give the seed at the first compile()`,
      );
    }
    this.#weights = undefined;
    this.#seed = seed;
  }

  /** Sets what compile() was told; the optimizer begins anew. */
  configure(to: { objectives: readonly Objective[]; optimizer: Optimizer }): void {
    this.#objectives = to.objectives;
    this.#optimizer = to.optimizer;
    this.#shelf.forget(['train', 'test']);
    this.#weights?.dropSlots(to.optimizer.name);
  }

  /** Where the model runs from now on; weights that live elsewhere are carried over. */
  useBackend(backend: Backend): void {
    if (typeof backend?.load !== 'function') {
      throw new OptionError(
        `[${this.name}/backend] takes what \`await webgpu()\` or \`cpu()\` gives, got ${shown(backend)}`,
      );
    }
    if (this.#backend) this.#shelf.forget(['train', 'test', 'predict']);
    this.#states.clear();
    this.#backend = Promise.resolve(backend);
  }

  /**
   * Runs `body` on the device without anything else of this model in between; the weights are there, and the newest.
   * @throws DeviceError when the model was disposed of.
   */
  alone<R>(body: (backend: Backend) => Promise<R>): Promise<R> {
    return this.#device.run(async () => {
      const backend = await this.#home();
      await this.#exchange().pull();
      return body(backend);
    });
  }

  async #home(): Promise<Backend> {
    if (this.#disposed) throw new DeviceError(`[${this.name}] was disposed of and cannot run`);
    this.#backend ??= defaultBackend();
    const backend = await this.#backend;
    await this.weights.moveTo(backend);
    return backend;
  }

  /** The layers' weights, exchanged with other models that have the same layers. */
  #exchange(): SharedWeights {
    if (!this.#shared) {
      const { weights } = this;
      const paths = layerPaths(this.graph);
      // What lies in models and wrappers is exchanged by the layers there.
      const own = (layer: AnyLayer, path: string) => {
        const inside = within(layer).map(([one]) => `${paths.get(one)}/`);
        return this.parametersOf(path).some(({ name }) => !inside.some((prefix) => name.startsWith(prefix)));
      };
      this.#shared = new SharedWeights({
        name: this.name,
        places: [...paths].filter(([layer, path]) => own(layer, path)),
        tensorsAt: (path) => this.parametersOf(path),
        read: (tensors) => weights.get(tensors),
        write: (values, tensors) => weights.set(values, tensors),
      });
    }
    return this.#shared;
  }

  /** All weights, or some, in file layout. */
  getWeights(tensors?: readonly Tensor[]): Promise<NdArray[]> {
    return this.#device.run(async () => {
      if (this.#backend && !this.#disposed) await this.#home();
      await this.#exchange().pull();
      return this.weights.get(tensors);
    });
  }

  /** @throws ShapeError naming the first that does not fit; then none is replaced. */
  setWeights(values: readonly NdArray[], tensors?: readonly Tensor[]): Promise<void> {
    return this.#device.run(async () => {
      await this.#exchange().pull();
      await this.weights.set(values, tensors);
      this.#exchange().claim();
    });
  }

  /** Takes the weights of a file; others that have these layers take them over. */
  startWith(values: ReadonlyMap<string, NdArray>): void {
    this.weights.startWith(values);
    this.#exchange().claim();
  }

  /** The parameters of one place. */
  parametersOf(path: string): Tensor[] {
    return this.parameters.all.filter(({ name }) => name.startsWith(`${path}/`));
  }

  /** The parameters of one layer and of those inside it, wherever they stand first. */
  parametersIn(layer: AnyLayer): Tensor[] {
    const paths = layerPaths(this.graph);
    const places = (one: AnyLayer): string[] => [
      ...(paths.has(one) ? [paths.get(one)!] : []),
      ...within(one).flatMap(([inner]) => places(inner)),
    ];
    const prefixes = places(layer).map((path) => `${path}/`);
    return this.parameters.all.filter(({ name }) => prefixes.some((prefix) => name.startsWith(prefix)));
  }

  /** Within `alone`: the plan for such a batch, loaded; frozen layers are those that are frozen now. */
  async plan(backend: Backend, sizes: PlanSizes): Promise<ModelPlan> {
    this.#freeze();
    const plan = await this.#shelf.take(sizes, () =>
      loadModelPlan({
        name: this.name,
        graph: this.graph,
        parameters: this.parameters,
        backend,
        sizes,
        objectives: this.#objectives,
        optimizer: this.#optimizer,
      }),
    );
    if (sizes.mode === 'train') this.weights.settleSlots();
    return plan;
  }

  /** Keeps a plan from being freed until it is let go. */
  hold(plan: ModelPlan): void {
    this.#shelf.hold(plan);
  }

  letGo(plan: ModelPlan): void {
    this.#shelf.letGo(plan);
  }

  /** Within `alone`: runs a plan once. States go on from where the last run left them, and other elements are dropped. */
  async run(backend: Backend, plan: ModelPlan, trains: boolean): Promise<void> {
    if (await this.#states.bring(backend, plan)) {
      if (plan.clock) backend.write(plan.clock, [0, this.#runs, ...seedWords(this.#seed)]);
    }
    plan.executable.run();
    this.#runs++;
    if (trains) this.#exchange().claim();
  }

  /** Within `alone`: what another step has done to the weights on the device is the newest. */
  claim(): void {
    this.#exchange().claim();
  }

  /** Sets all carried states to zero. */
  resetStates(): Promise<void> {
    return this.#device.run(async () => this.#states.clear());
  }

  /** Obeys what layers say of `trainable` now; plans that were built under other terms go. */
  #freeze(): void {
    const frozen = frozenLayers(this.graph, this.frozen());
    const key = JSON.stringify(frozen);
    if (key === this.#frozen) return;
    this.#frozen = key;
    for (const t of this.parameters.all) {
      this.parameters.setTrainable(t, !frozen.some((prefix) => t.name.startsWith(prefix)));
    }
    this.#shelf.forget(['train', 'test']);
  }

  /** Frees plans and weights; other models that have the same layers keep them. The backend stays. */
  async dispose(): Promise<void> {
    await this.#device.run(async () => {
      if (this.#disposed) return;
      this.#disposed = true;
      this.#states.clear();
      this.#shelf.forget(['train', 'test', 'predict']);
      await this.#weights?.retire();
    });
  }
}

/** Whether a layer is a model with a graph of its own. */
export function isModel(layer: AnyLayer): layer is AnyLayer & { graph: Graph } {
  return 'graph' in layer;
}

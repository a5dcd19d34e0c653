// Puts a model together: a layer with weights, a trainer and a config.
import { OptionError } from '../core/errors.ts';
import { checkOptions, shown, suggestion } from '../core/options.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { asArray, type NdArray } from '../data/nd_array.ts';
import { bindWeights, type Weighted } from '../layers/bound.ts';
import { type AnyLayer, defineLayer } from '../layers/layer.ts';
import type { Applicable } from '../layers/symbolic.ts';
import { saveModel } from './doors.ts';
import { frozenLayers } from './frozen.ts';
import { buildGraph, type Graph } from './graph.ts';
import type { Model } from './model.ts';
import { ModelTrainer } from './model_trainer.ts';
import { Runtime } from './runtime.ts';
import { newestOf } from './shared_weights.ts';
import { summaryText } from './summary.ts';

/** What tells models of the two styles apart. */
export interface ModelKind {
  readonly name: string;
  readonly className: 'Sequential' | 'Functional';
  /** The graph, or undefined while it waits for data. */
  readonly graph: Graph | undefined;
  readonly layers: readonly (AnyLayer & Weighted)[];
  readonly layerNames: readonly string[];
  readonly takesIds: boolean;
  readonly outputs: number;
  /** For a model that waits: its graph with an input of no known shape, and that for data of some shape. */
  readonly chain?: Graph;
  graphFor?(x: NdArray): Graph;
  /** `graph` is undefined while the model waits for data. */
  getConfig(graph: Graph | undefined): Record<string, unknown>;
}

/** Makes a model of a graph; it is a layer as well, and can stand in other models. */
export function makeModel(kind: ModelKind): Model {
  const { name, className, layers, layerNames, takesIds, outputs } = kind;
  const runtime = new Runtime(name, kind.graph);
  const trainer = new ModelTrainer(name, runtime, kind.graphFor, () => saveModel(model));
  const { compilation } = trainer;
  const single = async (where: string, all: Promise<NdArray[]>): Promise<NdArray> => {
    const arrays = await all;
    if (arrays.length === 1) return arrays[0];
    throw new OptionError(
      `[${name}/${where}] the model has ${arrays.length} outputs; predictAll gives them all`,
    );
  };
  const arrays = (where: string, weights: readonly unknown[]): NdArray[] => {
    if (Array.isArray(weights)) return weights.map((one, i) => asArray(`${where}/setWeights/${i}`, one));
    throw new OptionError(`[${where}/setWeights] takes an array of arrays, got ${shown(weights)}`);
  };

  const config = () => kind.getConfig(runtime.hasGraph ? runtime.graph : undefined);

  const definition: Omit<Model, keyof Applicable> = {
    ...{ name, className, layers, layerNames, inner: layers, takesIds, outputs, runtime, extras: {} },
    get graph() {
      return runtime.graph;
    },
    get hasGraph() {
      return runtime.hasGraph;
    },
    get outputShapes() {
      return runtime.sketch.outputs;
    },
    get optimizer() {
      return compilation.optimizer;
    },
    get compiled() {
      return compilation.options;
    },
    get learningRate() {
      return compilation.learningRate;
    },
    set learningRate(value) {
      compilation.learningRate = value;
    },
    get step() {
      return compilation.step;
    },
    set step(value) {
      compilation.step = value;
    },
    build: (b, ...inputs) => {
      const graph = runtime.hasGraph ? runtime.graph : kind.chain!;
      if (inputs.length !== graph.inputs.length) {
        throw new OptionError(
          `[${b.path || name}] takes ${graph.inputs.length} inputs, got ${inputs.length}`,
        );
      }
      const made = buildGraph(b, graph, inputs);
      // A model with several outputs gives an array, as every such layer; its type says what most models give.
      return (made.length === 1 ? made[0] : made) as Tensor;
    },
    compile: (options = {}) => trainer.compile(options),
    fit: (x, y, options = {}) => trainer.fit(x, y, options),
    fitDataset: (dataset, options = {}) => trainer.fitDataset(dataset, options),
    evaluate: (x, y, options = {}) => trainer.evaluate(x, y, options),
    evaluateDataset: (dataset, options = {}) => trainer.evaluateDataset(dataset, options),
    predict: (x, options = {}) => single('predict', trainer.predict('predict', x, options)),
    predictAll: (x, options = {}) => trainer.predict('predictAll', x, options),
    predictOnBatch: async (x, options = {}) => {
      checkOptions(`${name}/predictOnBatch`, options, ['mask', 'lengths', 'signal']);
      const all = { ...options, batchSize: Number.MAX_SAFE_INTEGER };
      return single('predictOnBatch', trainer.predict('predictOnBatch', x, all));
    },
    trainOnBatch: (x, y, options = {}) => trainer.onBatch('train', x, y, options),
    testOnBatch: (x, y, options = {}) => trainer.onBatch('test', x, y, options),
    summary(options = {}) {
      checkOptions(`${name}/summary`, options, ['print']);
      const { print } = options;
      if (print !== undefined && typeof print !== 'function') {
        throw new OptionError(
          `[${name}/summary/print] must be a function, such as console.log, got ${shown(print)}`,
        );
      }
      const { graph, sketch } = runtime;
      const text = summaryText(
        name,
        graph,
        sketch,
        { frozen: frozenLayers(graph, model.trainable === false) },
        className,
      );
      print?.(text);
      return text;
    },
    getLayer(which) {
      const found = layers[typeof which === 'number' ? which : layerNames.indexOf(which)];
      if (found) return found;
      throw new OptionError(
        `[${name}] has no layer ${shown(which)}; there are ${layerNames.join(', ')}${suggestion(which, layerNames)}`,
      );
    },
    getWeights: () => runtime.getWeights(),
    setWeights: async (weights) => runtime.setWeights(arrays(name, weights)),
    get weightNames() {
      return runtime.parameters.all.map((t) => t.name);
    },
    countParams: () => runtime.parameters.all.reduce((sum, t) => sum + sizeOf(t.shape), 0),
    resetStates: () => runtime.resetStates(),
    save: () => saveModel(model),
    dispose: () => runtime.dispose(),
    getConfig: config,
    toJSON: () => JSON.stringify({ format: 'webgpu-rnn model 1', className, config: config() }),
  };
  const model: Model = defineLayer(definition as Model);
  for (const method of ['add', 'pop']) {
    const value = () => {
      throw new OptionError(
        `[${name}] has no ${method}(): a model is made whole, as sequential([first, second, ...]);` +
          ' a model of some layers of another one shares their weights',
      );
    };
    Object.defineProperty(model, method, { value });
  }

  runtime.frozen = () => model.trainable === false;

  const bind = (layer: AnyLayer): void => {
    bindWeights(layer, {
      // What a layer's weights are is what the model says that changed them last.
      async getWeights() {
        const { owner, path } = newestOf(layer) ?? {};
        if (owner && path !== undefined) return owner.read(owner.tensorsAt(path));
        return runtime.getWeights(runtime.parametersIn(layer));
      },
      async setWeights(weights) {
        await runtime.setWeights(arrays(layer.name, weights), runtime.parametersIn(layer));
      },
    });
    // Models have bound their layers themselves.
    if (!('graph' in layer)) layer.inner?.forEach(bind);
  };
  layers.forEach(bind);
  return model;
}

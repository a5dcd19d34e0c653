// Puts a model together: what the two styles share, from compile() to predict().
import { OptionError } from '../core/errors.ts';
import { shown } from '../core/options.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { asArray, type NdArray } from '../data/nd_array.ts';
import { bindWeights } from '../layers/bound.ts';
import { type AnyLayer, defineLayer } from '../layers/layer.ts';
import type { Applicable } from '../layers/symbolic.ts';
import type { Logs } from '../training/callback.ts';
import type { Optimizer } from '../training/optimizers.ts';
import { type Compiled, checkCompile, objectivesOf } from './compile.ts';
import { batchesOf, firstOf, isDataset, opener, partsOf, type SamplesOptions, samplesOf } from './dataset.ts';
import { saveModel } from './doors.ts';
import { evaluateLoop, fitLoop, type Session, shuffled, splitSamples } from './fit.ts';
import { callbacksOf, checkEvaluateOptions, checkFitOptions, type PredictOptions } from './fit_options.ts';
import { buildGraph, type Graph } from './graph.ts';
import { inOrder, type OutputSpec, Pass, predictAll, type Setting } from './loops.ts';
import type { Model } from './model.ts';
import { arraysOf, type Samples } from './model_data.ts';
import { frozenLayers, Runtime } from './runtime.ts';
import { summaryText } from './summary.ts';

/** What tells models of the two styles apart. */
export interface ModelKind {
  readonly name: string;
  readonly className: 'Sequential' | 'Functional';
  /** The graph, or undefined while it waits for data. */
  readonly graph: Graph | undefined;
  readonly layers: readonly AnyLayer[];
  readonly layerNames: readonly string[];
  readonly takesIds: boolean;
  readonly outputs: number;
  /** For a model that waits: its graph with an input of no known shape, and that for data of some shape. */
  readonly chain?: Graph;
  graphFor?(x: NdArray): Graph;
  getConfig(): Record<string, unknown>;
}

/** Makes a model of a graph; it is a layer as well, and can stand in other models. */
export function makeModel(kind: ModelKind): Model {
  const { name } = kind;
  const runtime = new Runtime(name, kind.graph);
  let compiled: Compiled | undefined;
  let rate: number | undefined;
  let step = 0;

  const outputs = (): OutputSpec[] => {
    const { graph, sketch } = runtime;
    const names = graph.outputs.map(({ call, index }) =>
      call < 0 ? graph.inputs[index].name : graph.calls[call].name,
    );
    return sketch.outputs.map((shape, i) => {
      const before = names.slice(0, i).filter((other) => other === names[i]).length;
      return {
        name: before === 0 ? names[i] : `${names[i]}_${before}`,
        shape,
        followsTime: sketch.followsTime[i],
      };
    });
  };
  /** Gives a waiting model its graph, of the first data it sees. */
  const settle = (where: string, x: unknown): void => {
    if (runtime.hasGraph || !kind.graphFor) return;
    runtime.settle(kind.graphFor(arraysOf(`${where}/x`, x, ['input'])[0]));
    if (compiled) configure(compiled);
  };
  const optimizer = (): Optimizer | undefined =>
    rate === undefined ? compiled?.optimizer : compiled?.optimizer.withLearningRate(rate);
  let objectives = [] as ReturnType<typeof objectivesOf>;
  const configure = (settled: Compiled): void => {
    objectives = objectivesOf(name, settled.options, outputs());
    runtime.configure({ objectives, optimizer: settled.optimizer });
  };
  const setting = (): Setting => {
    const specs = outputs();
    return {
      runtime,
      outputs: specs,
      objectives: compiled ? objectives : specs.map(() => ({ loss: undefined, weight: 1, metrics: [] })),
      hyper: (n) => optimizer()!.hyper(n),
    };
  };
  const expectCompiled = (where: string): void => {
    if (!compiled) {
      throw new OptionError(`[${name}/${where}] needs compile({ optimizer, loss }) before it`);
    }
    if (runtime.hasGraph && objectives.every(({ loss }) => !loss)) {
      throw new OptionError(`[${name}/${where}] needs a loss: compile({ optimizer, loss })`);
    }
  };
  const spec = () => ({ inputs: runtime.graph.inputs, idLimits: runtime.sketch.idLimits, ...setting() });
  const samples = (where: string, x: unknown, y: unknown, options: SamplesOptions): Samples => {
    settle(where, x);
    return samplesOf(where, spec(), { x, y }, options);
  };

  const startSession = (epochs: number, batches: number | undefined): Session => {
    let stopped: string | undefined;
    const session: Session = {
      pass: undefined,
      nextStep: () => ++step,
      training: {
        epochs,
        batches,
        modelName: name,
        get step() {
          return step;
        },
        get learningRate() {
          return model.learningRate;
        },
        set learningRate(value) {
          model.learningRate = value;
        },
        get stopped() {
          return stopped;
        },
        stop(reason) {
          stopped ??= reason;
        },
        getWeights: () => runtime.weights.get(),
        setWeights: (weights) => runtime.weights.set(weights),
        save: () => saveModel(model),
        readLogs: async () => (await session.pass?.logs()) ?? {},
      },
    };
    return session;
  };

  const onBatch = async (mode: 'train' | 'test', where: string, one: Samples): Promise<Logs> => {
    expectCompiled(where);
    const pass = new Pass(setting(), mode);
    await pass.run(one, mode === 'train' ? ++step : undefined);
    await pass.drained();
    return pass.logs();
  };

  const predictArrays = async (where: string, x: unknown, options: PredictOptions): Promise<NdArray[]> => {
    checkEvaluateOptions(`${name}/${where}`, options, false);
    const all = samples(where, x, undefined, options);
    return predictAll(setting(), inOrder(all, options.batchSize ?? 32), options.signal);
  };
  const single = (where: string, arrays: readonly NdArray[]): NdArray => {
    if (arrays.length === 1) return arrays[0];
    throw new OptionError(
      `[${name}/${where}] the model has ${arrays.length} outputs; predictAll gives them all`,
    );
  };

  const model: Model = defineLayer({
    name,
    className: kind.className,
    layers: kind.layers,
    layerNames: kind.layerNames,
    inner: kind.layers,
    takesIds: kind.takesIds,
    outputs: kind.outputs,
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
      return compiled?.optimizer;
    },
    get compiled() {
      return compiled?.options;
    },
    get learningRate() {
      if (!compiled) throw new OptionError(`[${name}/learningRate] needs compile() before it`);
      return optimizer()!.hyper(step + 1)[0];
    },
    set learningRate(value: number) {
      if (!(typeof value === 'number' && value >= 0 && Number.isFinite(value))) {
        throw new OptionError(`[${name}/learningRate] must be a number from 0 on, got ${shown(value)}`);
      }
      rate = value;
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
    compile(options = {}) {
      const settled = checkCompile(name, options);
      if (options.seed !== undefined) runtime.setSeed(options.seed);
      if (options.backend) runtime.useBackend(options.backend);
      if (runtime.hasGraph) configure(settled);
      compiled = settled;
      rate = undefined;
      step = 0;
    },
    async fit(x, y, options = {}) {
      checkFitOptions(`${name}/fit`, options);
      expectCompiled('fit');
      const { batchSize = 32, validationSplit, validationData, validationBatchSize = batchSize } = options;
      if (y === undefined)
        throw new OptionError(`[${name}/fit] takes x and y; for datasets there is fitDataset`);
      const all = samples('fit', x, y, options);
      expectCompiled('fit');
      const [trained, held] = validationSplit ? splitSamples(all, validationSplit) : [all, undefined];
      const validation = held ?? validationSamples(validationData);
      const source = shuffled(trained, { batchSize, shuffle: options.shuffle ?? true, seed: runtime.seed });
      const ordered = (one: Samples) => () => inOrder(one, validationBatchSize);
      const session = startSession(options.epochs ?? 1, source.count);
      const callbacks = callbacksOf(options);
      return fitLoop(setting(), session, source, validation && ordered(validation), {
        ...options,
        callbacks,
      });
    },
    async fitDataset(dataset, options = {}) {
      const refused = [
        'batchSize',
        'validationSplit',
        'shuffle',
        'sampleWeight',
        'classWeight',
        'mask',
        'lengths',
      ];
      checkFitOptions(`${name}/fitDataset`, options, refused);
      expectCompiled('fitDataset');
      const open = opener(`${name}/fitDataset`, dataset);
      if (!runtime.hasGraph) {
        const first = await firstOf('fitDataset', opener('fitDataset', dataset)());
        settle('fitDataset', first.x);
        expectCompiled('fitDataset');
      }
      const { validationData } = options;
      const validation =
        validationData === undefined
          ? undefined
          : isDataset(validationData)
            ? () => batchesOf('fitDataset/validationData', spec(), opener('validationData', validationData)())
            : (() => {
                const held = validationSamples(validationData)!;
                return () => inOrder(held, 32);
              })();
      const source = { count: undefined, batches: () => batchesOf('fitDataset', spec(), open()) };
      const session = startSession(options.epochs ?? 1, undefined);
      return fitLoop(setting(), session, source, validation, { ...options, callbacks: callbacksOf(options) });
    },
    async evaluate(x, y, options = {}) {
      checkEvaluateOptions(`${name}/evaluate`, options);
      expectCompiled('evaluate');
      const all = samples('evaluate', x, y, options);
      expectCompiled('evaluate');
      return evaluateLoop(setting(), inOrder(all, options.batchSize ?? 32), options.signal);
    },
    async evaluateDataset(dataset, options = {}) {
      expectCompiled('evaluateDataset');
      const open = opener(`${name}/evaluateDataset`, dataset);
      if (!runtime.hasGraph)
        settle('evaluateDataset', (await firstOf('evaluateDataset', opener('evaluateDataset', dataset)())).x);
      expectCompiled('evaluateDataset');
      return evaluateLoop(setting(), batchesOf('evaluateDataset', spec(), open()), options.signal);
    },
    async predict(x, options = {}) {
      return single('predict', await predictArrays('predict', x, options));
    },
    predictAll: (x, options = {}) => predictArrays('predictAll', x, options),
    async predictOnBatch(x, options = {}) {
      const all = { ...options, batchSize: Number.MAX_SAFE_INTEGER };
      return single('predictOnBatch', await predictArrays('predictOnBatch', x, all));
    },
    async trainOnBatch(x, y, options = {}) {
      expectCompiled('trainOnBatch');
      return onBatch('train', 'trainOnBatch', samples('trainOnBatch', x, y, options));
    },
    async testOnBatch(x, y, options = {}) {
      expectCompiled('testOnBatch');
      return onBatch('test', 'testOnBatch', samples('testOnBatch', x, y, options));
    },
    summary({ print } = {}) {
      const { graph, sketch } = runtime;
      const frozen = frozenLayers(graph, '');
      const text = summaryText(name, graph, sketch, { frozen }, kind.className);
      print?.(text);
      return text;
    },
    getLayer(which) {
      const at = typeof which === 'number' ? which : kind.layerNames.indexOf(which);
      const found = kind.layers[at];
      if (found) return found;
      throw new OptionError(
        `[${name}] has no layer ${shown(which)}; there are ${kind.layerNames.join(', ')}`,
      );
    },
    getWeights: () => runtime.weights.get(),
    setWeights: async (weights) =>
      runtime.weights.set(weights.map((w, i) => asArray(`${name}/setWeights/${i}`, w))),
    get weightNames() {
      return runtime.parameters.all.map((t) => t.name);
    },
    countParams: () => runtime.parameters.all.reduce((sum, t) => sum + sizeOf(t.shape), 0),
    resetStates: () => runtime.resetStates(),
    save: () => saveModel(model),
    dispose: () => runtime.dispose(),
    getConfig: () => kind.getConfig(),
    toJSON: () =>
      JSON.stringify({ format: 'webgpu-rnn model 1', className: kind.className, config: kind.getConfig() }),
    runtime,
    extras: {},
    get step() {
      return step;
    },
    set step(value: number) {
      step = value;
    },
  } as Omit<Model, keyof Applicable> as Model);

  const validationSamples = (data: unknown): Samples | undefined => {
    if (data === undefined) return undefined;
    const { x, y, ...rest } = partsOf(`${name}/fit/validationData`, data);
    return samples('fit/validationData', x, y, rest);
  };

  kind.layers.forEach((layer, i) => {
    bindWeights(layer, {
      getWeights: () => runtime.weights.get(runtime.parametersOf(kind.layerNames[i])),
      setWeights: async (weights) => {
        const arrays = weights.map((w, k) => asArray(`${layer.name}/setWeights/${k}`, w));
        await runtime.weights.set(arrays, runtime.parametersOf(kind.layerNames[i]));
      },
    });
  });
  return model;
}

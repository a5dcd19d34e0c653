// webgpu-rnn as its users use it: a language trainer for training, plans without backward steps for the rest.

import type { Autotune } from '../../../src/backends/tuning.ts';
import {
  adam,
  type Backend,
  buildPlan,
  type CpuOptions,
  cpu,
  dense,
  dropout,
  type Executable,
  embedding,
  gru,
  type Layer,
  languageTrainer,
  lstm,
  Parameters,
  type RecurrentOptions,
  sequential,
  sgd,
  simpleRNN,
  sparseCategoricalCrossentropy,
  type Tensor,
  toStorage,
  tunedPlan,
  webgpu,
} from '../../../src/index.ts';
import { corpusWindow } from '../../../src/kernels/window.ts';
import { corpusOf, inOrder, lossOfLogits } from '../data.ts';
import { type Cell, learningRates, type Work } from '../works.ts';
import type { Engine, PreparedTask, Runner } from './engine.ts';

/** The backend of this process or page, made once: its pipelines stay compiled, as in a program that goes on. */
let gpu: ReturnType<typeof webgpu> | undefined;
let autotune: Autotune = 'off';

/** How kernels that compute the same are chosen; to be said before the backend is made. */
export function chooseKernels(mode: Autotune): void {
  autotune = mode;
}

/** The GPU backend that all models of this library share here. */
export function gpuBackend(): ReturnType<typeof webgpu> {
  // Of several adapters the one that the peers ask for.
  gpu ??= webgpu({ autotune, powerPreference: 'high-performance' });
  return gpu;
}

/** On the backend that all models share here, or on one that is given. */
export const oursOnGpu = (backend?: Backend): Engine => ({
  name: 'webgpu-rnn webgpu',
  webgpu: true,
  prepare: async (task) => prepare(backend ?? (await gpuBackend()), task),
});

export const oursOnCpu = (precision: CpuOptions['precision'] = 'f32'): Engine => ({
  name: 'webgpu-rnn cpu',
  webgpu: false,
  prepare: (task) => prepare(cpu({ precision }), task),
});

const makers: Readonly<Record<Cell, (options: RecurrentOptions) => Layer>> = { lstm, gru, rnn: simpleRNN };

/** The model of a work, as languageModel() builds it; without an embedding where features go in. */
export function modelOf(work: Work, cell: Cell): Layer {
  const { D, H, V, layers, input, tied, dropout: rate } = work;
  const table = input === 'tokens' ? embedding({ inputDim: V, outputDim: D }) : undefined;
  const rows: Layer[] = table ? [table] : [];
  const drop = () => rate > 0 && rows.push(dropout({ rate }));
  for (let i = 0; i < layers; i++) {
    drop();
    rows.push(makers[cell]({ units: H, returnSequences: true, stateful: true }));
  }
  drop();
  rows.push(dense({ units: V, ...(tied && table && { tieTo: table }) }));
  return sequential(rows);
}

/** The optimizer of a work. */
export function optimizerOf({ optimizer }: Work): ReturnType<typeof sgd> {
  return (optimizer === 'adam' ? adam : sgd)({ learningRate: learningRates[optimizer] });
}

async function prepare(backend: Backend, task: PreparedTask): Promise<Runner> {
  if (task.mode === 'train') {
    return task.features ? featureTrainer(backend, task) : tokenTrainer(backend, task);
  }
  return reader(backend, task);
}

/** Writes the shared weights over the model's own. */
function setWeights(backend: Backend, parameters: Parameters, { weights }: PreparedTask): void {
  const given = inOrder(weights);
  parameters.all.forEach((t, i) => {
    if (String(given[i]?.shape) !== String(t.shape)) {
      throw new Error(`weight ${i} is [${given[i]?.shape}], but ${t.name} takes [${t.shape}]`);
    }
    backend.write(t, toStorage(t, given[i].values));
  });
}

/** What is no plan's own must be given back by hand. */
function releaser(backend: Backend, parameters: Parameters, executable: { dispose(): void }): () => void {
  return () => {
    executable.dispose();
    backend.release(parameters.storage);
  };
}

/** A trainer as `tokenTrainer` uses it, for those who count what its steps do. */
export async function trainerOf(backend: Backend, task: PreparedTask): ReturnType<typeof languageTrainer> {
  const { work, cell } = task;
  const trainer = await languageTrainer({
    model: modelOf(work, cell),
    backend,
    tokens: corpusOf(work),
    batch: work.N,
    window: work.T,
    optimizer: optimizerOf(work),
  });
  setWeights(backend, trainer.parameters, task);
  return trainer;
}

async function tokenTrainer(backend: Backend, task: PreparedTask): Promise<Runner> {
  const trainer = await trainerOf(backend, task);
  return {
    async block(steps) {
      await trainer.train({ steps });
      return (await trainer.readLoss()).loss;
    },
    dispose: releaser(backend, trainer.parameters, trainer),
  };
}

async function featureTrainer(backend: Backend, task: PreparedTask): Promise<Runner> {
  const { executable, parameters, loss, step } = await featureTraining(backend, task);
  return {
    async block(steps) {
      for (let i = 0; i < steps; i++) step();
      return (await backend.read(loss))[0];
    },
    dispose: releaser(backend, parameters, executable),
  };
}

export interface FeatureTraining {
  executable: Executable;
  parameters: Parameters;
  /** [1], of the last step before its update. */
  loss: Tensor;
  /** Queues one training step. */
  step(): void;
}

/** Training on features: the same layers, loss and optimizer in a plan of the user's own. */
export async function featureTraining(backend: Backend, task: PreparedTask): Promise<FeatureTraining> {
  const { work, cell, chunks, features } = task;
  const { N, T, D } = work;
  const parameters = new Parameters();
  const optimizer = optimizerOf(work);
  const model = modelOf(work, cell);
  let x!: Tensor;
  let labels!: Tensor;
  let loss!: Tensor;
  let hyper!: Tensor;
  const { plan } = await tunedPlan(backend, () =>
    buildPlan({ name: 'train', limits: backend.limits, parameters, training: true }, (b) => {
      x = b.input('x', [T, N, D]);
      labels = b.input('labels', [T, N], { dtype: 'u32' });
      loss = sparseCategoricalCrossentropy({ labelsChecked: true })(b, model.build(b, x), labels);
      b.backward();
      hyper = optimizer.build(b).hyper;
      return { loss };
    }),
  );
  const executable = await backend.load(plan);
  setWeights(backend, parameters, task);
  backend.write(x, features!);
  backend.write(labels, Uint32Array.from(chunks[0].labels));
  let done = 0;
  return {
    executable,
    parameters,
    loss,
    step() {
      backend.write(hyper, optimizer.hyper(++done));
      executable.run();
    },
  };
}

/** Forward passes, with the loss of the chunk; for a single token the logits alone, and the loss from those of the last. */
async function reader(backend: Backend, task: PreparedTask): Promise<Runner> {
  const { work, cell, mode, chunks, features } = task;
  const { N, T, D, V } = work;
  const parameters = new Parameters();
  const tokens = corpusOf(work);
  let corpus: Tensor | undefined;
  let x: Tensor | undefined;
  let given: Tensor | undefined;
  let result!: Tensor;
  const model = modelOf(work, cell);
  const { plan } = await tunedPlan(backend, () =>
    buildPlan({ name: mode, limits: backend.limits, parameters }, (b) => {
      let labels: Tensor;
      let input: Tensor;
      if (features) {
        input = b.input('x', [T, N, D]);
        x = input;
        labels = b.input('labels', [T, N], { dtype: 'u32' });
        given = labels;
      } else {
        corpus = b.input('corpus', [tokens.length], { dtype: 'u32' });
        const window = corpusWindow(b, { corpus, batch: N, window: T });
        input = window.ids;
        labels = window.labels;
      }
      const logits = model.build(b, input);
      result =
        mode === 'single'
          ? logits
          : sparseCategoricalCrossentropy({ labelsChecked: true })(b, logits, labels);
      return { result };
    }),
  );
  const executable = await backend.load(plan);
  setWeights(backend, parameters, task);
  if (corpus) backend.write(corpus, tokens);
  if (x && features) backend.write(x, features);
  if (given) backend.write(given, Uint32Array.from(chunks[0].labels));
  let done = 0;
  return {
    async block(steps) {
      for (let i = 0; i < steps; i++) executable.run();
      done += steps;
      const values = await backend.read(result);
      if (mode !== 'single') return values[0];
      return lossOfLogits(values.subarray(0, V), chunks[(done - 1) % chunks.length].labels[0]);
    },
    dispose: releaser(backend, parameters, executable),
  };
}

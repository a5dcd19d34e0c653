// jax-js: the whole step (forward, gradient, update) in one jit; the library has no scan, so time is unrolled.
import { defaultDevice, init, jit, numpy as np, tree } from '@jax-js/jax';
import { lossOfLogits } from '../data.ts';
import type { Engine, PreparedTask, Runner } from './engine.ts';
import { forwardOf, type Model, modelOf, type States, trainingStep, zeroStates } from './jax_model.ts';

export type JaxDevice = 'webgpu' | 'wasm';

/** Unrolled steps beyond which tracing and compiling take longer than any measurement. */
const MOST_STEPS = 256;

/** jax-js on one of its devices. */
export const jax = (device: JaxDevice): Engine => ({
  name: `jax-js ${device}`,
  webgpu: device === 'webgpu',
  async prepare(task) {
    const { T } = task.work;
    if (T > MOST_STEPS) {
      throw new Error(
        `jax-js has no scan, and ${T} steps unrolled in one jit are beyond what it compiles in minutes`,
      );
    }
    const started = await init(device);
    if (!started.includes(device)) throw new Error(`jax-js cannot start its ${device} device here`);
    defaultDevice(device);
    return task.mode === 'train' ? trainer(task) : reader(task);
  },
});

interface Chunk {
  /** ids [T,N] or features [T,N,D] */
  x: np.Array;
  /** [T·N] */
  labels: np.Array;
}

function uploaded({ work, chunks, features }: PreparedTask): Chunk[] {
  const { N, T, D } = work;
  if (features) {
    return [{ x: np.array(features).reshape([T, N, D]), labels: np.array(chunks[0].labels) }];
  }
  return chunks.map(({ ids, labels }) => ({ x: np.array(ids).reshape([T, N]), labels: np.array(labels) }));
}

function trainer(task: PreparedTask): Runner {
  const chunks = uploaded(task);
  const step = jit(trainingStep(task));
  let model: Model = modelOf(task.weights);
  let states: States = zeroStates(task);
  const zeros = (): Model => tree.map((leaf) => np.zeros(leaf.shape), model);
  let slots: Model[] = task.work.optimizer === 'adam' ? [zeros(), zeros()] : [];
  let count = np.array(new Float32Array([0])).reshape([]);
  let done = 0;
  return {
    async block(steps) {
      const [loss] = await lastOf(steps, () => {
        const { x, labels } = chunks[done++ % chunks.length];
        let loss: np.Array;
        [loss, model, slots, states, count] = step(model, slots, states, count, x.ref, labels.ref);
        return loss;
      });
      return loss;
    },
    dispose() {
      tree.dispose([model, slots, states, count] as never);
      for (const { x, labels } of chunks) tree.dispose([x, labels]);
      step.dispose();
    },
  };
}

function reader(task: PreparedTask): Runner {
  const chunks = uploaded(task);
  const pass = jit(forwardOf(task));
  const model = modelOf(task.weights);
  let states = zeroStates(task);
  let done = 0;
  return {
    async block(steps) {
      const values = await lastOf(steps, () => {
        const { x, labels } = chunks[done++ % chunks.length];
        let result: np.Array;
        [result, states] = pass(tree.ref(model), states, x.ref, labels.ref);
        return result;
      });
      if (task.mode !== 'single') return values[0];
      return lossOfLogits(values, task.chunks[(done - 1) % chunks.length].labels[0]);
    },
    dispose() {
      tree.dispose([model, states] as never);
      for (const { x, labels } of chunks) tree.dispose([x, labels]);
      pass.dispose();
    },
  };
}

/** Work is queued as lists that every later step copies and prolongs: beyond so many steps that costs more than a wait. */
const MOST_QUEUED = 32;

/**
 * Runs so many steps and waits once, for the last, as the library's documentation advises; the results of the others
 * are dropped unread. Everything that a step leaves is queued with its result, so that none of the lazy work is skipped:
 * the states (and weights) of every step go into the next, and one compiled call is queued as a whole.
 */
async function lastOf(steps: number, step: () => np.Array): Promise<Float32Array> {
  for (let i = 1; i < steps; i++) {
    const result = step();
    if (i % MOST_QUEUED === 0) await result.blockUntilReady();
    result.dispose();
  }
  return step().data();
}

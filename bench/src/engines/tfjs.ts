// TensorFlow.js: the model in core ops with an optimizer, and where tf.layers has the layers (not for a GRU with the reset
// after the product, nor for tied weights) with trainOnBatch too, which reads the loss in every step.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import { batchMajor } from '../data.ts';
import type { Engine, PreparedTask, Runner, Task } from './engine.ts';
import { tfjsCoreModel } from './tfjs_core.ts';
import { tfjsLayersModel } from './tfjs_layers.ts';
import type { TfjsChunk, TfjsModel } from './tfjs_model.ts';
import { useWasm } from './tfjs_wasm.ts';

export type TfjsBackend = 'webgpu' | 'webgl' | 'wasm';

/** TensorFlow.js on one of its backends. */
export const tfjs = (backend: TfjsBackend): Engine => ({
  name: `tfjs ${backend}`,
  webgpu: backend === 'webgpu',
  forms,
  async prepare(task, form = forms(task)[0]) {
    await start(backend);
    // The wasm backend has no gradient of a lookup: rows are chosen by one-hot products there.
    const oneHot = backend === 'wasm' && task.work.input === 'tokens';
    if (form === 'core ops') return runner(task, tfjsCoreModel(task, oneHot), false);
    return runner(task, tfjsLayersModel(task, oneHot), oneHot);
  },
});

function forms({ cell, work }: Task): string[] {
  return cell === 'gru' || work.tied ? ['core ops'] : ['tf.layers', 'core ops'];
}

async function start(backend: TfjsBackend): Promise<void> {
  if (backend === 'webgpu') await import('@tensorflow/tfjs-backend-webgpu');
  else if (backend === 'webgl') await import('@tensorflow/tfjs-backend-webgl');
  else await useWasm();
  if (!(await tf.setBackend(backend))) throw new Error(`tfjs cannot start its ${backend} backend here`);
  await tf.ready();
}

/** `rows`: ids go in as one-hot rows, made once. */
function runner(task: PreparedTask, model: TfjsModel, rows: boolean): Runner {
  const { mode } = task;
  const chunks = uploaded(task, rows);
  let done = 0;
  const next = () => chunks[done++ % chunks.length];
  const step = (): Promise<number> | tf.Tensor => {
    const chunk = next();
    if (mode === 'train') return model.train(chunk);
    return tf.tidy(() => model.loss(chunk.labels, model.forward(chunk)));
  };
  return {
    async block(steps) {
      if (mode === 'single') return single(steps);
      for (let i = 1; i < steps; i++) {
        const loss = await step();
        if (typeof loss !== 'number') loss.dispose();
      }
      const last = await step();
      if (typeof last === 'number') return last;
      const [loss] = await last.data();
      last.dispose();
      return loss;
    },
    dispose() {
      model.dispose();
      for (const { x, labels } of new Set(chunks)) tf.dispose([x, labels]);
    },
  };

  /** Token by token: the logits of each are made, those of the last are read. */
  async function single(steps: number): Promise<number> {
    for (let i = 1; i < steps; i++) tf.tidy(() => void model.forward(next()));
    const chunk = next();
    const loss = tf.tidy(() => model.loss(chunk.labels, model.forward(chunk)));
    const [value] = await loss.data();
    loss.dispose();
    return value;
  }
}

function uploaded({ work, chunks, features }: PreparedTask, rows: boolean): TfjsChunk[] {
  const { N, T, D, V } = work;
  const tensors = (x: () => tf.Tensor, labels: Int32Array): TfjsChunk => ({
    x: x(),
    // tf.layers' loss takes the ids as floats.
    labels: tf.tensor(Float32Array.from(batchMajor(labels, work)), [N, T, 1]),
  });
  if (features) {
    const chunk = tensors(() => tf.tensor(batchMajor(features, work, D), [N, T, D]), chunks[0].labels);
    return [chunk];
  }
  return chunks.map(({ ids, labels }) =>
    tensors(() => {
      const x = tf.tensor(batchMajor(ids, work), [N, T], 'int32');
      if (!rows) return x;
      const wide = tf.tidy(() => tf.cast(tf.oneHot(x, V), 'float32'));
      x.dispose();
      return wide;
    }, labels),
  );
}

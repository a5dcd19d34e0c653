// The model in tf.layers: embedding, lstm or simpleRNN, dense with softmax, trained by trainOnBatch.
import * as tf from '@tensorflow/tfjs-core';
import { type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';
import { inOrder } from '../data.ts';
import type { PreparedTask } from './engine.ts';
import { oneHotRows, type TfjsModel, tfjsOptimizer } from './tfjs_model.ts';

/**
 * Builds, compiles and gives the model its weights; Keras' layout is that of tf.layers.
 * `oneHot` makes the embedding a dense layer over one-hot rows [N,T,V].
 */
export function tfjsLayersModel(task: PreparedTask, oneHot: boolean): TfjsModel {
  const { work, weights } = task;
  const model = build(task, oneHot);
  model.compile({ optimizer: tfjsOptimizer(work), loss: 'sparseCategoricalCrossentropy' });
  const tensors = inOrder(weights).map(({ values, shape }) => tf.tensor(values, shape));
  model.setWeights(tensors);
  tf.dispose(tensors);
  return {
    train: ({ x, labels }) => model.trainOnBatch(x, labels),
    forward: ({ x }) => model.predictOnBatch(x),
    loss(labels, probabilities) {
      const chosen = tf.mul(oneHotRows(labels, work.V), tf.reshape(probabilities, [-1, work.V]));
      return tf.neg(tf.mean(tf.log(tf.sum(chosen, 1))));
    },
    dispose: () => model.dispose(),
  };
}

function build({ work, cell }: PreparedTask, oneHot: boolean): LayersModel {
  const { N, T, D, H, V, input, dropout } = work;
  const model = sequential();
  if (oneHot) {
    model.add(layers.dense({ units: D, useBias: false, batchInputShape: [N, T, V] }));
  } else if (input === 'tokens') {
    model.add(layers.embedding({ inputDim: V, outputDim: D, batchInputShape: [N, T] }));
  } else {
    model.add(layers.inputLayer({ batchInputShape: [N, T, D] }));
  }
  const drop = () => dropout > 0 && model.add(layers.dropout({ rate: dropout }));
  // Orthogonal first values take long here, and are replaced.
  const options = {
    units: H,
    returnSequences: true,
    stateful: true,
    recurrentInitializer: 'glorotUniform',
  };
  for (let i = 0; i < work.layers; i++) {
    drop();
    model.add(
      cell === 'lstm'
        ? layers.lstm({ ...options, recurrentActivation: 'sigmoid' })
        : layers.simpleRNN(options),
    );
  }
  drop();
  model.add(layers.dense({ units: V, activation: 'softmax' }));
  return model;
}

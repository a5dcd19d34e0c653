// What both ways of writing a model with TensorFlow.js share: their shape, the loss and the optimizer.
import * as tf from '@tensorflow/tfjs-core';
import { learningRates, type Work } from '../works.ts';

/** A chunk as tensors on the device: ids [N,T] or features [N,T,D], labels [N,T,1]. */
export interface TfjsChunk {
  x: tf.Tensor;
  labels: tf.Tensor;
}

/** A model with its weights, states and optimizer. */
export interface TfjsModel {
  /** One training step; resolves when its loss is known on the host, or gives the loss as a tensor to read later. */
  train(chunk: TfjsChunk): Promise<number> | tf.Tensor;
  /** What the last layer gives for a chunk, [N,T,V] or [N·T,V]; the states are carried. */
  forward(chunk: TfjsChunk): tf.Tensor;
  /** The mean cross entropy of what `forward` gave. */
  loss(labels: tf.Tensor, output: tf.Tensor): tf.Tensor;
  dispose(): void;
}

/** The optimizer of a work, as ours has it. */
export function tfjsOptimizer({ optimizer }: Work): tf.Optimizer {
  const rate = learningRates[optimizer];
  return optimizer === 'adam' ? tf.train.adam(rate, 0.9, 0.999, 1e-7) : tf.train.sgd(rate);
}

/** One-hot rows [N·T,V] of labels. */
export function oneHotRows(labels: tf.Tensor, V: number): tf.Tensor {
  return tf.oneHot(tf.cast(tf.reshape(labels, [-1]), 'int32'), V);
}

// The model in TensorFlow.js' core ops, with the input products of all steps in one matMul, trained by optimizer.minimize.
import * as tf from '@tensorflow/tfjs-core';
import type { Weight } from '../data.ts';
import type { PreparedTask } from './engine.ts';
import { oneHotRows, type TfjsChunk, type TfjsModel, tfjsOptimizer } from './tfjs_model.ts';

interface Recurrent {
  kernel: tf.Variable;
  recurrent: tf.Variable;
  bias: tf.Variable;
}

/**
 * Makes variables of the weights; states stand in variables too and are carried from step to step.
 * `oneHot` looks rows up by a product with one-hot rows instead of a gather.
 */
export function tfjsCoreModel(task: PreparedTask, oneHot: boolean): TfjsModel {
  const { work, cell, weights } = task;
  const { N, T, D, H, V, dropout: rate } = work;
  const all: tf.Variable[] = [];
  const variable = ({ values, shape }: Weight): tf.Variable => {
    const value = tf.tensor(values, shape);
    const made = tf.variable(value);
    value.dispose();
    all.push(made);
    return made;
  };
  const table = weights.embedding && variable(weights.embedding);
  const recurrent = weights.cells.map(
    (layer): Recurrent => ({
      kernel: variable(layer.kernel),
      recurrent: variable(layer.recurrent),
      bias: variable(layer.bias),
    }),
  );
  const head = weights.dense.kernel && variable(weights.dense.kernel);
  const headBias = variable(weights.dense.bias);
  const states = recurrent.map(() =>
    Array.from({ length: cell === 'lstm' ? 2 : 1 }, () => tf.variable(tf.zeros([N, H]))),
  );
  const optimizer = tfjsOptimizer(work);
  const loss = (labels: tf.Tensor, logits: tf.Tensor) =>
    tf.losses.softmaxCrossEntropy(oneHotRows(labels, V), logits);

  const rowsOf = (rows: tf.Tensor, ids: tf.Tensor): tf.Tensor =>
    oneHot ? tf.matMul(tf.cast(tf.oneHot(ids, V), 'float32'), rows) : tf.gather(rows, ids);

  /** Logits [N·T,V] and the states after the chunk. */
  const run = ({ x }: TfjsChunk, training: boolean): { logits: tf.Tensor; last: tf.Tensor[][] } => {
    const drop = (t: tf.Tensor) => (training && rate > 0 ? tf.dropout(t, rate) : t);
    let below = table ? rowsOf(table, tf.reshape(x, [-1])) : tf.reshape(x, [-1, D]);
    const last: tf.Tensor[][] = [];
    recurrent.forEach((layer, i) => {
      const { outputs, state } = over(layer, drop(below), states[i]);
      last.push(state);
      below = tf.reshape(tf.stack(outputs, 1), [-1, H]);
    });
    const y = drop(below);
    const product = head ? tf.matMul(y, head) : tf.matMul(y, table!, false, true);
    return { logits: tf.add(product, headBias), last };
  };

  /** One layer over time; x [N·T,width of its input]. */
  const over = (
    { kernel, recurrent: R, bias }: Recurrent,
    x: tf.Tensor,
    initial: readonly tf.Tensor[],
  ): { outputs: tf.Tensor[]; state: tf.Tensor[] } => {
    const biases = cell === 'gru' ? tf.unstack(bias, 0) : [bias];
    const gates = tf.add(tf.matMul(x, kernel), biases[0]);
    const steps = tf.unstack(tf.reshape(gates, [N, T, -1]), 1);
    let state = [...initial];
    const outputs = steps.map((a) => {
      state = step(a, state, R, biases[1]);
      return state[0];
    });
    return { outputs, state };
  };

  const step = (a: tf.Tensor, state: tf.Tensor[], R: tf.Tensor, recurrentBias: tf.Tensor): tf.Tensor[] => {
    const [h, c] = state;
    if (cell === 'gru') {
      const [az, ar, ah] = tf.split(a, 3, 1);
      const [bz, br, bh] = tf.split(tf.add(tf.matMul(h, R), recurrentBias), 3, 1);
      const z = tf.sigmoid(tf.add(az, bz));
      const candidate = tf.tanh(tf.add(ah, tf.mul(tf.sigmoid(tf.add(ar, br)), bh)));
      return [tf.add(tf.mul(z, h), tf.mul(tf.sub(1, z), candidate))];
    }
    const sum = tf.add(a, tf.matMul(h, R));
    if (cell === 'rnn') return [tf.tanh(sum)];
    const [i, f, g, o] = tf.split(sum, 4, 1);
    const cell1 = tf.add(tf.mul(tf.sigmoid(f), c), tf.mul(tf.sigmoid(i), tf.tanh(g)));
    return [tf.mul(tf.sigmoid(o), tf.tanh(cell1)), cell1];
  };

  const carry = (last: readonly tf.Tensor[][]): void => {
    last.forEach((layer, i) => {
      layer.forEach((t, k) => {
        states[i][k].assign(t);
      });
    });
  };

  return {
    train: (chunk) =>
      tf.tidy(() => {
        let last: tf.Tensor[][] = [];
        const cost = optimizer.minimize(
          () => {
            const result = run(chunk, true);
            last = result.last.map((layer) => layer.map((t) => tf.keep(t)));
            return loss(chunk.labels, result.logits);
          },
          true,
          all,
        )!;
        carry(last);
        for (const layer of last) tf.dispose(layer);
        return cost;
      }),
    loss,
    forward(chunk) {
      const { logits, last } = run(chunk, false);
      carry(last);
      return logits;
    },
    dispose() {
      optimizer.dispose();
      tf.dispose([...all, ...states.flat()]);
    },
  };
}

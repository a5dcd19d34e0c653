// The model and its training step as functions of jax-js; every call consumes one reference of each argument.
import { nn, numpy as np, random, tree, valueAndGrad } from '@jax-js/jax';
import type { Weight, Weights } from '../data.ts';
import { learningRates } from '../works.ts';
import type { PreparedTask } from './engine.ts';

export type Model = {
  /** At most one: the embedding's table. */
  table: np.Array[];
  cells: { kernel: np.Array; recurrent: np.Array; bias: np.Array }[];
  /** At most one: absent when tied. */
  head: np.Array[];
  headBias: np.Array;
};

/** h, or h and c, each [N,H], for each layer; and, while training with dropout, the key from which it draws. */
export type States = { layers: np.Array[][]; key: np.Array[] };

export function modelOf({ embedding, cells, dense }: Weights): Model {
  const array = ({ values, shape }: Weight) => np.array(values).reshape([...shape]);
  return {
    table: embedding ? [array(embedding)] : [],
    cells: cells.map(({ kernel, recurrent, bias }) => ({
      kernel: array(kernel),
      recurrent: array(recurrent),
      bias: array(bias),
    })),
    head: dense.kernel ? [array(dense.kernel)] : [],
    headBias: array(dense.bias),
  };
}

export function zeroStates({ work, cell, mode }: PreparedTask): States {
  const { N, H } = work;
  const count = cell === 'lstm' ? 2 : 1;
  return {
    layers: Array.from({ length: work.layers }, () =>
      Array.from({ length: count }, () => np.array(new Float32Array(N * H)).reshape([N, H])),
    ),
    key: work.dropout > 0 && mode === 'train' ? [random.key(1)] : [],
  };
}

/** Takes the keys of dropout, one for each place, or none; gives the mean loss, or in `single` the logits [1,V], and the states after the chunk. */
type Pass = (
  model: Model,
  states: np.Array[][],
  keys: np.Array[],
  x: np.Array,
  labels: np.Array,
) => [np.Array, np.Array[][]];

/** (model, states, x, labels) to (mean loss or logits, states after the chunk). */
export function forwardOf(
  task: PreparedTask,
): (model: Model, states: States, x: np.Array, labels: np.Array) => [np.Array, States] {
  const pass = passOf(task);
  return (model, { layers }, x, labels) => {
    const [loss, last] = pass(model, layers, [], x, labels);
    return [loss, { layers: last, key: [] }];
  };
}

function passOf({ work, cell, mode }: PreparedTask): Pass {
  const { N, T, H, V, dropout: rate } = work;

  const step = (a: np.Array, state: np.Array[], R: np.Array, recurrentBias?: np.Array): np.Array[] => {
    const part = (all: np.Array, i: number) => all.slice([], [i * H, (i + 1) * H]);
    if (cell === 'gru') {
      const [h] = state;
      const b = np.matmul(h.ref, R).add(recurrentBias!);
      const z = nn.sigmoid(part(a.ref, 0).add(part(b.ref, 0)));
      const r = nn.sigmoid(part(a.ref, 1).add(part(b.ref, 1)));
      const candidate = np.tanh(part(a, 2).add(r.mul(part(b, 2))));
      // z·h + (1-z)·candidate
      return [candidate.ref.add(z.mul(h.sub(candidate)))];
    }
    const [h, c] = state;
    const gates = a.add(np.matmul(h, R));
    if (cell === 'rnn') return [np.tanh(gates)];
    const i = nn.sigmoid(part(gates.ref, 0));
    const f = nn.sigmoid(part(gates.ref, 1));
    const g = np.tanh(part(gates.ref, 2));
    const o = nn.sigmoid(part(gates, 3));
    const next = f.mul(c).add(i.mul(g));
    return [o.mul(np.tanh(next.ref)), next];
  };

  return (model, initial, keys, x, labels) => {
    const drop = (t: np.Array, i: number): np.Array => {
      if (keys.length === 0) return t;
      const kept = random.bernoulli(keys[i], 1 - rate, [...t.shape]);
      return np.where(kept, t.div(1 - rate), 0);
    };
    const [table] = model.table;
    let below = table ? rowsOf(table.ref, x.reshape([T * N])) : x.reshape([T * N, work.D]);
    const last: np.Array[][] = [];
    model.cells.forEach(({ kernel, recurrent, bias }, i) => {
      const [inputBias, recurrentBias] =
        cell === 'gru' ? [bias.ref.slice(0), bias.slice(1)] : [bias, undefined];
      const gates = np.matmul(drop(below, i), kernel).add(inputBias).reshape([T, N, -1]);
      let state = initial[i];
      const outputs: np.Array[] = [];
      for (let t = 0; t < T; t++) {
        state = step(gates.ref.slice(t), state, recurrent.ref, recurrentBias?.ref);
        outputs.push(state[0].ref);
      }
      gates.dispose();
      recurrent.dispose();
      recurrentBias?.dispose();
      last.push(state);
      below = np.stack(outputs).reshape([T * N, H]);
    });
    const y = drop(below, work.layers);
    const [head] = model.head;
    const product = head ? np.matmul(y, head) : np.matmul(y, np.transpose(table!.ref));
    table?.dispose();
    const logits = product.add(model.headBias);
    if (mode === 'single') {
      labels.dispose();
      return [logits, last];
    }
    const chosen = nn.oneHot(labels, V).mul(nn.logSoftmax(logits, -1));
    const loss = chosen.sum().div(-T * N);
    return [loss, last];
  };
}

/**
 * Rows of the table by id. The condition, which always holds, keeps the gradient apart from the product that it comes
 * from: jit fuses the two otherwise and then refuses its own scatter ("input is not imm").
 */
function rowsOf(table: np.Array, ids: np.Array): np.Array {
  const known = np.greaterEqual(ids.ref, 0).reshape([ids.shape[0], 1]);
  return np.where(known, np.take(table, ids, 0), 0);
}

type Step = (
  model: Model,
  slots: Model[],
  states: States,
  count: np.Array,
  x: np.Array,
  labels: np.Array,
) => [np.Array, Model, Model[], States, np.Array];

const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-7;

/** (model, slots, states, count of updates, x, labels) to (loss before the update, and all of these after it). */
export function trainingStep(task: PreparedTask): Step {
  const { optimizer, layers } = task.work;
  const rate = learningRates[optimizer];
  const gradient = valueAndGrad(passOf(task), { hasAux: true });
  return (model, slots, { layers: states, key }, count, x, labels) => {
    // Drawn outside of what is differentiated: an auxiliary result that only passes through is refused there.
    const [nextKey, ...keys] = key.length > 0 ? split(key[0], layers + 2) : [];
    const [[loss, after], d] = gradient(tree.ref(model), states, keys, x, labels);
    const last: States = { layers: after, key: nextKey ? [nextKey] : [] };
    const updates = count.add(1);
    if (optimizer === 'sgd') {
      const updated = tree.map((w, dw) => w.sub(dw.mul(rate)), model, d);
      return [loss, updated, slots, last, updates];
    }
    const mean = tree.map((m, dw) => m.mul(beta1).add(dw.mul(1 - beta1)), slots[0], tree.ref(d));
    const square = tree.map((s, dw) => s.mul(beta2).add(np.square(dw).mul(1 - beta2)), slots[1], d);
    const correction = (beta: number) => np.power(beta, updates.ref).mul(-1).add(1);
    const meanScale = correction(beta1);
    const squareScale = correction(beta2);
    const updated = tree.map(
      (w, m, s) => {
        const root = np.sqrt(s.div(squareScale.ref)).add(epsilon);
        return w.sub(m.div(meanScale.ref).mul(rate).div(root));
      },
      model,
      tree.ref(mean),
      tree.ref(square),
    );
    meanScale.dispose();
    squareScale.dispose();
    return [loss, updated, [mean, square], last, updates];
  };
}

function split(key: np.Array, count: number): np.Array[] {
  const keys = random.split(key, count);
  const each = Array.from({ length: count }, (_, i) => keys.ref.slice(i));
  keys.dispose();
  return each;
}

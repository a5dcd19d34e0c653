// Published numbers for losses: Keras' classes, ONNX' operators, PyTorch's reference formulas, CTC losses with gradients.
import type { Backend } from '../../src/backends/backend.ts';
import { type Builder, buildPlan } from '../../src/core/builder.ts';
import { Parameters } from '../../src/core/parameters.ts';
import { sizeOf, type Tensor, tensor } from '../../src/core/tensor.ts';
import { applyActivation } from '../../src/layers/activation.ts';
import {
  crossEntropyRows,
  ctcRows,
  huber,
  type LossFunction,
  logKlDivergence,
  lossFunction,
  negativeLogLikelihood,
  type Reduction,
  smoothL1,
} from '../../src/training/losses.ts';
import {
  compared,
  numbersOf,
  type Outcome,
  type Runner,
  type VectorCase,
  type VectorTensor,
} from './outcome.ts';

export interface LossCase extends VectorCase {
  readonly loss?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly attrs?: Readonly<Record<string, unknown>>;
  readonly inputs: Readonly<Record<string, VectorTensor>>;
  readonly expected: Readonly<Record<string, VectorTensor>>;
}

/** Losses of Keras that compare whole images or pairs of embeddings, which no recurrent model needs. */
const notOffered: Readonly<Record<string, string>> = {
  Circle: 'compares all pairs of embeddings in a batch, for metric learning, not for sequences',
  Dice: 'measures the overlap of whole segmentation masks, not of steps of sequences',
  Tversky: 'measures the overlap of whole segmentation masks, not of steps of sequences',
};

export const runner: Runner<LossCase> = {
  ops: ['keras_loss', 'softmax_cross_entropy', 'nll', 'smooth_l1', 'huber', 'kl_div', 'ctc_loss'],
  async run(c, backend): Promise<Outcome> {
    const reason = notOffered[c.loss ?? ''];
    if (reason) return { status: 'not covered', reason: `${c.loss} ${reason}` };
    const results = await emitted(c, backend);
    for (const [name, want] of Object.entries(c.expected)) {
      const outcome = compared(name, results[name], want, c.tolerance);
      if (outcome.status !== 'passed') return outcome;
    }
    return { status: 'passed' };
  },
};

/** What a body gives for each expected tensor. */
type Results = Readonly<Record<string, Tensor>>;

/** Runs the plan of a case and reads what it is asked for. */
async function emitted(c: LossCase, backend: Backend): Promise<Record<string, ArrayLike<number>>> {
  const inputs: [Tensor, ArrayLike<number>][] = [];
  const given = (b: Builder, name: string, shape: readonly number[], values: ArrayLike<number>): Tensor => {
    const t = b.input(name, shape, { differentiable: true });
    inputs.push([t, values]);
    return t;
  };
  let scale: ArrayLike<number> = [1];
  let order: readonly number[] | undefined;
  const plan = buildPlan(
    { name: c.id, limits: backend.limits, parameters: new Parameters(), training: true },
    (b) => {
      const made = c.op === 'keras_loss' ? keras(b, c, given) : reference(b, c, given);
      scale = made.scale ?? scale;
      order = made.order;
      b.backward();
      const gradient = made.x && b.gradOf(made.x);
      return { ...made.results, ...(gradient && { grad_logits: gradient }) };
    },
  );
  const executable = await backend.load(plan);
  try {
    for (const [t, values] of inputs) backend.write(t, values);
    executable.run();
    const results: Record<string, ArrayLike<number>> = {};
    for (const name of Object.keys(c.expected)) {
      const values = Array.from(await backend.read(plan.outputs[name]));
      if (name === 'loss') results[name] = values.map((value, i) => value * scale[i % scale.length]);
      else results[name] = name === 'log_prob' && order ? order.map((at) => values[at]) : values;
    }
    return results;
  } finally {
    executable.dispose();
  }
}

interface Made {
  results: Results;
  /** Weights that losses of rows are published with; rows come without. */
  scale?: ArrayLike<number>;
  /** Where each element of log_prob, as published, lies. */
  order?: readonly number[];
  x?: Tensor;
}

type Given = (b: Builder, name: string, shape: readonly number[], values: ArrayLike<number>) => Tensor;

function constant(name: string, shape: readonly number[], values: ArrayLike<number>, dtype: 'f32' | 'u32') {
  const stored = dtype === 'u32' ? Array.from(values, (label) => label >>> 0) : values;
  return tensor(name, shape, 'scratch', { dtype, initial: () => stored });
}

const camel = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** A loss of Keras, by its class and config. */
function keras(b: Builder, c: LossCase, given: Given): Made {
  const { y_true, y_pred, sample_weight } = c.inputs;
  const { axis, reduction, ignore_class, ...rest } = (c.config ?? {}) as Record<string, unknown>;
  if (axis !== undefined && axis !== -1) throw new Error(`axis ${axis} is not the last one`);
  const config = {
    ...Object.fromEntries(Object.entries(rest).map(([name, value]) => [camel(name), value])),
    ...(typeof ignore_class === 'number' && { ignoreClass: ignore_class }),
    reduction: reduction === null ? 'none' : camel(String(reduction)),
  };
  const loss = lossFunction({ className: c.loss ?? '', config });
  if (loss.targets === 'sequence') return kerasCtc(b, c, given, loss);
  const rows = y_pred.shape.slice(0, -1);
  const x = given(b, 'y_pred', y_pred.shape, numbersOf(y_pred));
  const target = constant(
    'y_true',
    y_true.shape,
    numbersOf(y_true),
    loss.targets === 'labels' ? 'u32' : 'f32',
  );
  const weights = sample_weight && spread(numbersOf(sample_weight), sample_weight.shape, rows);
  const sampleWeight = weights && constant('sample_weight', rows, weights, 'f32');
  const made = loss.emit(b, x, target, { sampleWeight });
  if (reduction !== null) return { results: { loss: made.loss } };
  return { results: { loss: made.rows }, ...(weights && { scale: weights }) };
}

/** Weights for each row from those of a scalar, of samples, or of samples with an axis of 1. */
function spread(values: readonly number[], shape: readonly number[], rows: readonly number[]): number[] {
  const size = sizeOf(rows);
  const each = size / sizeOf(shape);
  return Array.from({ length: size }, (_, i) => values[Math.floor(i / each)]);
}

/** [N,T,C] as [T,N,C]. */
function timeMajor(values: readonly number[], [N, T, C]: readonly number[]): number[] {
  return Array.from({ length: N * T * C }, (_, i) => {
    const [t, n, k] = [Math.floor(i / (N * C)), Math.floor(i / C) % N, i % C];
    return values[(n * T + t) * C + k];
  });
}

function kerasCtc(b: Builder, c: LossCase, given: Given, loss: LossFunction): Made {
  const { y_true, y_pred } = c.inputs;
  const [N, T, C] = y_pred.shape;
  const x = given(b, 'y_pred', [T, N, C], timeMajor(numbersOf(y_pred), y_pred.shape));
  const target = constant('y_true', y_true.shape, numbersOf(y_true), 'u32');
  return { results: { loss: loss.emit(b, x, target).loss } };
}

/** An operator of ONNX or a function of PyTorch. */
function reference(b: Builder, c: LossCase, given: Given): Made {
  if (c.op === 'ctc_loss') return torchCtc(b, c, given);
  if (c.op === 'nll' || c.op === 'softmax_cross_entropy') return ofClasses(b, c, given);
  const attrs = c.attrs ?? {};
  const { x, target } = c.inputs;
  // Each element is a row of its own: the means are then over elements.
  const shape = [sizeOf(x.shape), 1];
  const common = { reduction: attrs.reduction as Reduction };
  const loss =
    c.op === 'huber'
      ? huber({ ...common, delta: attrs.delta as number })
      : c.op === 'smooth_l1'
        ? smoothL1({ ...common, beta: attrs.beta as number })
        : logKlDivergence(common);
  const prediction = given(b, 'x', shape, numbersOf(x));
  const { loss: whole, rows } = loss.emit(b, prediction, constant('target', shape, numbersOf(target), 'f32'));
  return { results: { loss: attrs.reduction === 'none' ? rows : whole } };
}

/** Cross entropy or negative log-likelihood with the classes in axis 1, which are moved to the end. */
function ofClasses(b: Builder, c: LossCase, given: Given): Made {
  const { labels, class_weight } = c.inputs;
  const scores = c.inputs.logits ?? c.inputs.log_prob;
  const { reduction, ignore_index } = (c.attrs ?? {}) as {
    reduction: 'none' | 'mean' | 'sum';
    ignore_index?: number;
  };
  const [, V] = scores.shape;
  const inner = sizeOf(scores.shape.slice(2));
  const M = sizeOf(labels.shape);
  const values = numbersOf(scores);
  const at = (m: number, v: number) => (Math.floor(m / inner) * V + v) * inner + (m % inner);
  const moved = Array.from({ length: M * V }, (_, i) => values[at(Math.floor(i / V), i % V)]);
  const order = values.map((_, i) => {
    const [m, v] = [Math.floor(i / (V * inner)) * inner + (i % inner), Math.floor(i / inner) % V];
    return m * V + v;
  });
  const x = given(b, 'x', [M, V], moved);
  const target = constant('labels', [M], numbersOf(labels), 'u32');
  const options = {
    ...(class_weight && { classWeight: numbersOf(class_weight) }),
    ...(typeof ignore_index === 'number' && { ignoreClass: ignore_index }),
  };
  const results: Record<string, Tensor> = {};
  if (c.expected.log_prob) results.log_prob = applyActivation(b, x, 'logSoftmax');
  const divided = { mean: 'meanWithSampleWeight', sum: 'sum', none: 'none' } as const;
  const made =
    c.op === 'nll'
      ? negativeLogLikelihood({ ...options, reduction: divided[reduction] }).emit(b, x, target)
      : crossEntropyRows(b, x, target, { ...options, reduction: reduction === 'none' ? 'sum' : reduction });
  results.loss = reduction === 'none' ? made.rows : made.loss;
  return { results, order };
}

function torchCtc(b: Builder, c: LossCase, given: Given): Made {
  const { logits, targets, input_lengths, target_lengths } = c.inputs;
  const { blank, reduction, zero_infinity } = (c.attrs ?? {}) as {
    blank: number;
    reduction: 'none' | 'mean' | 'sum';
    zero_infinity: boolean;
  };
  // A tensor has no axis of 0: where no sequence has a label, there is one of padding.
  const labels = (name: string, t: VectorTensor) =>
    sizeOf(t.shape) === 0
      ? constant(name, [t.shape[0], 1], new Array(t.shape[0]).fill(blank), 'u32')
      : constant(name, t.shape, numbersOf(t), 'u32');
  const x = given(b, 'logits', logits.shape, numbersOf(logits));
  const { loss, rows } = ctcRows(
    b,
    x,
    labels('targets', targets),
    { blank, reduction, zeroInfinity: zero_infinity, perLabel: reduction === 'mean' },
    {
      inputLengths: labels('input_lengths', input_lengths),
      targetLengths: labels('target_lengths', target_lengths),
    },
  );
  return { results: { loss: reduction === 'none' ? rows : loss }, x };
}

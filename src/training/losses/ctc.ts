// Connectionist temporal classification: label sequences without an alignment, and how they are read off predictions.
import type { Builder } from '../../core/builder.ts';
import { OptionError, ShapeError, show } from '../../core/errors.ts';
import { checkOptions, shown } from '../../core/options.ts';
import { expectRank, expectShape, type Tensor } from '../../core/tensor.ts';
import { ctcBackward, ctcForward } from '../../kernels/ctc.ts';
import { ctcLengths } from '../../kernels/ctc_lengths.ts';
import { lossSum } from '../../kernels/loss_sum.ts';
import { softmaxForward } from '../../kernels/softmax_forward.ts';
import { publicShape } from '../../layers/layout.ts';
import { logitsBehind } from '../../layers/probabilities.ts';
import {
  defineLoss,
  type EmitOptions,
  expectReduction,
  expectValues,
  giveGradient,
  type LossEmission,
  type LossFunction,
  type LossOptions,
} from './loss.ts';
import { divisorOf } from './rows.ts';
import { sequenceWeights, totalOf } from './weighing.ts';

export interface CtcOptions extends LossOptions {
  /** The class that stands for no label; default 0, as Keras. */
  blank?: number;
  /** What fills up targets that are shorter than the longest; default `blank`. Negative numbers are 32-bit integers. */
  padding?: number;
  /** A sequence with too few steps for its labels has loss 0 instead of infinity; default false. */
  zeroInfinity?: boolean;
  /** Each loss is divided by the number of its labels (at least 1), as torch does for its mean; default false. */
  perLabel?: boolean;
}

/** Lengths that are known otherwise than by masks and padding. */
export interface CtcLengths {
  /** [N] u32: steps of each sequence; default: the sum of the prediction's mask, or all. */
  inputLengths?: Tensor | undefined;
  /** [N] u32: labels of each sequence; default: those that are not padding. */
  targetLengths?: Tensor | undefined;
}

const NAMES = ['name', 'reduction', 'blank', 'padding', 'zeroInfinity', 'perLabel'];

/**
 * CTC loss of logits [T,N,C] with label sequences [N,S] u32: -log of the summed probabilities of all ways to spread the
 * labels over the steps, with repetitions and blanks between; Graves et al. 2006, as Keras' CTC. The gradient is exact.
 * @throws OptionError for options out of range; the loss throws ShapeError for tensors that do not fit.
 */
export function ctc(options: CtcOptions = {}): LossFunction {
  checkOptions('ctc', options, NAMES);
  const { name = 'ctc', reduction = 'sumOverBatchSize', blank = 0, padding = blank } = options;
  const { zeroInfinity = false, perLabel = false } = options;
  expectReduction(name, reduction);
  if (!Number.isSafeInteger(blank) || blank < 0) {
    throw new OptionError(`[${name}/blank] must be a class, an integer from 0 on, got ${shown(blank)}`);
  }
  if (!Number.isInteger(padding) || padding < -(2 ** 31) || padding >= 2 ** 32) {
    throw new OptionError(`[${name}/padding] must be a 32-bit integer, got ${shown(padding)}`);
  }
  return defineLoss({
    name,
    className: 'CTC',
    targets: 'sequence',
    wholeSequences: true,
    batchMajorTargets: true,
    config: { name, reduction, blank, padding, zeroInfinity, perLabel },
    emit: (b, prediction, target, given) => ctcRows(b, prediction, target, options, given),
  });
}

/**
 * Emits the CTC loss of logits [T,N,C] with label sequences [N,S] u32, `rows` being that of each sequence [N]. Sequences
 * with too few steps for their labels have gradient 0, and an infinite loss unless `zeroInfinity`. In f32, probabilities
 * of steps are right to about 6e-8 times the loss of the sequence.
 * @throws ShapeError for tensors that do not fit.
 */
export function ctcRows(
  b: Builder,
  prediction: Tensor,
  targets: Tensor,
  options: CtcOptions = {},
  given: EmitOptions & CtcLengths = {},
): LossEmission {
  const { name = 'ctc', reduction = 'sumOverBatchSize', blank = 0, padding = blank } = options;
  const { zeroInfinity = false, perLabel = false } = options;
  return b.scope(name, () => {
    expectRank(prediction, 3, `${b.path}`, 'predictions [N, T, C]');
    const [T, N, C] = prediction.shape;
    if (targets.dtype !== 'u32' || targets.shape.length !== 2 || targets.shape[0] !== N) {
      throw new ShapeError(
        `[${b.path}] expected label sequences [${N}, S] of u32 for predictions ${show(publicShape(prediction))},` +
          ` got ${targets.dtype} ${show(targets.shape)} (${targets.name})`,
      );
    }
    if (blank >= C) {
      throw new ShapeError(`[${b.path}/blank] is class ${blank}, but predictions have ${C} classes`);
    }
    const S = targets.shape[1];
    const x = logitsBehind(b, prediction, 'softmax') ?? prediction;
    expectValues(b, x);
    const mask = b.maskOf(prediction);
    if (mask) expectShape(mask, [T, N], `${b.path}/mask`);
    const { inputLengths, targetLengths } = given;
    for (const t of [inputLengths, targetLengths]) if (t) expectShape(t, [N], `${b.path}/lengths`);
    const rowWeight = sequenceWeights(b, given.sampleWeight, T, N);
    const lengths = b.scratch('lengths', [2, N], 'u32');
    const logProbs = b.scratch('log_probs', [T, N, C]);
    const alpha = b.scratch('alpha', [N, T + 2, 2 * S + 1]);
    const rows = b.activation('rows', [N], { differentiable: false });
    const loss = b.activation('loss', [1], { differentiable: false });
    const form = { logProbs, targets, lengths, alpha, blank, perLabel };
    const { total, count } = totalOf(b, {
      shape: [N],
      divisor: divisorOf(reduction),
      rowWeight,
      weight: given.weight,
    });
    count();
    ctcLengths(b, { targets, lengths, steps: T, padding: padding >>> 0, mask, inputLengths, targetLengths });
    b.peek(() => softmaxForward(b, { x, y: logProbs, logarithm: 1 }));
    ctcForward(b, { ...form, loss: rows, zeroInfinity });
    if (b.training && !given.measure && x.differentiable) {
      const slopes = b.scratch('slopes', [T, N, C]);
      ctcBackward(b, { ...form, slopes, total, rowWeight });
      giveGradient(b, x, slopes);
    }
    const samples = given.measure ? undefined : N;
    lossSum(b, { rowLoss: rows, total, loss, rows: N, rowWeight, sums: given.sums, samples });
    return { loss, rows, total };
  });
}

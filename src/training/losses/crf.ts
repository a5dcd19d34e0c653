// The loss of a `crf` layer: the exact logarithm of the probability of the given tags.
import type { Builder } from '../../core/builder.ts';
import { ShapeError, show } from '../../core/errors.ts';
import { checkOptions } from '../../core/options.ts';
import type { Tensor } from '../../core/tensor.ts';
import {
  crfBackwardKernel,
  crfChainSlopesKernel,
  crfForwardKernel,
  crfSlopesKernel,
} from '../../kernels/crf.ts';
import { lossSum } from '../../kernels/loss_sum.ts';
import { maskedTags } from '../../kernels/masked_tags.ts';
import { nothing } from '../../kernels/nothing.ts';
import { chainOf } from '../../layers/crf.ts';
import { publicShape } from '../../layers/layout.ts';
import {
  defineLoss,
  type EmitOptions,
  expectReduction,
  expectValues,
  giveGradient,
  type LossEmission,
  type LossFunction,
  type LossOptions,
  type Reduction,
} from './loss.ts';
import { divisorOf } from './rows.ts';
import { sequenceWeights, totalOf, withoutLastOne } from './weighing.ts';

/**
 * -log P(tags | x) of tags [T,N] u32 under the chain of the `crf` layer that made the prediction, one loss a sequence;
 * exact, by the forward algorithm in logarithms, and so are its gradients over scores and transitions. Steps that the mask
 * leaves out, or whose tag is none of the K, are no part of their sequence.
 * @throws OptionError for options out of range; the loss throws ShapeError for a prediction that no `crf` layer made.
 */
export function crfLoss(options: LossOptions = {}): LossFunction {
  checkOptions('crf', options, ['name', 'reduction']);
  const { name = 'crf', reduction = 'sumOverBatchSize' } = options;
  expectReduction(name, reduction);
  return defineLoss({
    name,
    className: 'CRF',
    targets: 'sequence',
    wholeSequences: true,
    config: { name, reduction },
    emit: (b, prediction, target, given) =>
      b.scope(name, () => emitCrf(b, prediction, target, reduction, given)),
  });
}

function emitCrf(
  b: Builder,
  prediction: Tensor,
  target: Tensor,
  reduction: Reduction,
  given: EmitOptions,
): LossEmission {
  const chain = chainOf(b, prediction);
  if (!chain) {
    throw new ShapeError(
      `[${b.path}] is the loss of a crf layer, which has to come last; ${prediction.name}` +
        ` ${show(prediction.shape)} comes from something else`,
    );
  }
  const { x, transitions, mask } = chain;
  const [T, N, K] = x.shape;
  const tagged = withoutLastOne(b, target, [T, N]);
  if (tagged.dtype !== 'u32' || tagged.shape[0] !== T || tagged.shape[1] !== N || tagged.shape.length !== 2) {
    throw new ShapeError(
      `[${b.path}] expected tags ${show([N, T])} of u32, got ${target.dtype} ${show(publicShape(target))} (${target.name})`,
    );
  }
  expectValues(b, x);
  const rowWeight = sequenceWeights(b, given.sampleWeight, T, N);
  const { total, count } = totalOf(b, {
    shape: [N],
    divisor: divisorOf(reduction),
    rowWeight,
    weight: given.weight,
  });
  count();
  const tags = b.scratch('tags', [T, N], 'u32');
  maskedTags(b, { mask, tags: tagged, y: tags });
  const alpha = b.scratch('alpha', [T, N, K]);
  const summary = b.scratch('summary', [3, N]);
  const loss = b.activation('loss', [1], { differentiable: false });
  const sizes = { steps: T, batch: N, tag_count: K };
  b.dispatch(
    crfForwardKernel,
    { x, chain: transitions, tags, row_weight: rowWeight ?? nothing(b), total, alpha, summary },
    { ...sizes, row_weighted: rowWeight ? 1 : 0 },
  );
  const rows = b.view(summary, 0, [N]);
  const samples = given.measure ? undefined : N;
  lossSum(b, { rowLoss: rows, total, loss, rows: N, rowWeight, sums: given.sums, samples });
  if (b.training && !given.measure) {
    const beta = b.scratch('beta', [T, N, K]);
    b.dispatch(crfBackwardKernel, { x, chain: transitions, tags, beta }, sizes);
    b.onBackward(() => {
      const into = b.gradInto(transitions);
      if (!into) return;
      const { tensor: slopes, accumulate } = into;
      b.dispatch(
        crfChainSlopesKernel,
        { x, chain: transitions, tags, alpha, beta, summary, slopes },
        { ...sizes, accumulate },
      );
    });
    if (x.differentiable) {
      const slopes = b.scratch('slopes', [T, N, K]);
      b.dispatch(crfSlopesKernel, { alpha, beta, tags, summary, slopes }, sizes);
      giveGradient(b, x, slopes);
    }
  }
  return { loss, rows, total };
}

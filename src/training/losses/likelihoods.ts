// Losses of labels over probabilities and over logarithms of probabilities.
import { checkOptions } from '../../core/options.ts';
import { expectIgnored, expectLabels } from './classes.ts';
import { defineLoss, expectNumber, expectReduction, type LossFunction, type LossOptions } from './loss.ts';
import { emitRowLoss, type RowLossForm } from './rows.ts';

export interface GeneralizedCrossentropyOptions extends LossOptions {
  /** Between cross entropy (towards 0) and absolute error (1); default 0.5. */
  q?: number;
}

/**
 * (1 - p[label]^q)/q of probabilities p [...,V] with labels [...] u32 or one-hot targets: robust where labels are wrong;
 * Zhang and Sabuncu 2018.
 * @throws OptionError unless q is above 0 and at most 1.
 */
export function categoricalGeneralizedCrossEntropy(
  options: GeneralizedCrossentropyOptions = {},
): LossFunction {
  const defaultName = 'categorical_generalized_cross_entropy';
  checkOptions(defaultName, options, ['name', 'reduction', 'q']);
  const { name = defaultName, reduction = 'sumOverBatchSize', q = 0.5 } = options;
  expectReduction(name, reduction);
  const alpha = expectNumber(`${name}/q`, q, 1e-6, 1);
  return defineLoss({
    name,
    className: 'CategoricalGeneralizedCrossEntropy',
    targets: 'labels',
    config: { name, reduction, q },
    emit: (b, prediction, target, given) =>
      emitRowLoss(b, prediction, target, { name, kind: 'generalized', reduction, alpha }, given),
  });
}

export interface NegativeLogLikelihoodOptions extends LossOptions {
  /** V weights, one a class; they enter the divisor of 'meanWithSampleWeight', as of torch's mean. */
  classWeight?: readonly number[];
  ignoreClass?: number;
}

/**
 * -x[label] of log-probabilities x [...,V] with labels [...] u32, as torch.nn.NLLLoss.
 * @throws OptionError for options out of range; the loss throws ShapeError for tensors that do not fit.
 */
export function negativeLogLikelihood(options: NegativeLogLikelihoodOptions = {}): LossFunction {
  const defaultName = 'negative_log_likelihood';
  checkOptions(defaultName, options, ['name', 'reduction', 'classWeight', 'ignoreClass']);
  const { name = defaultName, reduction = 'sumOverBatchSize', classWeight, ignoreClass } = options;
  expectReduction(name, reduction);
  if (ignoreClass !== undefined) expectIgnored(name, ignoreClass);
  const own = {
    ...(classWeight && { classWeight: [...classWeight] }),
    ...(ignoreClass !== undefined && { ignoreClass }),
  };
  return defineLoss({
    name,
    className: 'NegativeLogLikelihood',
    targets: 'labels',
    config: { name, reduction, ...own },
    emit(b, prediction, target, given) {
      expectLabels(name, target);
      const form: RowLossForm = {
        name,
        kind: 'negativeLogarithm',
        classesDivide: true,
        reduction,
        classWeight,
        ignoreClass,
      };
      return emitRowLoss(b, prediction, target, form, given);
    },
  });
}

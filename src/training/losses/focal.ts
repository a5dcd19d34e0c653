// Focal losses: cross entropy in which what is right already counts less.
import { type ClassLossOptions, common, read } from './classes.ts';
import { defineLoss, expectNumber, type LossFunction } from './loss.ts';
import { emitRowLoss, expectColumns, type RowLossForm } from './rows.ts';
import { expectNumbers } from './values.ts';

export interface BinaryFocalOptions extends ClassLossOptions {
  /** How much less what is right already counts; default 2. */
  gamma?: number;
  /** Weight of the positive class, 1 - alpha that of the other, with `applyClassBalancing`; default 0.25. */
  alpha?: number;
  applyClassBalancing?: boolean;
}

/**
 * Binary cross entropy times (1 - p_t)^gamma, p_t being the probability of the target; Lin et al. 2017, as Keras.
 * @throws OptionError for options out of range; the loss throws ShapeError for tensors that do not fit.
 */
export function binaryFocalCrossentropy(options: BinaryFocalOptions = {}): LossFunction {
  const names = ['gamma', 'alpha', 'applyClassBalancing'];
  const checked = common('binary_focal_crossentropy', options, names);
  const { name, reduction, labelSmoothing, fromLogits } = checked;
  const { gamma = 2, alpha = 0.25, applyClassBalancing = false } = options;
  expectNumber(`${name}/gamma`, gamma, 0);
  expectNumber(`${name}/alpha`, alpha, 0, 1);
  return defineLoss({
    name,
    className: 'BinaryFocalCrossentropy',
    targets: 'values',
    twoWay: true,
    config: { ...checked.config, gamma, alpha, applyClassBalancing },
    emit(b, prediction, target, given) {
      expectNumbers(name, target);
      const { on, logits } = read(b, prediction, fromLogits, 'sigmoid');
      const smoothing = { kept: 1 - labelSmoothing, shift: labelSmoothing / 2 };
      const preparation = logits ? 'sigmoid' : 'none';
      const balanced = applyClassBalancing ? alpha : -1;
      const form: RowLossForm = { name, kind: 'binaryFocal', on, preparation, reduction, ...smoothing };
      return emitRowLoss(b, prediction, target, { ...form, gamma, alpha: balanced }, given);
    },
  });
}

export interface CategoricalFocalOptions extends ClassLossOptions {
  /** How much less what is right already counts; default 2. */
  gamma?: number;
  /** A weight, or V weights, one a class; default 0.25. */
  alpha?: number | readonly number[];
}

/**
 * Cross entropy times alpha·(1 - p)^gamma, with target distributions [...,V] or labels [...] u32; Lin et al. 2017.
 * @throws OptionError for options out of range; the loss throws ShapeError for tensors that do not fit.
 */
export function categoricalFocalCrossentropy(options: CategoricalFocalOptions = {}): LossFunction {
  const checked = common('categorical_focal_crossentropy', options, ['gamma', 'alpha']);
  const { name, reduction, labelSmoothing, fromLogits } = checked;
  const { gamma = 2, alpha = 0.25 } = options;
  expectNumber(`${name}/gamma`, gamma, 0);
  const weights = typeof alpha === 'number' ? [alpha] : alpha;
  for (const weight of weights) expectNumber(`${name}/alpha`, weight, 0);
  return defineLoss({
    name,
    className: 'CategoricalFocalCrossentropy',
    targets: 'values',
    config: { ...checked.config, gamma, alpha: typeof alpha === 'number' ? alpha : [...alpha] },
    emit(b, prediction, target, given) {
      const { on, logits } = read(b, prediction, fromLogits, 'softmax');
      const smoothing = { kept: 1 - labelSmoothing, shift: labelSmoothing / expectColumns(name, prediction) };
      const preparation = logits ? 'softmax' : 'sum';
      const balance = typeof alpha === 'number' ? { alpha } : { alpha: 1, classWeight: alpha };
      const form: RowLossForm = { name, kind: 'categoricalFocal', on, preparation, reduction, gamma };
      return emitRowLoss(b, prediction, target, { ...form, ...smoothing, ...balance }, given);
    },
  });
}

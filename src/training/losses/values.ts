// Losses of numbers: means over the last axis of something of prediction and target, as Keras 3 has them.
import type { Builder } from '../../core/builder.ts';
import { ShapeError, show } from '../../core/errors.ts';
import { checkOptions } from '../../core/options.ts';
import type { Tensor } from '../../core/tensor.ts';
import type { RowLossKind } from '../../kernels/row_loss_kinds.ts';
import { defineLoss, expectNumber, expectReduction, type LossFunction, type LossOptions } from './loss.ts';
import { emitRowLoss } from './rows.ts';

/** @throws ShapeError for labels where numbers are wanted. */
export function expectNumbers(where: string, target: Tensor, instead = ''): void {
  if (target.dtype === 'f32') return;
  throw new ShapeError(
    `[${where}] takes targets as f32, got ${target.dtype} ${show(target.shape)} (${target.name})${instead}`,
  );
}

interface Form {
  name: string;
  className: string;
  kind: RowLossKind;
  alpha?: number;
  gamma?: number;
  /** Options beside the common ones, as the config has them. */
  config?: Record<string, unknown>;
}

function valueLoss(options: LossOptions, form: Form): LossFunction {
  const { className, kind, config = {}, alpha, gamma } = form;
  checkOptions(form.name, options, ['reduction', 'name', ...Object.keys(config)]);
  const { name = form.name, reduction = 'sumOverBatchSize' } = options;
  expectReduction(name, reduction);
  return defineLoss({
    name,
    className,
    targets: 'values',
    config: { name, reduction, ...config },
    emit(b: Builder, prediction, target, given) {
      expectNumbers(name, target);
      const numbers = { ...(alpha !== undefined && { alpha }), ...(gamma !== undefined && { gamma }) };
      return emitRowLoss(b, prediction, target, { name, kind, reduction, ...numbers }, given);
    },
  });
}

/** mean((t - x)²) over the last axis of predictions x and targets t [...,C]. */
export function meanSquaredError(options: LossOptions = {}): LossFunction {
  return valueLoss(options, { name: 'mean_squared_error', className: 'MeanSquaredError', kind: 'squared' });
}

/** mean(|t - x|) over the last axis of predictions x and targets t [...,C]; where both agree the gradient is 0. */
export function meanAbsoluteError(options: LossOptions = {}): LossFunction {
  return valueLoss(options, {
    name: 'mean_absolute_error',
    className: 'MeanAbsoluteError',
    kind: 'absolute',
  });
}

/** 100·mean(|t - x| / max(|t|, 1e-7)) over the last axis. */
export function meanAbsolutePercentageError(options: LossOptions = {}): LossFunction {
  return valueLoss(options, {
    name: 'mean_absolute_percentage_error',
    className: 'MeanAbsolutePercentageError',
    kind: 'absolutePercentage',
  });
}

/** mean((log(1 + t) - log(1 + x))²) over the last axis, with t and x of at least 1e-7. */
export function meanSquaredLogarithmicError(options: LossOptions = {}): LossFunction {
  return valueLoss(options, {
    name: 'mean_squared_logarithmic_error',
    className: 'MeanSquaredLogarithmicError',
    kind: 'squaredLogarithmic',
  });
}

export interface HuberOptions extends LossOptions {
  /** Where the loss turns from a square to a line; default 1. */
  delta?: number;
}

/**
 * mean of e²/2 where |e| <= delta, delta·|e| - delta²/2 beyond, for e = t - x; Huber 1964.
 * @throws OptionError for a delta below 0.
 */
export function huber(options: HuberOptions = {}): LossFunction {
  const { delta = 1 } = options;
  const alpha = expectNumber('huber/delta', delta, 0);
  const config = { delta };
  return valueLoss(options, {
    name: 'huber_loss',
    className: 'Huber',
    kind: 'huber',
    alpha,
    gamma: 1,
    config,
  });
}

export interface SmoothL1Options extends LossOptions {
  /** Where the loss turns from a square to a line; default 1. */
  beta?: number;
}

/**
 * mean of e²/(2·beta) where |e| <= beta, |e| - beta/2 beyond, as torch.nn.SmoothL1Loss: huber divided by beta.
 * @throws OptionError unless beta is above 0.
 */
export function smoothL1(options: SmoothL1Options = {}): LossFunction {
  const { beta = 1 } = options;
  const alpha = expectNumber('smoothL1/beta', beta, 1e-6);
  const form = { name: 'smooth_l1', className: 'SmoothL1', kind: 'huber' } as const;
  return valueLoss(options, { ...form, alpha, gamma: 1 / beta, config: { beta } });
}

/** mean(log cosh(x - t)) over the last axis. */
export function logCosh(options: LossOptions = {}): LossFunction {
  return valueLoss(options, { name: 'log_cosh', className: 'LogCosh', kind: 'logCosh' });
}

/** mean(x - t·log(x + 1e-7)) over the last axis. */
export function poisson(options: LossOptions = {}): LossFunction {
  return valueLoss(options, { name: 'poisson', className: 'Poisson', kind: 'poisson' });
}

/** mean(max(0, 1 - t·x)) over the last axis; targets are -1 and 1, or 0 and 1. */
export function hinge(options: LossOptions = {}): LossFunction {
  return valueLoss(options, { name: 'hinge', className: 'Hinge', kind: 'hinge' });
}

/** mean(max(0, 1 - t·x)²) over the last axis; targets are -1 and 1, or 0 and 1. */
export function squaredHinge(options: LossOptions = {}): LossFunction {
  return valueLoss(options, { name: 'squared_hinge', className: 'SquaredHinge', kind: 'squaredHinge' });
}

/** max(0, 1 + max((1 - t)·x) - Σ t·x) over the last axis of targets t that are one-hot. */
export function categoricalHinge(options: LossOptions = {}): LossFunction {
  return valueLoss(options, {
    name: 'categorical_hinge',
    className: 'CategoricalHinge',
    kind: 'categoricalHinge',
  });
}

/** -Σ t·x / (|t|·|x|) over the last axis: -1 where both point the same way. */
export function cosineSimilarity(options: LossOptions = {}): LossFunction {
  return valueLoss(options, { name: 'cosine_similarity', className: 'CosineSimilarity', kind: 'cosine' });
}

/** Σ t·log(t/x) over the last axis of distributions t and x, both kept from 1e-7 to 1. */
export function klDivergence(options: LossOptions = {}): LossFunction {
  return valueLoss(options, { name: 'kl_divergence', className: 'KLDivergence', kind: 'divergence' });
}

/** Σ t·(log t - x) over the last axis of distributions t and log-probabilities x, as torch.nn.KLDivLoss. */
export function logKlDivergence(options: LossOptions = {}): LossFunction {
  return valueLoss(options, {
    name: 'log_kl_divergence',
    className: 'LogKLDivergence',
    kind: 'logDivergence',
  });
}

export interface DistillationOptions extends LossOptions {
  /** T: the higher, the more the smaller probabilities count; default 1. */
  temperature?: number;
}

/**
 * T²·KL(softmax(t/T), softmax(x/T)) of logits x [...,V] and the teacher's logits t [...,V]; Hinton et al. 2015.
 * @throws OptionError unless the temperature is above 0.
 */
export function distillation(options: DistillationOptions = {}): LossFunction {
  const { temperature = 1 } = options;
  const alpha = expectNumber('distillation/temperature', temperature, 1e-3);
  const form = { name: 'distillation', className: 'Distillation', kind: 'softened' } as const;
  return valueLoss(options, { ...form, alpha, config: { temperature } });
}

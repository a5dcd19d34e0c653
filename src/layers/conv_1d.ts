// The convolution layer over time.
import { OptionError, ShapeError, show } from '../core/errors.ts';
import { expectFlags, expectOptions, shown } from '../core/options.ts';
import { expectCount } from '../core/tensor.ts';
import { type ActivationName, applyActivation, checkActivation } from './activation.ts';
import { convolved } from './convolution.ts';
import { publicShape } from './layout.ts';
import { type AppliedLayer, type LayerOptions, plainLayer } from './plain.ts';
import { penalise, type RegularizerOption, regularizer, regularizerConfig } from './regularizers.ts';
import { type WeightOptions, weightOptionNames, weightRules } from './weights.ts';
import { expectPadding, type Padding, windowsOf } from './windows.ts';

export interface Conv1DOptions extends LayerOptions, WeightOptions<'kernel'>, WeightOptions<'bias'> {
  /** Features of the output. */
  filters: number;
  /** Steps that a kernel meets. */
  kernelSize: number | readonly [number];
  /** Default 1. */
  strides?: number | readonly [number];
  /** 'valid' (default): none; 'same': T' = T / strides; 'causal': before the first step only; or so many on both sides. */
  padding?: Padding | 'causal';
  /** Steps from one tap to the next; default 1. */
  dilationRate?: number | readonly [number];
  /** Parts of the features that are convolved apart; default 1. */
  groups?: number;
  /** Default linear. */
  activation?: ActivationName | null;
  /** Default true. */
  useBias?: boolean;
  activityRegularizer?: RegularizerOption;
}

const OWN = [
  ...['filters', 'kernelSize', 'strides', 'padding', 'dilationRate', 'groups', 'activation', 'useBias'],
];

/**
 * Convolution over time: x [N,T,D] to activation(y) [N,T',filters],
 * y[t] = Σ_j x[t·strides + j·dilationRate - padding]·kernel[j] + bias, as Keras' Conv1D.
 *
 * Parameters: kernel [kernelSize, D/groups, filters], bias [filters]. With 'same' one more zero goes behind than before
 * where their number is odd. The mask ends here, as in Keras.
 * @throws OptionError for options out of range; ShapeError for what is no sequence, or is shorter than the kernel.
 */
export function conv1D(options: Conv1DOptions): AppliedLayer {
  expectOptions('conv1D', options, [...OWN, 'activityRegularizer', 'name', 'trainable']);
  const where = options.name ?? 'conv1d';
  const filters = expectCount(options.filters, `${where}/filters`);
  const kernelSize = single(options.kernelSize, `${where}/kernelSize`);
  const strides = single(options.strides ?? 1, `${where}/strides`);
  const dilationRate = single(options.dilationRate ?? 1, `${where}/dilationRate`);
  const groups = expectCount(options.groups ?? 1, `${where}/groups`);
  const { padding = 'valid', useBias = true } = options;
  const activation = options.activation ?? 'linear';
  if (padding !== 'causal') expectPadding(padding, `${where}/padding`, ['causal']);
  checkActivation(where, activation);
  expectFlags(where, { useBias });
  if (filters % groups !== 0) {
    throw new OptionError(`[${where}/filters] must be a multiple of the ${groups} groups, got ${filters}`);
  }
  const kernelRules = weightRules(where, 'kernel', options, 'glorotUniform');
  const biasRules = weightRules(where, 'bias', options, 'zeros');
  const activity = regularizer(options.activityRegularizer, `${where}/activityRegularizer`);
  return plainLayer({
    className: 'Conv1D',
    name: 'conv1d',
    options,
    config: { filters, kernelSize, strides, padding, dilationRate, groups, activation, useBias },
    later: {
      names: [...weightOptionNames('kernel', 'bias'), 'activityRegularizer'],
      getConfig: () => ({
        ...kernelRules.getConfig(),
        ...biasRules.getConfig(),
        activityRegularizer: regularizerConfig(activity),
      }),
    },
    build(b, name, x) {
      if (x.shape.length !== 3 || x.dtype !== 'f32') {
        throw new ShapeError(
          `[${name}] expected features [N, T, D], got ${show(publicShape(x))} ${x.dtype} (${x.name})`,
        );
      }
      const [steps, batch, features] = x.shape;
      if (features % groups !== 0) {
        throw new ShapeError(
          `[${name}] ${features} features of ${show(publicShape(x))} (${x.name}) do not make ${groups} groups`,
        );
      }
      const reach = (kernelSize - 1) * dilationRate + 1;
      const { outSteps, pad } = windowsOf(name, { steps, reach, strides, padding });
      const kernel = kernelRules.declare(b, 'kernel', [kernelSize, features / groups, filters]);
      const bias = useBias ? biasRules.declare(b, 'bias', [filters]) : undefined;
      const shape = { steps, outSteps, batch, features, filters, size: kernelSize };
      const way = { stride: strides, dilation: dilationRate, pad, groups };
      const y = applyActivation(b, convolved(b, { ...shape, ...way }, x, kernel, bias), activation);
      penalise(b, y, activity);
      return y;
    },
  });
}

/** A positive integer, also as Keras' files have it, [n]. */
export function single(value: number | readonly [number], where: string): number {
  if (Array.isArray(value) && value.length !== 1) {
    throw new OptionError(`[${where}] must be one number, got ${shown(value)} of ${value.length}`);
  }
  return expectCount(Array.isArray(value) ? value[0] : (value as number), where);
}

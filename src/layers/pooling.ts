// Pooling over time: the largest or the mean of windows of steps, or of all steps.
import type { Builder } from '../core/builder.ts';
import { OptionError, ShapeError, show } from '../core/errors.ts';
import { expectFlags } from '../core/options.ts';
import type { Tensor } from '../core/tensor.ts';
import { averagePoolBackward } from '../kernels/average_pool_backward.ts';
import { averagePoolForward } from '../kernels/average_pool_forward.ts';
import { maxPoolBackward } from '../kernels/max_pool_backward.ts';
import { maxPoolForward } from '../kernels/max_pool_forward.ts';
import type { PoolShape } from '../kernels/pool_windows.ts';
import { single } from './conv_1d.ts';
import { publicShape } from './layout.ts';
import { type AppliedLayer, type LayerOptions, plainLayer } from './plain.ts';
import { passFractions } from './probabilities.ts';
import { expectPadding, type Padding, windowsOf } from './windows.ts';

export interface Pooling1DOptions extends LayerOptions {
  /** Steps of a window; default 2. */
  poolSize?: number | readonly [number];
  /** Steps from one window to the next; default poolSize. */
  strides?: number | readonly [number] | null;
  /** 'valid' (default): whole windows only; 'same': T / strides windows; or so many steps on both sides. */
  padding?: Padding;
}

export interface AveragePooling1DOptions extends Pooling1DOptions {
  /** Whether steps of the padding count as zeros, as in PyTorch; default false, as in Keras. */
  countPadding?: boolean;
}

/**
 * The largest of each window: x [N,T,D] to [N,T',D], feature by feature; the gradient goes to the first of equals.
 * The mask ends here, as in Keras.
 * @throws OptionError for options out of range; ShapeError for what is no sequence, or is shorter than a window.
 */
export function maxPooling1D(options: Pooling1DOptions = {}): AppliedLayer {
  const { config, windows } = poolingOptions('max_pooling1d', options);
  return plainLayer({
    className: 'MaxPooling1D',
    name: 'max_pooling1d',
    options,
    config,
    build: (b, name, x) => largest(b, windows(name, x), x),
  });
}

/**
 * The mean of each window: x [N,T,D] to [N,T',D]; steps of the padding do not count, unless `countPadding`.
 * The mask ends here, as in Keras.
 * @throws OptionError for options out of range; ShapeError for what is no sequence, or is shorter than a window.
 */
export function averagePooling1D(options: AveragePooling1DOptions = {}): AppliedLayer {
  const { countPadding = false } = options;
  const { config, windows, where } = poolingOptions('average_pooling1d', options);
  expectFlags(where, { countPadding });
  return plainLayer({
    className: 'AveragePooling1D',
    name: 'average_pooling1d',
    options,
    config: { ...config, countPadding },
    build: (b, name, x) => mean(b, windows(name, x), x, undefined, countPadding),
  });
}

export interface GlobalPooling1DOptions extends LayerOptions {
  /** Whether the result is [N,1,D] instead of [N,D]; default false. */
  keepdims?: boolean;
}

/**
 * The largest of all steps: x [N,T,D] to [N,D]. A mask is not looked at, as in Keras: masked steps count.
 * @throws ShapeError for what is no sequence.
 */
export function globalMaxPooling1D(options: GlobalPooling1DOptions = {}): AppliedLayer {
  const { keepdims = false } = options;
  expectFlags(options.name ?? 'global_max_pooling1d', { keepdims });
  return plainLayer({
    className: 'GlobalMaxPooling1D',
    name: 'global_max_pooling1d',
    options,
    config: { keepdims },
    build: (b, name, x) => withoutTime(b, largest(b, allSteps(name, x), x), keepdims),
  });
}

/**
 * The mean of all steps: x [N,T,D] to [N,D]; where x has a mask, of those that count, and 0 where none does.
 * @throws ShapeError for what is no sequence.
 */
export function globalAveragePooling1D(options: GlobalPooling1DOptions = {}): AppliedLayer {
  const { keepdims = false } = options;
  expectFlags(options.name ?? 'global_average_pooling1d', { keepdims });
  return plainLayer({
    className: 'GlobalAveragePooling1D',
    name: 'global_average_pooling1d',
    options,
    config: { keepdims },
    build: (b, name, x) => withoutTime(b, mean(b, allSteps(name, x), x, b.maskOf(x), false), keepdims),
  });
}

/** The options of windows, checked, and the windows over a sequence. */
function poolingOptions(defaultName: string, options: Pooling1DOptions) {
  const where = options.name ?? defaultName;
  const poolSize = single(options.poolSize ?? 2, `${where}/poolSize`);
  const strides = single(options.strides ?? poolSize, `${where}/strides`);
  const { padding = 'valid' } = options;
  expectPadding(padding, `${where}/padding`);
  if (typeof padding === 'number' && 2 * padding > poolSize) {
    throw new OptionError(`[${where}/padding] must be at most half of poolSize ${poolSize}, got ${padding}`);
  }
  return {
    where,
    config: { poolSize, strides, padding },
    windows(name: string, x: Tensor): PoolShape {
      const steps = expectSequence(name, x);
      const { outSteps, pad } = windowsOf(name, { steps, reach: poolSize, strides, padding });
      return { steps, outSteps, size: poolSize, stride: strides, pad };
    },
  };
}

function allSteps(name: string, x: Tensor): PoolShape {
  const steps = expectSequence(name, x);
  return { steps, outSteps: 1, size: steps, stride: steps, pad: 0 };
}

function expectSequence(name: string, x: Tensor): number {
  if (x.shape.length !== 3 || x.dtype !== 'f32') {
    throw new ShapeError(
      `[${name}] expected features [N, T, D], got ${show(publicShape(x))} ${x.dtype} (${x.name})`,
    );
  }
  return x.shape[0];
}

/** [1,N,D] as [N,D], or, with keepdims, as the sequence of one step that it is. */
function withoutTime(b: Builder, y: Tensor, keepdims: boolean): Tensor {
  return keepdims ? y : b.view(y, 0, y.shape.slice(1));
}

function largest(b: Builder, shape: PoolShape, x: Tensor): Tensor {
  const out = [shape.outSteps, ...x.shape.slice(1)];
  const y = b.activation('y', out);
  passFractions(b, y, x);
  const places = b.scratch('places', out, 'u32');
  b.peek(() => maxPoolForward(b, shape, { x, y, places }));
  b.onBackward(() => {
    const dy = b.gradOf(y);
    const into = dy && b.gradInto(x);
    if (into) maxPoolBackward(b, shape, { dy, places, dx: into.tensor, accumulate: into.accumulate });
  });
  return y;
}

function mean(b: Builder, shape: PoolShape, x: Tensor, mask: Tensor | undefined, zeros: boolean): Tensor {
  const y = b.activation('y', [shape.outSteps, ...x.shape.slice(1)]);
  passFractions(b, y, x);
  const shares = b.scratch('shares', [shape.outSteps, x.shape[1]]);
  b.peek(() => averagePoolForward(b, shape, { x, y, shares, mask, zeros }));
  b.onBackward(() => {
    const dy = b.gradOf(y);
    const into = dy && b.gradInto(x);
    if (!into) return;
    averagePoolBackward(b, shape, { dy, shares, mask, dx: into.tensor, accumulate: into.accumulate });
  });
  return y;
}

// Layers that change the shape of their input and none of its values. All shapes in options leave the batch out.
import { OptionError, ShapeError, show } from '../core/errors.ts';
import { expectOptions, shown } from '../core/options.ts';
import { expectCount, sizeOf, type Tensor } from '../core/tensor.ts';
import { isTimeMajor, publicShape } from './layout.ts';
import { broadcast, padded, permuted, reshaped, sliced } from './movements.ts';
import { type AppliedLayer, type LayerOptions, plainLayer } from './plain.ts';

/** [N,...] to [N, the product of the rest], in the order of users: [N,T,D] to [N,T·D]. */
export function flatten(options: LayerOptions = {}): AppliedLayer {
  return plainLayer({
    className: 'Flatten',
    name: 'flatten',
    options,
    config: {},
    build(b, name, x) {
      expectFeatures(name, x, 2);
      return reshaped(b, x, [sizeOf(publicShape(x).slice(1))]);
    },
  });
}

export interface ReshapeOptions extends LayerOptions {
  /** Without the batch; one of the lengths may be -1 and follows from the others. */
  targetShape: readonly number[];
}

/**
 * The elements of a sample under another shape, as users see them: [N,6,2] to [N,3,4] for `targetShape: [3, 4]`.
 * @throws OptionError for a shape of other than 1 to 3 axes; ShapeError when the number of elements differs.
 */
export function reshape(options: ReshapeOptions): AppliedLayer {
  expectOptions('reshape', options, ['targetShape']);
  const given = options.targetShape;
  const lengths = Array.isArray(given) && given.every((n) => n === -1 || (Number.isSafeInteger(n) && n > 0));
  if (!lengths || given.length < 1 || given.length > 3 || given.filter((n) => n === -1).length > 1) {
    throw new OptionError(
      '[reshape/targetShape] must be an array of 1 to 3 positive integers without the batch, one of which may be -1;' +
        ` got ${Array.isArray(given) ? show(given) : shown(given)}`,
    );
  }
  const targetShape: readonly number[] = [...given];
  return plainLayer({
    className: 'Reshape',
    name: 'reshape',
    options,
    config: { targetShape },
    build(b, name, x) {
      expectFeatures(name, x, 2);
      const elements = sizeOf(publicShape(x).slice(1));
      const known = sizeOf(targetShape.filter((n) => n !== -1));
      const left = elements / known;
      if (targetShape.includes(-1) && !Number.isInteger(left)) {
        throw new ShapeError(
          `[${name}] cannot make [N, ${targetShape.join(', ')}] of ${show(publicShape(x))} (${x.name}):` +
            ` ${elements} elements a sample are no multiple of ${known}`,
        );
      }
      return reshaped(
        b,
        x,
        targetShape.map((n) => (n === -1 ? left : n)),
      );
    },
  });
}

export interface PermuteOptions extends LayerOptions {
  /** The order of the axes after the batch, counted from 1: [2, 1] for [N,T,D] to [N,D,T]. */
  dims: readonly number[];
}

/**
 * The axes after the batch in another order.
 * @throws OptionError unless `dims` has each number from 1 on once; ShapeError when the input has another rank.
 */
export function permute(options: PermuteOptions): AppliedLayer {
  expectOptions('permute', options, ['dims']);
  const dims = Array.isArray(options?.dims) ? [...options.dims] : [];
  if (dims.length === 0 || [...dims].sort((a, b) => a - b).some((n, i) => n !== i + 1)) {
    throw new OptionError(
      `[permute/dims] must have each axis after the batch once, counted from 1, such as [2, 1]; got ${
        Array.isArray(options?.dims) ? show(options.dims) : shown(options?.dims)
      }`,
    );
  }
  return plainLayer({
    className: 'Permute',
    name: 'permute',
    options,
    config: { dims },
    build(b, name, x) {
      expectFeatures(name, x, dims.length + 1, dims.length + 1);
      // Public axis 1 lies first where there is time, and axis 0, the batch, second.
      const physical = (axis: number) => (isTimeMajor(x) && axis < 2 ? 1 - axis : axis);
      const order = [0, ...dims].map(physical);
      return permuted(b, x, isTimeMajor(x) ? [order[1], order[0], ...order.slice(2)] : order);
    },
  });
}

export interface RepeatVectorOptions extends LayerOptions {
  /** How often. */
  n: number;
}

/**
 * [N,D] to [N,n,D]: each row n times, as the input of a decoder.
 * @throws OptionError when n is no positive integer; ShapeError for anything but rows.
 */
export function repeatVector(options: RepeatVectorOptions): AppliedLayer {
  expectOptions('repeatVector', options, ['n']);
  const n = expectCount(options.n, 'repeatVector/n');
  return plainLayer({
    className: 'RepeatVector',
    name: 'repeat_vector',
    options,
    config: { n },
    build(b, name, x) {
      expectFeatures(name, x, 2, 2);
      const [N, D] = x.shape;
      return broadcast(b, b.view(x, 0, [1, N, D]), [n, N, D]);
    },
  });
}

/** How many steps before and after; one number for both. */
/** Of both sides alike, or [before, after]. */
export type Sides = number | readonly [number, number];

export interface ZeroPadding1DOptions extends LayerOptions {
  /** Steps of zeros before and after; default 1. */
  padding?: Sides;
}

/** [N,T,D] to [N,before+T+after,D], with zeros. */
export function zeroPadding1D(options: ZeroPadding1DOptions = {}): AppliedLayer {
  const [before, after] = both('zeroPadding1D/padding', options.padding ?? 1);
  return plainLayer({
    className: 'ZeroPadding1D',
    name: 'zero_padding1d',
    options,
    config: { padding: [before, after] },
    build(b, name, x) {
      expectFeatures(name, x, 3, 3);
      return padded(b, x, 0, before, after);
    },
  });
}

export interface Cropping1DOptions extends LayerOptions {
  /** Steps that are left out at the beginning and at the end; default 1. */
  cropping?: Sides;
}

/**
 * [N,T,D] to [N,T-begin-end,D].
 * @throws ShapeError where nothing would be left.
 */
export function cropping1D(options: Cropping1DOptions = {}): AppliedLayer {
  const [begin, end] = both('cropping1D/cropping', options.cropping ?? 1);
  return plainLayer({
    className: 'Cropping1D',
    name: 'cropping1d',
    options,
    config: { cropping: [begin, end] },
    build(b, name, x) {
      expectFeatures(name, x, 3, 3);
      const left = x.shape[0] - begin - end;
      if (left < 1) {
        throw new ShapeError(
          `[${name}] leaves nothing of ${show(publicShape(x))} (${x.name}) when it crops ${begin} and ${end} steps`,
        );
      }
      return sliced(b, x, 0, begin, left);
    },
  });
}

export interface UpSampling1DOptions extends LayerOptions {
  /** How often each step is repeated; default 2. */
  size?: number;
}

/** [N,T,D] to [N,T·size,D]: each step `size` times in a row. */
export function upSampling1D(options: UpSampling1DOptions = {}): AppliedLayer {
  const size = expectCount(options.size ?? 2, 'upSampling1D/size');
  return plainLayer({
    className: 'UpSampling1D',
    name: 'up_sampling1d',
    options,
    config: { size },
    build(b, name, x) {
      expectFeatures(name, x, 3, 3);
      const [T, N, D] = x.shape;
      const repeated = broadcast(b, b.view(x, 0, [T, 1, N, D]), [T, size, N, D]);
      return b.view(repeated, 0, [T * size, N, D]);
    },
  });
}

function both(where: string, value: Sides): [number, number] {
  const pair = typeof value === 'number' ? [value, value] : [...value];
  if (pair.length !== 2 || pair.some((n) => !Number.isSafeInteger(n) || n < 0)) {
    throw new OptionError(
      `[${where}] must be an integer of at least 0, or two of them, got ${JSON.stringify(value)}`,
    );
  }
  return pair as [number, number];
}

/** @throws ShapeError unless x has features and a rank within the limits. */
export function expectFeatures(name: string, x: Tensor, least: number, most = 4): void {
  if (x.dtype !== 'f32') {
    throw new ShapeError(`[${name}] takes features (f32), got ids (${x.name}); look them up by an embedding`);
  }
  const letters = (rank: number) => `[${['N', 'T', 'D', 'E'].slice(0, rank).join(', ')}]`;
  const rank = x.shape.length;
  if (rank < least || rank > most) {
    const expected = most === 2 ? '[N, D]' : least === most ? letters(least) : `${least} to ${most} axes`;
    throw new ShapeError(`[${name}] expected ${expected}, got ${show(publicShape(x))} (${x.name})`);
  }
}

// The product of two inputs, sample by sample, along one axis of each.
import type { Builder } from '../core/builder.ts';
import { OptionError, ShapeError, show } from '../core/errors.ts';
import { expectOptions } from '../core/options.ts';
import type { Tensor } from '../core/tensor.ts';
import { batchedProduct, type Matrices } from '../kernels/batched_product.ts';
import { stridesOf } from '../kernels/strided_copy.ts';
import { isTimeMajor, publicShape } from './layout.ts';
import { type AppliedLayer, type LayerOptions, plainLayer } from './plain.ts';
import { expectFeatures } from './shape.ts';

export interface DotOptions extends LayerOptions {
  /** The axis of each input in the order [N,T,D], negative from the end; one number for both. Not the batch. */
  axes: number | readonly [number, number];
}

/**
 * Sums the products of two inputs along an axis of each: [N,A,D] and [N,B,D] to [N,A,B] for `axes: 2`, [N,D] and [N,D]
 * to [N,1] for `axes: 1`; as Keras' Dot without normalization.
 *
 * Backward, of y = x·zᵀ: dx = dy·z, dz = dyᵀ·x.
 * @throws OptionError for axes that are no integers; ShapeError when the lengths along them differ.
 */
export function dot(options: DotOptions): AppliedLayer {
  expectOptions('dot', options, ['axes']);
  const given = options.axes;
  const axes = typeof given === 'number' ? [given, given] : [...(given ?? [])];
  if (axes.length !== 2 || axes.some((axis) => !Number.isInteger(axis))) {
    throw new OptionError(`[dot/axes] must be an axis, or one for each input, got ${JSON.stringify(given)}`);
  }
  return plainLayer({
    className: 'Dot',
    name: 'dot',
    options,
    config: { axes: typeof given === 'number' ? given : axes },
    build(b, name, ...inputs) {
      if (inputs.length !== 2)
        throw new ShapeError(`[${name}] takes 2 inputs in an array, got ${inputs.length}`);
      const [x, z] = inputs.map((t, i) => sideOf(name, t, axes[i]));
      if (x.length !== z.length || x.batch !== z.batch) {
        throw new ShapeError(
          `[${name}] sums along axes ${axes[0]} and ${axes[1]}, which must be as long as each other; got ${inputs
            .map((t) => show(publicShape(t)))
            .join(' and ')}`,
        );
      }
      return multipliedAlong(b, x, z);
    },
  });
}

/** An input as one matrix a sample: what is left of its axes, by the axis that is summed over. */
interface Side {
  readonly tensor: Tensor;
  readonly batch: number;
  /** The axis that is left; undefined where there is none. */
  readonly left: number | undefined;
  readonly length: number;
  /** Elements between neighbours along what is left, the summed axis, and the batch. */
  readonly apart: { readonly left: number; readonly summed: number; readonly batch: number };
}

function sideOf(name: string, t: Tensor, axis: number): Side {
  expectFeatures(name, t, 2, 3);
  const shape = publicShape(t);
  const at = axis < 0 ? axis + shape.length : axis;
  if (at < 1 || at >= shape.length) {
    throw new ShapeError(
      `[${name}] there is no axis ${axis} besides the batch in ${show(shape)} (${t.name})`,
    );
  }
  const stored = stridesOf(t.shape);
  const strides = isTimeMajor(t) ? [stored[1], stored[0], ...stored.slice(2)] : stored;
  const rest = shape.length === 3 ? 3 - at : undefined;
  return {
    tensor: t,
    batch: shape[0],
    left: rest === undefined ? undefined : shape[rest],
    length: shape[at],
    apart: { left: rest === undefined ? 0 : strides[rest], summed: strides[at], batch: strides[0] },
  };
}

function multipliedAlong(b: Builder, x: Side, z: Side): Tensor {
  const { batch: N, length: k } = x;
  const [m, n] = [x.left ?? 1, z.left ?? 1];
  const sequence = x.left !== undefined && z.left !== undefined;
  const y = b.activation('y', sequence ? [m, N, n] : [N, m * n], {
    differentiable: x.tensor.differentiable || z.tensor.differentiable,
  });
  const result = (tensor: Tensor): Matrices =>
    sequence ? { tensor, row: N * n, col: 1, outer: n } : { tensor, row: n, col: 1, outer: m * n };
  const matrices = ({ apart }: Side, tensor: Tensor): Matrices => ({
    ...{ tensor, row: apart.left, col: apart.summed, outer: apart.batch },
  });
  batchedProduct(b, {
    ...{ a: matrices(x, x.tensor), b: turned(matrices(z, z.tensor)), c: result(y) },
    ...{ m, n, k, outer: N },
  });
  b.onBackward(() => {
    const dy = b.gradOf(y);
    if (!dy) return;
    const dx = b.gradInto(x.tensor);
    if (dx) {
      const { tensor, accumulate } = dx;
      batchedProduct(b, {
        ...{ a: result(dy), b: matrices(z, z.tensor), c: matrices(x, tensor) },
        ...{ m, n: k, k: n, outer: N, accumulate },
      });
    }
    const dz = b.gradInto(z.tensor);
    if (dz) {
      const { tensor, accumulate } = dz;
      batchedProduct(b, {
        ...{ a: turned(result(dy)), b: matrices(x, x.tensor), c: matrices(z, tensor) },
        ...{ m: n, n: k, k: m, outer: N, accumulate },
      });
    }
  });
  return y;
}

function turned({ row, col, ...rest }: Matrices): Matrices {
  return { ...rest, row: col, col: row };
}

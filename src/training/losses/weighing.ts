// Which rows of a prediction count, with which weights, and what their sum is divided by: common to all losses.
import type { Builder } from '../../core/builder.ts';
import { ShapeError, show } from '../../core/errors.ts';
import { expectShape, sizeOf, type Tensor, tensor } from '../../core/tensor.ts';
import { labelWeight } from '../../kernels/label_weight.ts';
import { repeatValues } from '../../kernels/repeat_values.ts';
import { publicShape } from '../../layers/layout.ts';

/** What the sum of the weighted losses is divided by: the rows that count, their weights, or one. */
export type Divisor = 'rows' | 'weights' | 'one';

export interface WeighOptions {
  /** [...]: the leading dimensions of the prediction */
  shape: readonly number[];
  divisor: Divisor;
  mask?: Tensor | undefined;
  /** [...] */
  rowWeight?: Tensor | undefined;
  /** The number that loss and gradient are multiplied by; default 1. */
  weight?: number | undefined;
  /** Labels [...] of which those outside of [0, classes), or equal to `ignored`, do not count. */
  labels?: { labels: Tensor; classes: number; ignored: number; classWeight?: Tensor | undefined } | undefined;
}

/** The divisor of a loss as a tensor [1]: known while the plan is built, or counted by it. */
export interface Total {
  total: Tensor;
  /** Emits the counting, where there is something to count; to be called before the loss reads `total`. */
  count(): void;
}

/** How much a loss of a weight is to be divided by in addition; 0 is what makes any loss vanish. */
function inverse(weight: number): number {
  return weight === 0 ? 1e30 : 1 / weight;
}

/** The divisor of a loss: Σ over the rows that count of 1, or of their weights, divided by `weight`. */
export function totalOf(b: Builder, options: WeighOptions): Total {
  const { shape, divisor, mask, rowWeight, labels, weight = 1 } = options;
  const rows = sizeOf(shape);
  const scale = inverse(weight);
  const weighted = divisor === 'weights' && (rowWeight ?? labels?.classWeight) !== undefined;
  const known = divisor === 'one' ? 1 : mask || labels || weighted ? undefined : rows;
  const initial = known === undefined ? {} : { initial: () => [known * scale] };
  const total = tensor(`${b.path}/total`, [1], 'scratch', initial);
  return {
    total,
    count() {
      if (known !== undefined) return;
      labelWeight(b, {
        total,
        rows,
        classes: labels?.classes ?? 1,
        mask,
        reduction: 'mean',
        scale,
        ...(labels && { labels: labels.labels, ignored: labels.ignored }),
        ...(weighted && { rowWeight, classWeight: labels?.classWeight }),
      });
    },
  };
}

/**
 * The weights of rows [...] from those that were given: of that shape, of samples [N] for rows [T,N], or with a last axis
 * of 1.
 * @throws ShapeError for weights that do not fit.
 */
export function rowWeights(
  b: Builder,
  given: Tensor | undefined,
  shape: readonly number[],
): Tensor | undefined {
  if (!given) return undefined;
  const fitted = withoutLastOne(b, given, shape);
  if (same(fitted.shape, shape)) return fitted;
  const [N] = shape.length === 2 ? [shape[1]] : [];
  if (N !== undefined && same(fitted.shape, [N])) {
    const spread = b.scratch('row_weight', shape);
    b.peek(() => repeatValues(b, { x: fitted, y: spread }));
    return spread;
  }
  throw new ShapeError(
    `[${b.path}/sampleWeight] expected ${show(shape)}${N === undefined ? '' : ` or ${show([N])}`},` +
      ` got ${show(given.shape)} (${given.name})`,
  );
}

/**
 * The weights of whole sequences [N], from those that were given: of that shape, or, as trainers spread them, the same
 * for each step [T,N]; see `wholeSequences`.
 * @throws ShapeError for weights that do not fit.
 */
export function sequenceWeights(
  b: Builder,
  given: Tensor | undefined,
  steps: number,
  batch: number,
): Tensor | undefined {
  const first = given && same(given.shape, [steps, batch]) ? b.view(given, 0, [batch]) : given;
  return rowWeights(b, first, [batch]);
}

/**
 * The mask of a prediction, [...].
 * @throws ShapeError when it has another shape than the rows.
 */
export function rowMask(b: Builder, prediction: Tensor, shape: readonly number[]): Tensor | undefined {
  const mask = b.maskOf(prediction);
  if (!mask) return undefined;
  const finer = shape.length > mask.shape.length && same(mask.shape, shape.slice(0, mask.shape.length));
  if (!finer) {
    expectShape(mask, shape, `${b.path}/mask`);
    return mask;
  }
  const rows = publicShape({ shape, dtype: 'u32' });
  throw new ShapeError(
    `[${b.path}/mask] the mask ${show(publicShape(mask))} says which steps count, but the output has a loss for each of` +
      ` ${show(rows)}: reshape the output to [N, T, classes or values] first, or give sampleWeight ${show(rows)}` +
      ' and no mask',
  );
}

/** `t` as a tensor of `shape`, where it has an axis of 1 more or less at its end; else `t` itself. */
export function withoutLastOne(b: Builder, t: Tensor, shape: readonly number[]): Tensor {
  const fits = same(t.shape, [...shape, 1]) || same([...t.shape, 1], shape);
  return fits ? b.view(t, 0, shape) : t;
}

function same(a: readonly number[], c: readonly number[]): boolean {
  return a.length === c.length && a.every((n, i) => n === c[i]);
}

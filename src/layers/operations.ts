// Operations on tensors for layers of any kind, a user's own too: sums, products and others, each with its backward step.
import type { Builder } from '../core/builder.ts';
import { ShapeError, show } from '../core/errors.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { combine, type Operation } from '../kernels/combine.ts';
import { combineBackward } from '../kernels/combine_backward.ts';
import { matmul } from '../kernels/matmul.ts';
import { stridedCopy } from '../kernels/strided_copy.ts';
import { publicShape } from './layout.ts';
import { broadcast, swappedAxes } from './movements.ts';
import { passFractions } from './probabilities.ts';

/** x + y. Lengths of 1 are repeated; of two ranks the lower gets axes after the batch, as Keras' merging layers do it. */
export function added(b: Builder, x: Tensor, y: Tensor): Tensor {
  return elementwise(b, 'add', x, y);
}

/** x - y, with repeats as `added`. */
export function subtracted(b: Builder, x: Tensor, y: Tensor): Tensor {
  return elementwise(b, 'subtract', x, y);
}

/** x·y element by element, with repeats as `added`. */
export function multiplied(b: Builder, x: Tensor, y: Tensor): Tensor {
  return elementwise(b, 'multiply', x, y);
}

/** The larger of x and y element by element, with repeats as `added`; where they are equal, x gets the gradient. */
export function larger(b: Builder, x: Tensor, y: Tensor): Tensor {
  return elementwise(b, 'maximum', x, y);
}

/** The smaller of x and y element by element, with repeats as `added`; where they are equal, x gets the gradient. */
export function smaller(b: Builder, x: Tensor, y: Tensor): Tensor {
  return elementwise(b, 'minimum', x, y);
}

/** factor·x. */
export function scaled(b: Builder, x: Tensor, factor: number): Tensor {
  if (factor === 1) return x;
  const y = b.activation('scaled', x.shape, { differentiable: x.differentiable });
  b.setMask(y, b.maskOf(x));
  pass(b, x, { tensor: y, accumulate: 0 }, factor);
  b.onBackward(() => {
    const dy = b.gradOf(y);
    const dx = dy && b.gradInto(x);
    if (dx) pass(b, dy, dx, factor);
  });
  return y;
}

/**
 * The matrix product x [...,K]·w [K,M], of shape [...,M]; w may be a parameter.
 * @throws ShapeError when the widths differ.
 */
export function product(b: Builder, x: Tensor, w: Tensor): Tensor {
  const K = x.shape.at(-1);
  if (w.shape.length !== 2 || w.shape[0] !== K) {
    throw new ShapeError(
      `[${b.path || 'product'}] ${show(x.shape)} (${x.name}) times ${show(w.shape)} (${w.name}):` +
        ' the last axis of the first must be as long as the first of a matrix',
    );
  }
  const cols = w.shape[1];
  const rows = sizeOf(x.shape) / K;
  const y = b.activation('product', [...x.shape.slice(0, -1), cols], {
    differentiable: x.differentiable || w.differentiable,
  });
  b.setMask(y, b.maskOf(x));
  const left = { tensor: x, rows, cols: K };
  const right = { tensor: w, rows: K, cols };
  matmul(b, { a: left, b: right, c: { tensor: y, rows, cols } });
  b.onBackward(() => {
    const gradient = b.gradOf(y);
    if (!gradient) return;
    const dy = { tensor: gradient, rows, cols };
    const dw = b.gradInto(w);
    if (dw) {
      const { tensor, accumulate } = dw;
      matmul(b, { a: { ...left, transposed: true }, b: dy, c: { ...right, tensor }, accumulate });
    }
    const dx = b.gradInto(x);
    if (dx) {
      const { tensor, accumulate } = dx;
      matmul(b, { a: dy, b: { ...right, transposed: true }, c: { ...left, tensor }, accumulate });
    }
  });
  return y;
}

/** Whether an operation of numbers in [0,1] gives such numbers. */
const staysBetween: Readonly<Record<Operation, boolean>> = {
  ...{ add: false, subtract: false, multiply: true, maximum: true, minimum: true },
};

/** Masks [T,N] of two operands, in rows of which y is the other operand. */
export interface CombinedMasks {
  x?: Tensor | undefined;
  y?: Tensor | undefined;
}

/**
 * x ∘ y element by element, of the shape of both with lengths of 1 repeated. The result has the mask of x, else of y.
 * @throws ShapeError when the shapes do not go together.
 */
export function elementwise(
  b: Builder,
  operation: Operation,
  x: Tensor,
  y: Tensor,
  masks: CombinedMasks = {},
): Tensor {
  const [left, right] = sameShape(b, x, y);
  const z = b.activation(operation, left.shape, {
    differentiable: x.differentiable || y.differentiable,
  });
  b.setMask(z, b.maskOf(x) ?? b.maskOf(y));
  if (staysBetween[operation]) passFractions(b, z, x, y);
  const operands = { a: left, b: right, maskA: masks.x, maskB: masks.y };
  combine(b, operation, { ...operands, y: z });
  const linear = (operation === 'add' || operation === 'subtract') && !masks.x && !masks.y;
  b.onBackward(() => {
    const dy = b.gradOf(z);
    if (!dy) return;
    for (const side of ['a', 'b'] as const) {
      const into = b.gradInto(operands[side]);
      if (!into) continue;
      if (linear) {
        pass(b, dy, into, operation === 'subtract' && side === 'b' ? -1 : 1);
      } else {
        const { tensor: dx, accumulate } = into;
        combineBackward(b, operation, { ...operands, dy, dx, side, accumulate });
      }
    }
  });
  return z;
}

/** Both with one shape: ranks made equal, then lengths of 1 repeated. */
function sameShape(b: Builder, x: Tensor, y: Tensor): [Tensor, Tensor] {
  const rank = Math.max(x.shape.length, y.shape.length);
  const left = ofRank(b, x, rank);
  const right = ofRank(b, y, rank);
  const shape = left.shape.map((n, k) => Math.max(n, right.shape[k]));
  const fits = [left, right].every((t) => t.shape.every((n, k) => n === shape[k] || n === 1));
  if (!fits) {
    throw new ShapeError(
      `[${b.path || 'elementwise'}] ${show(publicShape(x))} (${x.name}) and ${show(publicShape(y))} (${y.name})` +
        ' do not go together: an axis must have the same length in both, or length 1 in one',
    );
  }
  return [broadcast(b, left, shape), broadcast(b, right, shape)];
}

/** x with axes of length 1 after the batch. */
function ofRank(b: Builder, x: Tensor, rank: number): Tensor {
  const missing = rank - x.shape.length;
  if (missing === 0 || x.shape.length === 0) return b.view(x, 0, [...ones(missing), ...x.shape]);
  // A weight has no batch: its axes are the last ones.
  if (x.role === 'param') return b.view(x, 0, [...ones(missing), ...x.shape]);
  const [N, ...rest] = publicShape(x);
  const batchMajor = x.shape.length >= 3 ? swappedAxes(b, x) : x;
  return b.view(batchMajor, 0, [1, N, ...ones(missing - 1), ...rest]);
}

function ones(count: number): number[] {
  return Array.from({ length: count }, () => 1);
}

/** to (+)= factor·source for tensors of equal size. */
function pass(
  b: Builder,
  source: Tensor,
  { tensor: to, accumulate }: { tensor: Tensor; accumulate: 0 | 1 },
  factor: number,
): void {
  const shape = [sizeOf(source.shape)];
  const all = { strides: [1] };
  stridedCopy(b, { shape, source, from: all, to, into: all, factor, accumulate });
}

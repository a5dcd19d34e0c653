// The convolution over time and its gradients: one matrix product a tap where features are in one group, else directly.
import type { Builder } from '../core/builder.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { columnSum } from '../kernels/column_sum.ts';
import { conv1dBackwardInput } from '../kernels/conv1d_backward_input.ts';
import { conv1dBackwardWeights } from '../kernels/conv1d_backward_weights.ts';
import { conv1dForward } from '../kernels/conv1d_forward.ts';
import type { ConvShape } from '../kernels/conv1d_shape.ts';
import { type Matrix, matmul } from '../kernels/matmul.ts';
import { stridedCopy } from '../kernels/strided_copy.ts';

/** Emits y [T',N,O] of x [T,N,D], kernel [size,D/groups,O] and bias [O], and the backward steps. */
export function convolved(
  b: Builder,
  shape: ConvShape,
  x: Tensor,
  kernel: Tensor,
  bias: Tensor | undefined,
): Tensor {
  const y = b.activation('y', [shape.outSteps, shape.batch, shape.filters]);
  const taps = tapsOf(shape);
  if (taps) byProducts(b, shape, taps, { x, kernel, bias, y });
  else directly(b, shape, { x, kernel, bias, y });
  return y;
}

interface Operands {
  x: Tensor;
  kernel: Tensor;
  bias: Tensor | undefined;
  y: Tensor;
}

function directly(b: Builder, shape: ConvShape, { x, kernel, bias, y }: Operands): void {
  conv1dForward(b, shape, { x, w: kernel, bias, y });
  b.onBackward(() => {
    const dy = b.gradOf(y);
    if (!dy) return;
    const dKernel = b.gradInto(kernel);
    if (dKernel) {
      const { tensor: dw, accumulate } = dKernel;
      conv1dBackwardWeights(b, shape, { x, dy, dw, accumulate });
    }
    const dBias = bias && b.gradInto(bias);
    if (dBias) {
      const { tensor: to, accumulate } = dBias;
      columnSum(b, {
        source: dy,
        to,
        rows: sizeOf(dy.shape) / shape.filters,
        cols: shape.filters,
        accumulate,
      });
    }
    const into = b.gradInto(x);
    if (into) {
      const { tensor: dx, accumulate } = into;
      conv1dBackwardInput(b, shape, { dy, w: kernel, dx, accumulate });
    }
  });
}

/** The steps of x that one tap of the kernel meets, `stride` apart, and the steps of y that it adds to, equally many. */
interface Tap {
  index: number;
  from: number;
  to: number;
  count: number;
}

/**
 * The taps, first one that adds to every step of y; undefined where features are in groups, or no tap adds to every step.
 */
function tapsOf({ steps, outSteps, size, stride, dilation, pad, groups }: ConvShape): Tap[] | undefined {
  if (groups !== 1) return undefined;
  const taps = Array.from({ length: size }, (_, index): Tap => {
    const shift = index * dilation - pad;
    const to = Math.max(0, Math.ceil(-shift / stride));
    const end = Math.min(outSteps, Math.floor((steps - 1 - shift) / stride) + 1);
    return { index, to, from: to * stride + shift, count: end - to };
  });
  const first = taps.find(({ count }) => count === outSteps);
  if (!first || taps.some(({ count }) => count < 1)) return undefined;
  return [first, ...taps.filter((tap) => tap !== first)];
}

function byProducts(
  b: Builder,
  shape: ConvShape,
  taps: readonly Tap[],
  { x, kernel, bias, y }: Operands,
): void {
  const { steps, batch: N, features: D, filters: O, stride } = shape;
  const ofY = (tensor: Tensor, { to, count }: Tap) => ({
    tensor,
    ...{ rows: count * N, cols: O, offset: to * N * O },
  });
  const ofKernel = (tensor: Tensor, { index }: Tap) => ({
    tensor,
    ...{ rows: D, cols: O, offset: index * D * O },
  });
  for (const [i, tap] of taps.entries()) {
    matmul(b, {
      ...{ a: metSteps(b, shape, x, tap), b: ofKernel(kernel, tap), c: ofY(y, tap) },
      ...(i === 0 ? { bias } : { accumulate: 1 }),
    });
  }
  b.onBackward(() => {
    const dy = b.gradOf(y);
    if (!dy) return;
    const dKernel = b.gradInto(kernel);
    const dBias = bias && b.gradInto(bias);
    for (const [i, tap] of dKernel ? taps.entries() : []) {
      // The first tap meets all of dy, whose sums are the gradient of the bias.
      matmul(b, {
        a: { ...metSteps(b, shape, x, tap), transposed: true },
        ...{ b: ofY(dy, tap), c: ofKernel(dKernel!.tensor, tap) },
        accumulate: dKernel!.accumulate,
        sums: i === 0 ? dBias : undefined,
      });
    }
    if (dBias && !dKernel) {
      const { tensor: to, accumulate } = dBias;
      columnSum(b, { source: dy, to, rows: sizeOf(dy.shape) / O, cols: O, accumulate });
    }
    const dx = b.gradInto(x);
    if (!dx) return;
    let { accumulate } = dx;
    // Where no tap meets all of x, what the first of them leaves out starts from zero.
    const whole = taps.find(({ count }) => count === steps);
    if (!whole && accumulate === 0) {
      b.clear(dx.tensor, 'start');
      accumulate = 1;
    }
    const order = whole ? [whole, ...taps.filter((tap) => tap !== whole)] : taps;
    for (const tap of order) {
      const factors = { a: ofY(dy, tap), b: { ...ofKernel(kernel, tap), transposed: true } };
      if (stride === 1) {
        matmul(b, { ...factors, c: metSteps(b, shape, dx.tensor, tap), accumulate });
      } else {
        const part = b.scratch('met steps', [tap.count, N * D]);
        matmul(b, { ...factors, c: { tensor: part, rows: tap.count * N, cols: D } });
        const { alone, among } = placesOf(shape, tap);
        stridedCopy(b, {
          shape: part.shape,
          source: part,
          from: alone,
          to: dx.tensor,
          into: among,
          accumulate,
        });
      }
      accumulate = 1;
    }
  });
}

/** The steps of x [T,N,D] that a tap meets, as rows: in place, or, where they are apart, copied side by side. */
function metSteps(b: Builder, shape: ConvShape, x: Tensor, tap: Tap): Matrix {
  const { batch: N, features: D, stride } = shape;
  const { from, count } = tap;
  const size = { rows: count * N, cols: D };
  if (stride === 1) return { tensor: x, ...size, offset: from * N * D };
  const tensor = b.scratch('met steps', [count, N * D]);
  const { alone, among } = placesOf(shape, tap);
  stridedCopy(b, { shape: tensor.shape, source: x, from: among, to: tensor, into: alone });
  return { tensor, ...size };
}

/** Where the steps that a tap meets lie, each as one row: side by side, and among all steps. */
function placesOf({ batch: N, features: D, stride }: ConvShape, { from }: Tap) {
  return {
    alone: { strides: [N * D, 1] },
    among: { first: from * N * D, strides: [stride * N * D, 1] },
  };
}

// The convolution over time and its gradients: one matrix product a tap where steps and features allow it, else directly.
import type { Builder } from '../core/builder.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { columnSum } from '../kernels/column_sum.ts';
import { conv1dBackwardInput } from '../kernels/conv1d_backward_input.ts';
import { conv1dBackwardWeights } from '../kernels/conv1d_backward_weights.ts';
import { type ConvShape, conv1dForward } from '../kernels/conv1d_forward.ts';
import { matmul } from '../kernels/matmul.ts';

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

/** The steps of x that one tap of the kernel meets, and the steps of y that it adds to, equally many. */
interface Tap {
  index: number;
  from: number;
  to: number;
  count: number;
}

/**
 * The taps, first one that adds to every step of y; undefined where steps are left out, features are in groups, or no tap
 * adds to every step.
 */
function tapsOf({ steps, outSteps, size, stride, dilation, pad, groups }: ConvShape): Tap[] | undefined {
  if (stride !== 1 || groups !== 1) return undefined;
  const taps = Array.from({ length: size }, (_, index): Tap => {
    const shift = index * dilation - pad;
    const to = Math.max(0, -shift);
    return { index, to, from: to + shift, count: Math.min(outSteps, steps - shift) - to };
  });
  const first = taps.find(({ count }) => count === outSteps);
  if (!first || taps.some(({ count }) => count < 1)) return undefined;
  return [first, ...taps.filter((tap) => tap !== first)];
}

function byProducts(
  b: Builder,
  { steps, batch: N, features: D, filters: O }: ConvShape,
  taps: readonly Tap[],
  { x, kernel, bias, y }: Operands,
): void {
  const ofX = (tensor: Tensor, { from, count }: Tap) => ({
    tensor,
    ...{ rows: count * N, cols: D, offset: from * N * D },
  });
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
      ...{ a: ofX(x, tap), b: ofKernel(kernel, tap), c: ofY(y, tap) },
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
        ...{ a: { ...ofX(x, tap), transposed: true }, b: ofY(dy, tap), c: ofKernel(dKernel!.tensor, tap) },
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
      matmul(b, {
        a: ofY(dy, tap),
        b: { ...ofKernel(kernel, tap), transposed: true },
        c: ofX(dx.tensor, tap),
        accumulate,
      });
      accumulate = 1;
    }
  });
}

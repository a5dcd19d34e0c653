// The input product of cells with layer normalisation: gates = LN(x·W)∘gamma + b.
import type { Builder } from '../core/builder.ts';
import type { Tensor } from '../core/tensor.ts';
import { columnProduct } from '../kernels/column_product.ts';
import { columnSum } from '../kernels/column_sum.ts';
import { layerNormBackward } from '../kernels/layer_norm_backward.ts';
import { layerNormForward } from '../kernels/layer_norm_forward.ts';
import { type InputGradients, type InputProduct, inputProduct } from './input_product.ts';
import { EPSILON, type GateRange } from './state_product.ts';

/**
 * Emits gates = LN(x·W)∘kernel_gamma + b over all T·N rows at once, each block of gates normalised by itself, and returns
 * what emits the gradients. Ba, Kiros and Hinton 2016, eq. 20.
 */
export function normalizedInput(
  blocks: readonly GateRange[],
  b: Builder,
  given: InputProduct,
  own: Readonly<Record<string, Tensor>>,
): InputGradients {
  const { gates, bias, kernel } = given;
  const [T, N, width] = gates.shape;
  const rows = T * N;
  const units = width / blocks.reduce((sum, [, count]) => sum + count, 0);
  const raw = b.scratch('input products', gates.shape);
  const inner = inputProduct(b, { ...given, bias: undefined, biasRows: 0, gates: raw });
  const parts = blocks.map(([first, count], i) => {
    const [offset, cols] = [first * units, count * units];
    return {
      ...{ rows, cols, stride: width, epsilon: EPSILON, offset },
      part: (t: Tensor) => b.view(t, offset, [(rows - 1) * width + cols]),
      gamma: b.view(own.kernel_gamma, offset, [cols]),
      stats: b.scratch(`input stats ${i}`, [rows, 2]),
    };
  });
  for (const { part, offset, ...it } of parts) {
    layerNormForward(b, {
      ...{ ...it, x: part(raw), y: part(gates) },
      beta: bias && b.view(bias, offset, [it.cols]),
    });
  }
  return (dBias) => {
    const dRaw = b.scratch('d input products', gates.shape);
    const dGamma = b.gradInto(own.kernel_gamma);
    for (const { part, gamma, stats, cols, offset } of parts) {
      const shared = { rows, cols, stride: width, gamma, stats };
      layerNormBackward(b, { ...shared, x: part(raw), dy: part(gates), dx: part(dRaw), accumulate: 0 });
      if (!dGamma) continue;
      columnProduct(b, {
        ...{ left: part(gates), leftStride: width, right: part(raw), rightStride: width, stats, rows, cols },
        to: b.view(dGamma.tensor, offset, [cols]),
        accumulate: dGamma.accumulate,
      });
    }
    if (dBias) {
      const { tensor: to, accumulate, again } = dBias;
      columnSum(b, { source: gates, to, rows, cols: kernel.shape[1], accumulate, again });
    }
    inner(undefined, dRaw);
  };
}

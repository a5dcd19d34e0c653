// The product of a recurrent layer's input with its kernel, for all time steps at once, and its gradients.
import type { Builder } from '../core/builder.ts';
import type { Tensor } from '../core/tensor.ts';
import { columnSum } from '../kernels/column_sum.ts';
import { embeddingBackward } from '../kernels/embedding_backward.ts';
import { embeddingForward } from '../kernels/embedding_forward.ts';
import { type ColumnSums, matmul } from '../kernels/matmul.ts';

export interface InputProduct {
  /** [T,N,D] */
  x: Tensor;
  /** [D,G·H] */
  kernel: Tensor;
  /** [G·H] or [2,G·H], of which the first `biasRows` rows are added */
  bias: Tensor | undefined;
  biasRows: number;
  /** [T,N,G·H]: written, x·W + b; on the way back it holds dA */
  gates: Tensor;
}

/**
 * Emits the gradients of W, x and b's first row from dA, which is in `gates` unless another tensor [T,N,G·H] is given; `dBias`
 * [G·H] is where that row goes.
 */
export type InputGradients = (dBias: ColumnSums | undefined, dA?: Tensor) => void;

/**
 * Emits gates = x·W + b and returns what emits the gradients.
 *
 * Where x are rows of a table of at most half as many rows, E·W + b is computed for the table and looked up: the
 * products then run over V rows and not over T·N, forward and backward (dP[id] = Σ dA over the positions of the id,
 * dW = Eᵀ·dP, dE = dP·Wᵀ), and x is never stored.
 */
export function inputProduct(b: Builder, { x, kernel, bias, biasRows, gates }: InputProduct): InputGradients {
  const [T, N, D] = x.shape;
  const width = kernel.shape[1];
  const lookup = b.lookupOf(x);
  const table = lookup && 2 * lookup.table.shape[0] <= T * N ? lookup.table : undefined;
  const rows = table ? table.shape[0] : T * N;
  const left = { tensor: table ?? x, rows, cols: D };
  const weights = { tensor: kernel, rows: D, cols: width };
  const product = table ? b.scratch('table product', [rows, width]) : gates;
  matmul(b, { a: left, b: weights, c: { tensor: product, rows, cols: width }, bias, biasRows });
  if (table) embeddingForward(b, { ids: lookup!.ids, table: product, y: gates });

  return (dBias, dA = gates) => {
    let dProduct = dA;
    if (table) {
      dProduct = b.scratch('d table product', [rows, width]);
      embeddingBackward(b, { ids: lookup!.ids, dy: dA, dtable: dProduct });
    }
    const right = { tensor: dProduct, rows, cols: width, gradient: true };
    const dKernel = b.gradInto(kernel);
    if (dKernel) {
      matmul(b, {
        a: { ...left, transposed: true },
        b: right,
        c: { ...weights, tensor: dKernel.tensor },
        accumulate: dKernel.accumulate,
        sums: dBias,
      });
    } else if (dBias) {
      const { tensor: to, accumulate, again } = dBias;
      columnSum(b, { source: dProduct, to, rows, cols: width, accumulate, again });
    }
    const dLeft = b.gradInto(left.tensor);
    if (dLeft) {
      matmul(b, {
        a: right,
        b: { ...weights, transposed: true },
        c: { ...left, tensor: dLeft.tensor },
        accumulate: dLeft.accumulate,
      });
    }
  };
}

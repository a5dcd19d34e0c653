// The gradients of what an LSTM with options has besides kernels and bias, each over all steps at once.
import type { Builder } from '../core/builder.ts';
import type { Tensor } from '../core/tensor.ts';
import { columnProduct } from '../kernels/column_product.ts';
import { columnSum } from '../kernels/column_sum.ts';
import { matmul } from '../kernels/matmul.ts';
import type { BackwardRecurrence } from './cell.ts';
import { gainGradient, type StateProduct } from './state_product.ts';

/** Emits the gradients of peepholes, projection and gains from dA in the gates. */
export function lstmWeightGradients(b: Builder, it: StateProduct, r: BackwardRecurrence): void {
  const { own, gates } = r;
  gainGradient(b, it, r, gates);
  if (own!.peephole) peepholeGradient(b, r);
  if (own!.projection_kernel) projectionGradient(b, r);
  if (own!.state_gamma) stateGainGradients(b, r);
}

/** The states of a sequence [T+1,N,.] before (0) or after (1) each step, in the order of time. */
function states(b: Builder, sequence: Tensor, { reverse }: BackwardRecurrence, after: 0 | 1): Tensor {
  const [slots, batch, size] = sequence.shape;
  return b.view(sequence, (after === reverse ? 0 : 1) * batch * size, [slots - 1, batch, size]);
}

/** dw_i = Σ dA_i∘c, dw_f = Σ dA_f∘c, dw_o = Σ dA_o∘c'. */
function peepholeGradient(b: Builder, r: BackwardRecurrence): void {
  const { own, gates, c, steps, batch, units } = r;
  const into = b.gradInto(own!.peephole);
  if (!into) return;
  const rows = steps * batch;
  const [I, F, O] = [0, 1, 3];
  for (const [row, [gate, after]] of (
    [
      [I, 0],
      [F, 0],
      [O, 1],
    ] as const
  ).entries()) {
    columnProduct(b, {
      left: b.view(gates, gate * units, [(rows - 1) * 4 * units + units]),
      leftStride: 4 * units,
      right: states(b, c!, r, after),
      to: b.view(into.tensor, row * units, [units]),
      ...{ rows, cols: units, accumulate: into.accumulate },
    });
  }
}

/** dW_hr = yᵀ·dh over all steps; y is 0 where a step is masked. */
function projectionGradient(b: Builder, r: BackwardRecurrence): void {
  const { own, dh, steps, batch, units } = r;
  const into = b.gradInto(own!.projection_kernel);
  if (!into) return;
  const rows = steps * batch;
  const cols = dh.shape.at(-1)!;
  matmul(b, {
    a: { tensor: own!.output, rows, cols: units, transposed: true },
    b: { tensor: states(b, dh, r, 1), rows, cols },
    c: { tensor: into.tensor, rows: units, cols },
    accumulate: into.accumulate,
  });
}

/** dγ = Σ ds∘ĉ', dβ = Σ ds. */
function stateGainGradients(b: Builder, r: BackwardRecurrence): void {
  const { own, c, steps, batch, units } = r;
  const { ds, state_stats: stats } = own!;
  const rows = steps * batch;
  const dGamma = b.gradInto(own!.state_gamma);
  if (dGamma) {
    const right = states(b, c!, r, 1);
    const { tensor: to, accumulate } = dGamma;
    columnProduct(b, { left: ds, right, stats, to, rows, cols: units, accumulate });
  }
  const dBeta = b.gradInto(own!.state_beta);
  if (dBeta) columnSum(b, { source: ds, to: dBeta.tensor, rows, cols: units, accumulate: dBeta.accumulate });
}

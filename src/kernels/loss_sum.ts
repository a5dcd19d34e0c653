// The loss of a batch from the losses of its rows, and its running sums over an epoch.
import wgsl from '../../shaders/loss_sum.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel } from '../core/kernel.ts';
import type { Tensor } from '../core/tensor.ts';
import { nothing } from './nothing.ts';

/**
 * loss = Σ row_loss·row_weight / total;  where `running` is 1, sums += (Σ row_loss·row_weight, total), where it is 2,
 * sums += (loss·samples, samples).
 *
 * row_loss, row_weight [M], total [1], loss [1], sums [2]. A total of 0 means that nothing counts, and gives loss 0.
 */
export const lossSumKernel = defineKernel({
  name: 'loss_sum',
  wgsl,
  bindings: { row_loss: 'read', row_weight: 'read', total: 'read', loss: 'write', sums: 'readwrite' },
  params: { rows: 'u32', row_weighted: 'u32', running: 'u32', samples: 'f32' },
  workgroups: () => [1, 1, 1],
  reference({ row_loss, row_weight, total, loss, sums }, p) {
    let sum = 0;
    for (let row = 0; row < p.rows; row++) {
      sum += p.row_weighted === 1 ? row_loss[row] * row_weight[row] : row_loss[row];
    }
    loss[0] = total[0] === 0 ? 0 : sum / total[0];
    if (p.running === 1) {
      sums[0] += sum;
      sums[1] += total[0];
    } else if (p.running === 2) {
      sums[0] += loss[0] * p.samples;
      sums[1] += p.samples;
    }
  },
  cost: (p) => ({ flops: p.rows, bytes: 4 * p.rows }),
});

export interface LossSumOptions {
  /** [M] */
  rowLoss: Tensor;
  /** [1] */
  total: Tensor;
  /** [1], written */
  loss: Tensor;
  rows: number;
  /** [M] */
  rowWeight?: Tensor | undefined;
  /** [2]: added to, so that sums[0]/sums[1] is the mean loss over the runs since it was zeroed */
  sums?: Tensor | undefined;
  /** Makes sums[0]/sums[1] the mean of the losses of the runs instead, each of which counts so many times. */
  samples?: number | undefined;
}

/** Emits the loss of a batch. */
export function lossSum(b: Builder, options: LossSumOptions): void {
  const { rowLoss, total, loss, rows, rowWeight, sums, samples } = options;
  b.dispatch(
    lossSumKernel,
    {
      row_loss: rowLoss,
      row_weight: rowWeight ?? nothing(b),
      total,
      loss,
      sums: sums ?? b.once('no running sums', () => b.scratch('no running sums', [2])),
    },
    {
      rows,
      row_weighted: rowWeight ? 1 : 0,
      running: sums ? (samples === undefined ? 1 : 2) : 0,
      samples: samples ?? 0,
    },
  );
}

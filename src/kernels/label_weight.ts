// The divisor of a loss: the weight of all rows that count.
import wgsl from '../../shaders/label_weight.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel } from '../core/kernel.ts';
import type { Tensor } from '../core/tensor.ts';
import { nothing } from './nothing.ts';
import { NO_LABEL } from './softmax_cross_entropy.ts';

/**
 * total = scale·Σ over the rows that count of class_weight[label]·row_weight[row], or scale where `mean` is 0.
 *
 * torch divides a mean cross entropy by the class weights of its labels; a row without labels (`labelled` 0, target
 * distributions) counts 1. labels, row_weight, mask [M], class_weight [V], total [1]. A row counts unless its mask
 * is 0 or its label is `ignored` or outside [0,V); where none counts, total is 0 and the loss kernels give 0.
 */
export const labelWeightKernel = defineKernel({
  name: 'label_weight',
  wgsl,
  bindings: {
    labels: 'read u32',
    class_weight: 'read',
    row_weight: 'read',
    mask: 'read u32',
    total: 'write',
  },
  params: {
    rows: 'u32',
    classes: 'u32',
    labelled: 'u32',
    weighted: 'u32',
    row_weighted: 'u32',
    masked: 'u32',
    ignored: 'u32',
    mean: 'u32',
    scale: 'f32',
  },
  workgroups: () => [1, 1, 1],
  reference({ labels, class_weight, row_weight, mask, total }, p) {
    let sum = 0;
    for (let row = 0; row < p.rows; row++) {
      if (p.masked === 1 && mask[row] === 0) continue;
      if (p.labelled === 1 && (labels[row] >= p.classes || labels[row] === p.ignored)) continue;
      const weight = p.labelled === 1 && p.weighted === 1 ? class_weight[labels[row]] : 1;
      sum += p.row_weighted === 1 ? weight * row_weight[row] : weight;
    }
    total[0] = p.scale * (p.mean === 1 ? sum : 1);
  },
  cost: (p) => ({ flops: p.mean * p.rows, bytes: 4 * p.mean * p.rows }),
});

export interface LabelWeightOptions {
  /** [1], written */
  total: Tensor;
  rows: number;
  classes: number;
  /** [M] u32; absent for target distributions */
  labels?: Tensor | undefined;
  /** [V]; used together with labels */
  classWeight?: Tensor | undefined;
  /** [M] */
  rowWeight?: Tensor | undefined;
  /** [M] u32 */
  mask?: Tensor | undefined;
  ignored?: number;
  reduction: 'mean' | 'sum';
  /** What the divisor is multiplied by; default 1. */
  scale?: number | undefined;
}

/** Emits the divisor of a loss. */
export function labelWeight(b: Builder, options: LabelWeightOptions): void {
  const { total, rows, classes, labels, classWeight, rowWeight, mask } = options;
  b.dispatch(
    labelWeightKernel,
    {
      labels: labels ?? nothing(b, 'u32'),
      class_weight: classWeight ?? nothing(b),
      row_weight: rowWeight ?? nothing(b),
      mask: mask ?? nothing(b, 'u32'),
      total,
    },
    {
      rows,
      classes,
      labelled: labels ? 1 : 0,
      weighted: classWeight ? 1 : 0,
      row_weighted: rowWeight ? 1 : 0,
      masked: mask ? 1 : 0,
      ignored: options.ignored ?? NO_LABEL,
      mean: options.reduction === 'mean' ? 1 : 0,
      scale: options.scale ?? 1,
    },
  );
}

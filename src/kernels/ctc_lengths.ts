// How long the sequences of a CTC are: their steps and their labels.
import wgsl from '../../shaders/ctc_lengths.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import type { Tensor } from '../core/tensor.ts';
import { nothing } from './nothing.ts';

/**
 * lengths[0,n] = the steps of a sequence: steps_given[n], or Σ of its mask, or all; lengths[1,n] = its labels:
 * labels_given[n], or the number of its targets that are not `padding`.
 *
 * mask [T,N], steps_given, labels_given [N], targets [N,S], lengths [2,N], all u32.
 */
export const ctcLengthsKernel = defineKernel({
  name: 'ctc_lengths',
  wgsl,
  bindings: {
    mask: 'read u32',
    steps_given: 'read u32',
    labels_given: 'read u32',
    targets: 'read u32',
    lengths: 'write u32',
  },
  params: {
    steps: 'u32',
    batch: 'u32',
    labels: 'u32',
    padding: 'u32',
    masked: 'u32',
    has_steps: 'u32',
    has_labels: 'u32',
  },
  workgroups: (p) => linearGrid(p.batch, 64),
  reference({ mask, steps_given, labels_given, targets, lengths }, p) {
    for (let n = 0; n < p.batch; n++) {
      let steps = 0;
      for (let t = 0; t < p.steps; t++) {
        if (p.masked === 0 || mask[t * p.batch + n] !== 0) steps++;
      }
      let labels = 0;
      for (let i = 0; i < p.labels; i++) {
        if (targets[n * p.labels + i] !== p.padding) labels++;
      }
      lengths[n] = p.has_steps === 1 ? Math.min(steps_given[n], p.steps) : steps;
      lengths[p.batch + n] = p.has_labels === 1 ? Math.min(labels_given[n], p.labels) : labels;
    }
  },
  cost: (p) => ({ flops: 0, bytes: 4 * p.batch * (p.labels + p.masked * p.steps) }),
});

/** Emits the lengths of sequences: inputs and labels. */
export function ctcLengths(
  b: Builder,
  options: {
    /** [N,S] u32 */
    targets: Tensor;
    /** [2,N] u32, written */
    lengths: Tensor;
    steps: number;
    padding: number;
    /** [T,N] u32 */
    mask?: Tensor | undefined;
    /** [N] u32 */
    inputLengths?: Tensor | undefined;
    /** [N] u32 */
    targetLengths?: Tensor | undefined;
  },
): void {
  const { targets, lengths, steps, padding, mask, inputLengths, targetLengths } = options;
  const [batch, labels] = targets.shape;
  b.dispatch(
    ctcLengthsKernel,
    {
      mask: mask ?? nothing(b, 'u32'),
      steps_given: inputLengths ?? nothing(b, 'u32'),
      labels_given: targetLengths ?? nothing(b, 'u32'),
      targets,
      lengths,
    },
    {
      steps,
      batch,
      labels,
      padding,
      masked: mask ? 1 : 0,
      has_steps: inputLengths ? 1 : 0,
      has_labels: targetLengths ? 1 : 0,
    },
  );
}

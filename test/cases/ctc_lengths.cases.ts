// Cases of the lengths of sequences: given, by mask, by padding.
import { constant, integers, type KernelCase } from './kernel_case.ts';

function lengths(name: string, given: { masked?: boolean; steps?: boolean; labels?: boolean }): KernelCase {
  const [T, N, S] = [7, 66, 5];
  const { masked = false, steps = false, labels = false } = given;
  return {
    name,
    params: {
      steps: T,
      batch: N,
      labels: S,
      padding: 2,
      masked: masked ? 1 : 0,
      has_steps: steps ? 1 : 0,
      has_labels: labels ? 1 : 0,
    },
    tensors: {
      mask: masked ? integers([T, N], 2) : constant([4], 0),
      steps_given: steps ? integers([N], T + 2) : constant([4], 0),
      labels_given: labels ? integers([N], S + 2) : constant([4], 0),
      targets: integers([N, S], 4),
      lengths: constant([2, N], 9),
    },
  };
}

export const cases: readonly KernelCase[] = [
  { ...lengths('all, without padding', {}), bench: true },
  lengths('by mask', { masked: true }),
  lengths('given', { masked: true, steps: true, labels: true }),
];

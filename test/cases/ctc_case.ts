// What the cases of CTC share: sequences of several lengths, with labels that repeat.
import type { KernelCase, TensorCase } from './kernel_case.ts';
import { constant, exactly, integers, uniform } from './kernel_case.ts';

export interface Sequences {
  T: number;
  N: number;
  C: number;
  S: number;
  blank?: number;
  perLabel?: boolean;
  /** Steps and labels of each sequence; default: all. */
  steps?: readonly number[];
  labels?: readonly number[];
  /** Not those of any label, but all the same. */
  repeated?: boolean;
  logProbs?: TensorCase;
}

/** Params and tensors of a case, without those of one direction alone. */
export function sequences(o: Sequences): {
  params: KernelCase['params'];
  tensors: KernelCase['tensors'];
} {
  const { T, N, C, S, blank = 0, perLabel = false } = o;
  const { steps = new Array(N).fill(T), labels = new Array(N).fill(S) } = o;
  const others = integers([N, S], C - 1);
  // Labels that are not the blank.
  const targets = o.repeated
    ? constant([N, S], blank === 0 ? 1 : 0)
    : {
        ...others,
        values: (next: Parameters<typeof others.values>[0]) => (others.values(next) + blank + 1) % C,
      };
  return {
    params: { steps: T, batch: N, classes: C, labels: S, blank, per_label: perLabel ? 1 : 0 },
    tensors: {
      log_probs: o.logProbs ?? uniform([T, N, C], -3, -0.2),
      targets,
      lengths: exactly([2, N], [...steps, ...labels]),
    },
  };
}

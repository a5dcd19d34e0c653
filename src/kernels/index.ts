// The registry: every kernel, one line each; tests, gradient checks and benchmarks iterate it.
import type { Kernel } from '../core/kernel.ts';
import { advanceKernel } from './clock.ts';
import { columnSumKernel } from './column_sum.ts';
import { embeddingBackwardKernel } from './embedding_backward.ts';
import { embeddingForwardKernel } from './embedding_forward.ts';
import { embeddingLinksKernel } from './embedding_links.ts';
import { gruBackward } from './gru_backward.ts';
import { gruBeforeCandidate } from './gru_before_candidate.ts';
import { gruBeforeCandidateBackward } from './gru_before_candidate_backward.ts';
import { gruBeforeGates } from './gru_before_gates.ts';
import { gruBeforeGatesBackward } from './gru_before_gates_backward.ts';
import { gruForward } from './gru_forward.ts';
import { lstmBackward } from './lstm_backward.ts';
import { lstmForward } from './lstm_forward.ts';
import { matmulRegister, matmulTiled } from './matmul.ts';
import { rnnBackward } from './rnn_backward.ts';
import { rnnForward } from './rnn_forward.ts';
import { sumSlicesKernel } from './sum_slices.ts';
import { transposeKernel } from './transpose.ts';
import { windowKernel } from './window.ts';

export const kernels: readonly Kernel[] = [
  advanceKernel,
  columnSumKernel,
  embeddingBackwardKernel,
  embeddingForwardKernel,
  embeddingLinksKernel,
  gruBackward,
  gruBeforeCandidate,
  gruBeforeCandidateBackward,
  gruBeforeGates,
  gruBeforeGatesBackward,
  gruForward,
  lstmBackward,
  lstmForward,
  matmulRegister,
  matmulTiled,
  rnnBackward,
  rnnForward,
  sumSlicesKernel,
  transposeKernel,
  windowKernel,
];

// The registry: every kernel, one line each; tests, gradient checks and benchmarks iterate it.
import type { Kernel } from '../core/kernel.ts';
import { advanceKernel } from './clock.ts';
import { columnSumKernel } from './column_sum.ts';
import { embeddingBackwardKernel } from './embedding_backward.ts';
import { embeddingForwardKernel } from './embedding_forward.ts';
import { embeddingLinksKernel } from './embedding_links.ts';
import { lstmBackward } from './lstm_backward.ts';
import { lstmForward } from './lstm_forward.ts';
import { matmulRegister, matmulTiled } from './matmul.ts';
import { sumSlicesKernel } from './sum_slices.ts';
import { transposeKernel } from './transpose.ts';
import { windowKernel } from './window.ts';

export const kernels: readonly Kernel[] = [
  advanceKernel,
  columnSumKernel,
  embeddingBackwardKernel,
  embeddingForwardKernel,
  embeddingLinksKernel,
  lstmBackward,
  lstmForward,
  matmulRegister,
  matmulTiled,
  sumSlicesKernel,
  transposeKernel,
  windowKernel,
];

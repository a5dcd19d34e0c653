// The registry: every kernel, one line each; tests, gradient checks and benchmarks iterate it.
import type { Kernel } from '../core/kernel.ts';
import { advanceKernel } from './clock.ts';
import { columnSumKernel } from './column_sum.ts';
import { lstmBackward } from './lstm_backward.ts';
import { lstmForward } from './lstm_forward.ts';
import { matmulRegister, matmulTiled } from './matmul.ts';
import { sumSlicesKernel } from './sum_slices.ts';
import { transposeKernel } from './transpose.ts';

export const kernels: readonly Kernel[] = [
  advanceKernel,
  columnSumKernel,
  lstmBackward,
  lstmForward,
  matmulRegister,
  matmulTiled,
  sumSlicesKernel,
  transposeKernel,
];

// By what batch normalization shifts and scales, and the moving averages that take its place outside training.
import wgsl from '../../shaders/batch_norm_statistics.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel } from '../core/kernel.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { nothing } from './nothing.ts';

/**
 * statistics [3,cols] = (mean, 1/sqrt(variance + epsilon), rows counted) of the merged moments (Chan, Golub and LeVeque
 * 1983), and moving = momentum·moving + (1 - momentum)·new for mean and biased variance.
 *
 * moments [slices,3,cols]; moving_mean and moving_variance [cols] are overwritten. With given 1 these are taken as they
 * are, and no rows counted.
 */
export const batchNormStatisticsKernel = defineKernel({
  name: 'batch_norm_statistics',
  wgsl,
  bindings: {
    moments: 'read',
    moving_mean: 'readwrite',
    moving_variance: 'readwrite',
    statistics: 'write',
  },
  params: { cols: 'u32', slices: 'u32', given: 'u32', momentum: 'f32', epsilon: 'f32' },
  workgroups: (p) => [Math.ceil(p.cols / 64), 1, 1],
  reference({ moments, moving_mean, moving_variance, statistics }, p) {
    for (let col = 0; col < p.cols; col++) {
      let mean = moving_mean[col];
      let variance = moving_variance[col];
      let count = 0;
      if (p.given === 0) {
        let squares = 0;
        mean = 0;
        for (let z = 0; z < p.slices; z++) {
          const at = z * 3 * p.cols + col;
          const more = moments[at];
          if (more <= 0) continue;
          const off = moments[at + p.cols] - mean;
          const share = more / (count + more);
          mean += off * share;
          squares += moments[at + 2 * p.cols] + off * off * count * share;
          count += more;
        }
        variance = squares / Math.max(count, 1);
        moving_mean[col] = p.momentum * moving_mean[col] + (1 - p.momentum) * mean;
        moving_variance[col] = p.momentum * moving_variance[col] + (1 - p.momentum) * variance;
      }
      statistics[col] = mean;
      statistics[p.cols + col] = 1 / Math.sqrt(variance + p.epsilon);
      statistics[2 * p.cols + col] = count;
    }
  },
});

export interface BatchNormStatistics {
  /** [slices,3,cols]; without it the moving averages are taken */
  moments: Tensor | undefined;
  /** [cols], overwritten where there are moments */
  movingMean: Tensor;
  /** [cols], overwritten where there are moments */
  movingVariance: Tensor;
  momentum: number;
  epsilon: number;
}

/** Emits the statistics and returns them, [3,cols]. */
export function batchNormStatistics(b: Builder, options: BatchNormStatistics): Tensor {
  const { moments, movingMean, movingVariance, momentum, epsilon } = options;
  const cols = sizeOf(movingMean.shape);
  const statistics = b.scratch('statistics', [3, cols]);
  b.dispatch(
    batchNormStatisticsKernel,
    {
      moments: moments ?? nothing(b),
      moving_mean: movingMean,
      moving_variance: movingVariance,
      statistics,
    },
    { cols, slices: moments?.shape[0] ?? 0, given: moments ? 0 : 1, momentum, epsilon },
  );
  return statistics;
}

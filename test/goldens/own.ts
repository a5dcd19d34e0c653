// Our own golden cases by kind, and what compares each with the library.
import { describe, test } from 'vitest';
import type { Backend } from '../../src/backends/backend.ts';
import { goldenIds } from '../harness/golden.ts';
import { checkFit } from './own_fit.ts';
import { checkLayerGolden } from './own_layers.ts';
import { checkCrf, checkDecoding, checkRowLoss } from './own_losses.ts';
import { checkMetrics } from './own_metrics.ts';
import { checkAverage, checkConstraint, checkSchedule, checkUpdate } from './own_updates.ts';
import { checkRnnGolden } from './rnn.ts';

type Check = (id: string, backend: Backend, precision: 'f32' | 'f64') => Promise<void>;

/** What runs on a backend. */
export const checks: Readonly<Record<string, Check>> = {
  projection: checkRnnGolden,
  cell: checkLayerGolden,
  layer: checkLayerGolden,
  'row-loss': checkRowLoss,
  crf: checkCrf,
  metric: checkMetrics,
  update: checkUpdate,
  average: checkAverage,
  constraint: checkConstraint,
  fit: checkFit,
};

/** What the host computes. */
export const hostChecks: Readonly<Record<string, (id: string) => void>> = {
  decode: checkDecoding,
  schedule: checkSchedule,
};

/** The ids of the cases of a kind. */
export const ownIds = goldenIds;

/** Elementwise functions and a stack of usual cells, whose kernels the GPU is held to elsewhere. */
const onCpuAlone = /^layer-(activation|stacked)/;

/** Declares the tests of these kinds on a GPU; in the file of a given kind that compiles the same pipelines. */
export function testOwnOnGpu(kinds: readonly string[], backend: () => Backend): void {
  for (const kind of kinds) {
    describe(`own golden values, ${kind}, on the GPU`, () => {
      for (const id of ownIds(kind)) {
        if (!onCpuAlone.test(id)) test(id, () => checks[kind](id, backend(), 'f32'));
      }
    });
  }
}

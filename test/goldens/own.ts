// Our own golden cases by kind, and what compares each with the library.
import type { Backend } from '../../src/backends/backend.ts';
import { goldenIds } from '../harness/golden.ts';
import { checkLayerGolden } from './own_layers.ts';
import { checkCrf, checkRowLoss } from './own_losses.ts';
import { checkMetrics } from './own_metrics.ts';
import { checkAverage, checkConstraint, checkUpdate } from './own_updates.ts';
import { checkRnnGolden } from './rnn.ts';

export { checkSchedule } from './own_updates.ts';

type Check = (id: string, backend: Backend, precision: 'f32' | 'f64') => Promise<void>;

/** What runs on a backend; schedules are numbers of the host. */
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
};

/** The ids of the cases of a kind. */
export const ownIds = goldenIds;

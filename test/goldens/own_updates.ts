// Our own golden cases of what becomes of weights and rates: optimizers, moving averages, constraints and schedules.
import { expect } from 'vitest';
import type { Backend } from '../../src/backends/backend.ts';
import { buildPlan } from '../../src/core/builder.ts';
import { Parameters } from '../../src/core/parameters.ts';
import { constraint, emitConstraints } from '../../src/layers/constraints.ts';
import type { NamedConfig } from '../../src/layers/named.ts';
import { averagedWeights } from '../../src/training/averaged_weights.ts';
import {
  type OptimizerConfig,
  optimizerFromConfig,
  type SgdOptions,
  sgd,
} from '../../src/training/optimizers.ts';
import { type ScheduleConfig, scheduleFromConfig } from '../../src/training/schedules.ts';
import { expectClose, loadGolden } from '../harness/golden.ts';
import { updatePlan } from '../harness/update_plan.ts';

/** Kind `update`: the weights after each update. */
export async function checkUpdate(id: string, backend: Backend, precision: 'f32' | 'f64'): Promise<void> {
  const golden = loadGolden(id);
  const { optimizer, steps } = golden.attrs as { optimizer: OptimizerConfig; steps: number };
  const update = await updatePlan(backend, optimizerFromConfig(optimizer), [golden.tensors['w.p']]);
  for (let i = 0; i < steps; i++) {
    update.run(i + 1, [golden.tensors[`in.g${i}`].data]);
    expectClose(golden, `exp.p${i}`, await update.weights(), precision);
  }
  update.dispose();
}

/** Kind `average`: after each update the weights and their moving averages, which are swapped in to be read. */
export async function checkAverage(id: string, backend: Backend, precision: 'f32' | 'f64'): Promise<void> {
  const golden = loadGolden(id);
  const optimizer = sgd({ ...(golden.attrs.options as SgdOptions), useEma: true });
  const update = await updatePlan(backend, optimizer, [golden.tensors['w.p']]);
  const averages = await averagedWeights(backend, update.parameters, optimizer);
  for (let i = 0; golden.tensors[`in.g${i}`]; i++) {
    update.run(i + 1, [golden.tensors[`in.g${i}`].data]);
    expectClose(golden, `exp.p${i}`, await update.weights(), precision);
    averages.swap();
    expectClose(golden, `exp.average${i}`, await update.weights(), precision);
    averages.swap();
  }
  averages.dispose();
  update.dispose();
}

/** Kind `constraint`: a weight that is held to its rule. */
export async function checkConstraint(id: string, backend: Backend, precision: 'f32' | 'f64'): Promise<void> {
  const golden = loadGolden(id);
  const rule = constraint(golden.attrs.constraint as NamedConfig);
  const { shape, data } = golden.tensors['w.w'];
  const parameters = new Parameters();
  const plan = buildPlan({ name: id, limits: backend.limits, parameters, training: true }, (b) => {
    b.param('w', shape, () => data, { constraint: rule });
    emitConstraints(b);
  });
  const executable = await backend.load(plan);
  executable.run();
  expectClose(golden, 'exp.w', await backend.read(parameters.get('w')!), precision);
  executable.dispose();
  backend.release(parameters.storage);
}

/** Kind `schedule`: the rate of each update from the first on. */
export function checkSchedule(id: string): void {
  const golden = loadGolden(id);
  const rate = scheduleFromConfig(golden.attrs.schedule as ScheduleConfig);
  const { data } = golden.tensors['exp.rates'];
  expect(data.length).toBeGreaterThan(8);
  expectClose(
    golden,
    'exp.rates',
    Array.from(data, (_, step) => rate(step)),
    'f64',
  );
}

// A plan whose choices are settled: built, measured where the backend was asked to, and built again when a choice fell otherwise.
import type { Backend } from '../backends/backend.ts';
import { OptionError } from '../core/errors.ts';
import { shown } from '../core/options.ts';
import { Plan } from '../core/plan.ts';

export interface TunedPlan {
  readonly plan: Plan;
  /** Milliseconds, every building counted. */
  readonly build: number;
  /** Milliseconds of measuring; close to 0 where nothing was open. */
  readonly tune: number;
}

/** A plan is measured so many times at most: what a measurement has brought in may bring choices of its own. */
const ROUNDS = 5;

/**
 * Builds a plan for a backend that may measure its choices first (`webgpu({ autotune: 'full' })`).
 *
 * `build` is called again when a measurement overrules the cost model, and the last plan counts: it must make the same
 * inputs, states and parameters each time. After a few rounds the plan counts whatever the backend would choose now.
 * @throws OptionError for no backend, or a `build` that gives no plan; whatever `build` throws; DeviceError when the device is lost.
 */
export async function tunedPlan(backend: Pick<Backend, 'tune'>, build: () => Plan): Promise<TunedPlan> {
  if (typeof backend !== 'object' || backend === null || backend instanceof Promise) {
    throw new OptionError(
      `[tunedPlan] takes what \`await webgpu()\` or \`cpu()\` gives, got ${shown(backend)}`,
    );
  }
  if (typeof build !== 'function') {
    throw new OptionError(
      `[tunedPlan] takes a function that builds the plan, () => buildPlan(...), got ${shown(build)}`,
    );
  }
  let building = 0;
  let tuning = 0;
  for (let round = 1; ; round++) {
    const start = performance.now();
    const plan = build();
    if (!(plan instanceof Plan)) {
      throw new OptionError(`[tunedPlan] the function must return a plan, got ${shown(plan)}`);
    }
    const built = performance.now();
    building += built - start;
    const otherwise = await backend.tune?.(plan);
    tuning += performance.now() - built;
    if (!otherwise || round === ROUNDS) return { plan, build: building, tune: tuning };
  }
}

// What a backend knows of the choices on its device: measured before, measured now, or forced by its user.
import { type Choice, reject, type Tuned, take } from '../core/choices.ts';
import { OptionError } from '../core/errors.ts';
import { shown } from '../core/options.ts';
import type { Plan } from '../core/plan.ts';
import { shadersOf } from './shader_hash.ts';
import { isOpen, type Measured, measureChoice, TRIAL_BYTES, type TunedDevice } from './tuner.ts';

/** `off`: the cost model alone; `cached`: what was measured before; `full`: what is missing is measured as well. */
export type Autotune = 'off' | 'cached' | 'full';

export const autotuneModes: readonly Autotune[] = ['off', 'cached', 'full'];

export interface TuningOptions {
  /** How the plan chooses among kernels that compute the same; default `cached`. */
  autotune?: Autotune;
  /** Told before each choice is measured: how many of the plan's open ones are done, how many there are, and which comes. */
  onTune?: (done: number, total: number, key: string) => void;
  /** Stops measuring after the block in hand; what is still open is left to the cost model. */
  tuneSignal?: AbortSignal;
}

/** Where measurements come from and go to. */
export interface MeasurementStore {
  readonly place: string | null;
  read(): Promise<Map<string, Measured>>;
  add(measurements: ReadonlyMap<string, Measured>): Promise<void>;
}

export interface Tuning {
  readonly mode: Autotune;
  /** Where measurements are kept, in words; null where they are not. */
  readonly place: string | null;
  /** What is known of this device, by the key of the choice. */
  readonly measurements: ReadonlyMap<string, Measured>;
  /** What plans choose by; follows `measurements`. */
  readonly tuned: Tuned;
  /**
   * Forgets what was measured with other shaders than a plan has now, and measures what is open where that is wanted;
   * whether the plan would now choose otherwise.
   */
  tune(plan: Plan, device: TunedDevice): Promise<boolean>;
}

/** The mode that a user gave. @throws OptionError for another word. */
export function autotuneMode(mode: Autotune = 'cached'): Autotune {
  if (!autotuneModes.includes(mode)) {
    throw new OptionError(`[autotune] must be one of ${autotuneModes.join(', ')}, got ${shown(mode)}`);
  }
  return mode;
}

/**
 * Reads what is kept and answers plans with it; `forced` goes before everything measured, and decides what becomes of a
 * name of its own that is no candidate (see choices.ts); a measured one leaves the choice to the cost model.
 * Choices of plans that are tuned at the same time are measured one after the other.
 */
export async function makeTuning(
  store: MeasurementStore | undefined,
  { autotune, onTune, tuneSignal, forced }: TuningOptions & { forced?: Tuned | undefined },
): Promise<Tuning> {
  const mode = autotuneMode(autotune);
  const measurements = (mode === 'off' ? undefined : await store?.read()) ?? new Map<string, Measured>();
  const tuned: Tuned = {
    get: (key) => forced?.get(key) ?? measurements.get(key)?.chosen ?? undefined,
    decider: (key) => (forced?.get(key) === undefined ? 'measured' : (forced.decider?.(key) ?? 'forced')),
    noCandidate(choice, name) {
      if (forced && isForced(choice)) reject(forced, choice, name);
    },
  };
  const isForced = ({ key }: Choice): boolean => forced?.get(key) !== undefined;
  /** Keys of what is known to have been measured with the shaders that plans have now. */
  const upToDate = new Set<string>();
  const forgetOutdated = (plan: Plan, { limits }: TunedDevice): void => {
    for (const choice of plan.choices) {
      const { key } = choice;
      const known = measurements.get(key);
      if (upToDate.has(key) || isForced(choice) || known?.shaders === undefined) continue;
      if (shadersOf(choice, Object.keys(known.microseconds), limits) === known.shaders) upToDate.add(key);
      else measurements.delete(key);
    }
  };
  let queue: Promise<unknown> = Promise.resolve();

  const measureOpen = async (plan: Plan, device: TunedDevice): Promise<void> => {
    const open = plan.choices.filter((c) => !isForced(c) && isOpen(c, measurements.get(c.key)));
    for (const [done, choice] of open.entries()) {
      if (tuneSignal?.aborted) return;
      onTune?.(done, open.length, choice.key);
      const budget = Math.max(TRIAL_BYTES, plan.memory().total / 4);
      const found = await measureChoice(choice, device, { warn: console.warn, signal: tuneSignal, budget });
      if (!found) return;
      measurements.set(choice.key, found);
      upToDate.add(choice.key);
      const kept = lasting(found, (names) => shadersOf(choice, names, device.limits));
      if (kept) await store?.add(new Map([[choice.key, kept]]));
    }
    if (open.length > 0) onTune?.(open.length, open.length, '');
  };

  return {
    mode,
    place: mode === 'off' ? null : (store?.place ?? null),
    measurements,
    tuned,
    async tune(plan, device) {
      forgetOutdated(plan, device);
      if (mode === 'full') {
        const measuring = queue.then(() => measureOpen(plan, device));
        queue = measuring.catch(() => {});
        await measuring;
      }
      return plan.choices.some((choice) => take(choice, tuned).chosen !== choice.chosen);
    },
  };
}

/** What of a measurement is worth keeping; undefined for nothing. */
function lasting(
  { chosen, microseconds, transient = [] }: Measured,
  shaders: (names: readonly string[]) => string,
): Measured | undefined {
  const kept = Object.entries(microseconds).filter(([name]) => !transient.includes(name));
  if (kept.length === 0) return undefined;
  return { chosen, microseconds: Object.fromEntries(kept), shaders: shaders(kept.map(([name]) => name)) };
}

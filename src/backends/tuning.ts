// What a backend knows of the choices on its device: measured before, measured now, or forced by its user.
import { type Choice, type Tuned, take } from '../core/choices.ts';
import { OptionError } from '../core/errors.ts';
import { shown } from '../core/options.ts';
import type { Plan } from '../core/plan.ts';
import { isOpen, type Measured, measureChoice, type TunedDevice } from './tuner.ts';

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
  /** Measures what is open in a plan, where that is wanted; whether the plan would now choose otherwise. */
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
 * Reads what is kept and answers plans with it; `forced` goes before everything measured, and a name of it that is no
 * candidate leaves the choice to the cost model.
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
  };
  const isForced = ({ key }: Choice): boolean => forced?.get(key) !== undefined;
  let queue: Promise<unknown> = Promise.resolve();

  const measureOpen = async (plan: Plan, device: TunedDevice): Promise<void> => {
    const open = plan.choices.filter((c) => !isForced(c) && isOpen(c, measurements.get(c.key)));
    for (const [done, choice] of open.entries()) {
      if (tuneSignal?.aborted) return;
      onTune?.(done, open.length, choice.key);
      const found = await measureChoice(choice, device, { warn: console.warn, signal: tuneSignal });
      if (!found) return;
      measurements.set(choice.key, found);
      await store?.add(new Map([[choice.key, found]]));
    }
    if (open.length > 0) onTune?.(open.length, open.length, '');
  };

  return {
    mode,
    place: mode === 'off' ? null : (store?.place ?? null),
    measurements,
    tuned,
    async tune(plan, device) {
      if (mode === 'full') {
        const measuring = queue.then(() => measureOpen(plan, device));
        queue = measuring.catch(() => {});
        await measuring;
      }
      return plan.choices.some((choice) => take(choice, tuned).chosen !== choice.chosen);
    },
  };
}

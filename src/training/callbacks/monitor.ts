// What callbacks watch: one number of the epoch's logs, whether less or more of it is better, and by how much.
import { OptionError } from '../../core/errors.ts';
import { shown } from '../../core/options.ts';
import type { Logs, Training } from '../callback.ts';

export type MonitorMode = 'auto' | 'min' | 'max';

export interface Monitor {
  readonly name: string;
  /** Whether `value` is better than `reference` by more than `minDelta`; anything is better than nothing. */
  improves(value: number, reference: number | undefined): boolean;
  /**
   * The number in the logs; undefined in epochs without validation where it comes from there.
   * @throws OptionError when no epoch will ever have it, with the names that there are.
   */
  read(logs: Logs, training: Pick<Training, 'validates'>): number | undefined;
}

/** Of these names, and those that end in them, more is better; Keras asks the metric itself. */
const MORE_IS_BETTER =
  /(^|_)(accuracy|acc|auc|precision|recall|f1|f1_?score|fbeta_?score|iou|r2_?score|cosine_?similarity|true_?positives|true_?negatives)$/i;

/**
 * Watches one number of the logs; `where` names the callback in messages.
 * @throws OptionError for a mode that does not exist.
 */
export function monitorOf(
  where: string,
  { monitor, mode, minDelta }: { monitor: string; mode: MonitorMode; minDelta: number },
): Monitor {
  if (typeof monitor !== 'string' || monitor === '') {
    throw new OptionError(`[${where}/monitor] must be a name such as 'val_loss', got ${shown(monitor)}`);
  }
  if (!['auto', 'min', 'max'].includes(mode)) {
    throw new OptionError(`[${where}/mode] must be 'auto', 'min' or 'max', got ${shown(mode)}`);
  }
  const more = mode === 'max' || (mode === 'auto' && moreIsBetter(monitor));
  let warned = false;
  return {
    name: monitor,
    improves(value, reference) {
      // NaN is no improvement, not even on nothing.
      if (Number.isNaN(value)) return false;
      if (reference === undefined) return true;
      return more ? value - minDelta > reference : value + minDelta < reference;
    },
    read(logs, { validates }) {
      if (Object.hasOwn(logs, monitor)) {
        warned = true;
        return logs[monitor];
      }
      const names = Object.keys(logs);
      const validated = names.some((name) => name.startsWith('val_'));
      if (!monitor.startsWith('val_') || validated) {
        throw new OptionError(
          `[${where}/monitor] there is no ${monitor}; an epoch has ${names.join(', ')}${meant(monitor, names)}`,
        );
      }
      const hint = `only ${names.join(', ')}: give fit validationData or validationSplit`;
      if (validates === false) throw new OptionError(`[${where}/monitor] there is no ${monitor}, ${hint}`);
      if (validates === undefined && !warned) {
        warned = true;
        console.warn(`[${where}/monitor] there is no ${monitor} yet, ${hint}`);
      }
      return undefined;
    },
  };
}

/** The name that was probably meant: written in another way, shortened, or without val_. */
function meant(monitor: string, names: readonly string[]): string {
  const plain = (name: string) => name.replace(/^val_/, '').replaceAll('_', '').toLowerCase();
  const wanted = plain(monitor);
  const near = names.filter((name) => plain(name).startsWith(wanted) || wanted.startsWith(plain(name)));
  const alike = near.find((name) => name.startsWith('val_') === monitor.startsWith('val_')) ?? near[0];
  return alike === undefined ? '' : `; did you mean ${alike}?`;
}

/** Whether more of what is called so is better: accuracies and the like, not losses and errors. */
export function moreIsBetter(name: string): boolean {
  return MORE_IS_BETTER.test(name.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2'));
}

/** @throws OptionError unless it is an integer of at least `least`. */
export function expectInteger(where: string, value: unknown, least: number): void {
  if (Number.isSafeInteger(value) && (value as number) >= least) return;
  throw new OptionError(`[${where}] must be an integer from ${least} on, got ${shown(value)}`);
}

/** @throws OptionError unless it is a finite number of at least `least`. */
export function expectNumber(where: string, value: unknown, least = Number.NEGATIVE_INFINITY): void {
  if (typeof value === 'number' && Number.isFinite(value) && value >= least) return;
  const words = least === Number.NEGATIVE_INFINITY ? 'a finite number' : `a number of at least ${least}`;
  throw new OptionError(`[${where}] must be ${words}, got ${shown(value)}`);
}

// The numbers of a run: their ranges, the ways to underfit, fit and overfit, and how a link carries them.
import type { Control, NumberFieldOptions, Settings, SliderOptions } from '../../types.ts';
import type { RunSettings } from './messages.ts';
import { seriesNames } from './series_names.ts';

export type Chosen = Omit<RunSettings, 'values'>;
export type NumberName =
  | 'length'
  | 'window'
  | 'horizon'
  | 'units'
  | 'learningRate'
  | 'epochs'
  | 'runs'
  | 'patience'
  | 'seed';
export type PresetName = 'under' | 'good' | 'over';

export const standard: Chosen = {
  ...{ series: 'sine', length: 600, window: 25, horizon: 1, relative: false },
  ...{ units: 16, learningRate: 0.005, epochs: 40, runs: 3, patience: 6, seed: 1 },
};

export const presetNames: Readonly<Record<PresetName, string>> = {
  under: 'Underfit',
  good: 'Good fit',
  over: 'Overfit',
};
const plainSine = { series: 'sine', relative: false, length: 600, window: 25, horizon: 1 } as const;

/** Too small for too short, enough, and far too much for a short series without anything to learn. */
export const presets: Readonly<Record<PresetName, Partial<Chosen>>> = {
  under: { ...plainSine, units: 2, epochs: 6, learningRate: 0.001, patience: 0 },
  good: { ...plainSine, units: 16, epochs: 40, learningRate: 0.005, patience: 6 },
  over: {
    ...{ series: 'walk', relative: true, length: 160, window: 25, horizon: 1 },
    ...{ units: 24, epochs: 80, learningRate: 0.03, patience: 0 },
  },
};

/** What a preset makes of a run; a file's series stays. */
export function withPreset(chosen: Chosen, name: PresetName): Chosen {
  const { series, relative, length, ...network } = presets[name];
  if (chosen.series === 'file') return { ...chosen, ...network };
  return { ...chosen, ...presets[name] };
}

interface Range {
  label: string;
  min: number;
  max: number;
  step: number;
  short: string;
}

const ranges: Readonly<Record<NumberName, Range>> = {
  window: { label: 'Window: steps it sees', min: 2, max: 100, step: 1, short: 'window' },
  horizon: { label: 'Steps ahead', min: 1, max: 24, step: 1, short: 'ahead' },
  runs: { label: 'Networks, one seed each', min: 1, max: 8, step: 1, short: 'runs' },
  units: { label: 'Units', min: 1, max: 256, step: 1, short: 'units' },
  epochs: { label: 'Epochs', min: 1, max: 2000, step: 1, short: 'epochs' },
  learningRate: { label: 'Learning rate', min: 0.0001, max: 0.1, step: 0.0001, short: 'rate' },
  patience: { label: 'Patience, 0: none', min: 0, max: 100, step: 1, short: 'patience' },
  length: { label: 'Length', min: 60, max: 5000, step: 1, short: 'length' },
  seed: { label: 'First seed', min: 0, max: 9999, step: 1, short: 'seed' },
};
const slid: readonly NumberName[] = ['window', 'horizon', 'runs'];

/** A control for each number. */
export function numbersOf(
  onChange: (name: NumberName, value: number) => void,
  make: {
    slider: (options: SliderOptions) => Control<number>;
    numberField: (options: NumberFieldOptions) => Control<number>;
  },
): Record<NumberName, Control<number>> {
  const controls = Object.entries(ranges).map(([key, { short: _, ...range }]) => {
    const name = key as NumberName;
    const heard = (value: number) => onChange(name, value);
    const value = standard[name];
    const control = slid.includes(name)
      ? make.slider({ ...range, value, onInput: heard })
      : make.numberField({ ...range, value, onChange: heard });
    return [name, control];
  });
  return Object.fromEntries(controls) as Record<NumberName, Control<number>>;
}

/** Whether the network forecasts the change, where nobody has chosen: a series that grows or wanders is told so. */
export function usuallyRelative(series: Chosen['series']): boolean {
  return series !== 'sine';
}

/** What differs from the standard. */
export function writeSettings(chosen: Chosen): Settings {
  const entries = (Object.keys(ranges) as NumberName[])
    .filter((name) => chosen[name] !== standard[name])
    .map((name) => [ranges[name].short, chosen[name]] as const);
  return {
    ...(chosen.series !== standard.series && { series: chosen.series }),
    ...(chosen.relative !== usuallyRelative(chosen.series) && { changes: chosen.relative }),
    ...Object.fromEntries(entries),
  };
}

/** Whether two are the same run, as far as a link can tell. */
export function sameSettings(one: Chosen, other: Chosen): boolean {
  return JSON.stringify(writeSettings(one)) === JSON.stringify(writeSettings(other));
}

/** The settings of a link, each within its range; what it does not name is as the standard has it. */
export function readSettings(given: Settings): Chosen {
  const chosen = { ...standard };
  const series = String(given.series ?? standard.series);
  if (series === 'file' || Object.hasOwn(seriesNames, series)) chosen.series = series as Chosen['series'];
  chosen.relative =
    given.changes === undefined ? usuallyRelative(chosen.series) : String(given.changes) === 'true';
  for (const name of Object.keys(ranges) as NumberName[]) {
    const { short, min, max, step } = ranges[name];
    if (given[short] === undefined) continue;
    const value = Number(given[short]);
    if (!Number.isFinite(value)) continue;
    const inside = Math.min(max, Math.max(min, value));
    chosen[name] = Number.isInteger(step) ? Math.round(inside) : inside;
  }
  return chosen;
}

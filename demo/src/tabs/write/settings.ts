// What a run of the tab is made of: its settings, their ranges, and what fits the visitor's device.
import type { CellName } from 'webgpu-rnn';
import type { AdapterInfo, Settings } from '../../types.ts';

export type CorpusName = 'source' | 'fables' | 'own';

export interface RunSettings {
  corpus: CorpusName;
  cell: CellName;
  layers: number;
  /** H, and the width of the embedding where that is smaller. */
  units: number;
  /** T: characters back to which an error is followed. */
  window: number;
  /** N: places of the text that are read side by side. */
  batch: number;
  rate: number;
  dropout: number;
  seed: number;
}

export interface Sampling {
  temperature: number;
  /** 0 for all characters. */
  topK: number;
}

interface Range {
  readonly min: number;
  readonly max: number;
  readonly whole: boolean;
}

/** Numbers of a run by name. */
export const ranges = {
  layers: { min: 1, max: 4, whole: true },
  units: { min: 4, max: 1024, whole: true },
  window: { min: 2, max: 256, whole: true },
  batch: { min: 1, max: 256, whole: true },
  rate: { min: 0.0001, max: 0.03, whole: false },
  dropout: { min: 0, max: 0.8, whole: false },
  seed: { min: 0, max: 1_000_000, whole: true },
} as const satisfies Partial<Record<keyof RunSettings, Range>>;

export const samplingRanges = {
  temperature: { min: 0, max: 2, whole: false },
  topk: { min: 0, max: 50, whole: true },
} as const satisfies Record<string, Range>;

export const corpora: readonly CorpusName[] = ['source', 'fables', 'own'];
export const cells: readonly CellName[] = ['lstm', 'gru', 'rnn'];

export const defaultSampling: Sampling = { temperature: 0.7, topK: 0 };

/** What learns something within a minute on a GPU; what a software adapter or the CPU can do in the same time. */
export function defaultsFor(adapter: AdapterInfo | undefined): RunSettings {
  const common = { cell: 'lstm', dropout: 0, seed: 1 } as const;
  if (adapter?.device === 'cpu') {
    return { ...common, corpus: 'fables', layers: 1, units: 32, window: 24, batch: 8, rate: 0.008 };
  }
  if (adapter?.software) {
    return { ...common, corpus: 'fables', layers: 1, units: 64, window: 32, batch: 16, rate: 0.006 };
  }
  return { ...common, corpus: 'source', layers: 2, units: 256, window: 64, batch: 64, rate: 0.003 };
}

/** The settings that a link names, brought into their ranges; what it does not name stays out. */
export function readSettings(given: Settings): Partial<RunSettings> {
  const settings: Partial<Record<keyof RunSettings, string | number>> = {};
  if (corpora.includes(given.corpus as CorpusName)) settings.corpus = given.corpus as CorpusName;
  if (cells.includes(given.cell as CellName)) settings.cell = given.cell as CellName;
  for (const [name, range] of Object.entries(ranges)) {
    const value = within(given[name], range);
    if (value !== undefined) settings[name as keyof RunSettings] = value;
  }
  return settings as Partial<RunSettings>;
}

/** Temperature and top-k that a link names. */
export function readSampling(given: Settings): Partial<Sampling> {
  const temperature = within(given.temperature, samplingRanges.temperature);
  const topK = within(given.topk, samplingRanges.topk);
  return { ...(temperature !== undefined && { temperature }), ...(topK !== undefined && { topK }) };
}

function within(value: unknown, { min, max, whole }: Range): number | undefined {
  if (value === undefined || value === '' || typeof value === 'boolean') return undefined;
  const number = Number(value);
  if (!Number.isFinite(number)) return undefined;
  return Math.min(max, Math.max(min, whole ? Math.round(number) : number));
}

const cellNames: Readonly<Record<CellName, string>> = { lstm: 'LSTM', gru: 'GRU', rnn: 'Plain RNN' };

/** In words, such as `LSTM 2×256`. */
export function describeModel({
  cell,
  layers,
  units,
}: Pick<RunSettings, 'cell' | 'layers' | 'units'>): string {
  return `${cellNames[cell]} ${layers}×${units}`;
}

/** What controls call the cells. */
export const cellChoices = [
  { value: 'lstm', label: 'LSTM' },
  { value: 'gru', label: 'GRU' },
  { value: 'rnn', label: 'RNN' },
] as const satisfies readonly { value: CellName; label: string }[];

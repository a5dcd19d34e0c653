// The options of a resumed run: those that the model was trained with, read back with every check, and what may change.
import { FormatError, OptionError } from '../core/errors.ts';
import type { ModelRecord } from '../io/checkpoint.ts';
import {
  modelConfig,
  type OptimizerName,
  onlySettings,
  optimizerNames,
  type TrainArguments,
  type TrainSettings,
} from './train_settings.ts';

/** Options that a resumed run may change: how long it goes on, and how large its steps are. */
const changeable = new Set<keyof TrainSettings>(['epochs', 'steps', 'learningRate', 'clip']);

/**
 * The settings of a resumed run: the saved ones, with what may be changed.
 * @throws OptionError that names an option which does not fit the saved model.
 */
export function resumeSettings(
  saved: TrainSettings,
  file: string | undefined,
  given: TrainArguments,
  folder: string,
): TrainSettings {
  const wanted = onlySettings(given);
  for (const [name, value] of Object.entries(wanted)) {
    const key = name as keyof TrainSettings;
    if (changeable.has(key) || saved[key] === value) continue;
    throw new OptionError(
      `--${flagOf(name)} ${value} does not fit ${folder}, which was trained with ${saved[key] ?? 'none'};` +
        ' leave it out to go on, or start anew with another --out',
    );
  }
  if (saved.file === null && file !== undefined) {
    throw new OptionError(
      `${folder} was trained on the program's own source; leave ${file} out to go on, or choose another --out`,
    );
  }
  const settings = { ...saved, ...wanted, file: file ?? saved.file };
  if (given.epochs !== undefined || given.steps !== undefined) {
    settings.epochs = given.epochs ?? null;
    settings.steps = given.steps ?? null;
  }
  return settings;
}

function flagOf(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

const shapes: Record<keyof TrainSettings, (value: unknown) => boolean> = {
  file: (v) => v === null || typeof v === 'string',
  level: (v) => v === 'char' || v === 'word',
  cell: (v) => typeof v === 'string',
  layers: Number.isInteger,
  units: Number.isInteger,
  embedding: Number.isInteger,
  dropout: Number.isFinite,
  tieWeights: (v) => typeof v === 'boolean',
  batch: isPositive,
  window: isPositive,
  limitTokens: (v) => v === null || isPositive(v),
  validation: (v) => typeof v === 'string' || Number.isFinite(v),
  seed: Number.isSafeInteger,
  optimizer: (v) => optimizerNames.includes(v as OptimizerName),
  learningRate: Number.isFinite,
  clip: Number.isFinite,
  epochs: (v) => v === null || isPositive(v),
  steps: (v) => v === null || isPositive(v),
};

function isPositive(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) > 0;
}

/** The first setting that is missing or not what it should be. */
function wrongSetting(options: Readonly<Record<string, unknown>>): string | undefined {
  return Object.entries(shapes).find(([name, fits]) => !fits(options[name]))?.[0];
}

function areSettings(
  options: Readonly<Record<string, unknown>>,
): options is TrainSettings & Readonly<Record<string, unknown>> {
  return wrongSetting(options) === undefined;
}

/**
 * The settings that a model was trained with.
 * @throws FormatError when its record lacks one or contradicts the model, so that a resumed run cannot go on as before.
 */
export function savedSettings(record: ModelRecord, folder: string): TrainSettings {
  const { architecture, vocabulary } = record;
  const options: Readonly<Record<string, unknown>> = record.training.options;
  const fail = (why: string): never => {
    throw new FormatError(
      `${folder} cannot be resumed: model.json says ${why}; start anew with another --out`,
    );
  };
  if (!areSettings(options)) {
    const name = wrongSetting(options);
    return fail(`training.options.${name} = ${JSON.stringify(options[name ?? ''])}`);
  }
  const settings: TrainSettings = options;
  for (const [name, value] of Object.entries(modelConfig(settings, vocabulary.tokens.length))) {
    const made = architecture[name as keyof typeof architecture];
    if (made !== value) fail(`architecture.${name} = ${made}, but training.options.${name} = ${value}`);
  }
  if (settings.level !== vocabulary.level) {
    fail(`vocabulary.level = ${vocabulary.level}, but training.options.level = ${settings.level}`);
  }
  return settings;
}

// The options of a resumed run: those that the model was trained with, read back with every check, and what may change.
import { FormatError, OptionError } from '../core/errors.ts';
import {
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

/**
 * The settings that a model was trained with.
 * @throws FormatError when its record lacks one, so that a resumed run cannot go on as before.
 */
export function savedSettings(options: Readonly<Record<string, unknown>>, folder: string): TrainSettings {
  for (const [name, fits] of Object.entries(shapes)) {
    if (fits(options[name])) continue;
    throw new FormatError(
      `${folder} cannot be resumed: model.json says training.options.${name} = ${JSON.stringify(options[name])};` +
        ' start anew with another --out',
    );
  }
  return options as unknown as TrainSettings;
}

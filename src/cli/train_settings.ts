// The options of `train`: their ranges, their defaults, and which of them a resumed run may change.
import { type Command, Option } from 'commander';
import { type Autotune, autotuneModes } from '../backends/tuning.ts';
import { OptionError } from '../core/errors.ts';
import type { Level } from '../data/vocabulary.ts';
import type { CellName, LanguageModelConfig } from '../models/language_model.ts';
import type { Optimizer } from '../training/optimizers.ts';
import {
  type BackendName,
  backendOption,
  fractionOrFile,
  number,
  oneOf,
  seedOption,
  whole,
} from './options.ts';

export const optimizerNames = ['sgd', 'momentum', 'adam', 'adamw', 'rmsprop'] as const;
export type OptimizerName = (typeof optimizerNames)[number];

/** What decides the result of a run; kept in model.json. */
export interface TrainSettings {
  /** null: the text that the program carries. */
  file: string | null;
  level: Level;
  cell: CellName;
  layers: number;
  units: number;
  embedding: number;
  dropout: number;
  tieWeights: boolean;
  batch: number;
  window: number;
  limitTokens: number | null;
  /** A fraction cut from the end of the text, or a file. */
  validation: number | string;
  seed: number;
  optimizer: OptimizerName;
  learningRate: number;
  /** Limit of the gradient's global norm; 0 for none. */
  clip: number;
  /** The run ends after so many epochs or updates, whichever comes first; null for no limit. */
  epochs: number | null;
  steps: number | null;
}

/** What was given on the command line, and nothing else. */
export interface TrainArguments extends Partial<Omit<TrainSettings, 'file'>> {
  backend: BackendName;
  out?: string;
  resume?: boolean;
  autotune?: Autotune;
  profile?: boolean;
  json?: boolean;
}

const SIZE = { min: 1, max: 16384 };

/** Adds the options to the command; none has a default here, so that what was given can be told from what was not. */
export function addTrainOptions(command: Command): Command {
  const add = (heading: string, ...options: Option[]): void => {
    for (const option of options) command.addOption(option.helpGroup(heading));
  };
  add(
    'Text:',
    new Option('--level <level>', 'tokens: char or word (default: char)').argParser(oneOf(['char', 'word'])),
    new Option('--limit-tokens <K>', 'use only the first K tokens of the text').argParser(
      whole({ min: 2, max: 2 ** 31 }),
    ),
    new Option(
      '--validation <part>',
      'fraction cut from the end of the text for validation, or a file (default: 0.05)',
    ).argParser(fractionOrFile),
  );
  add(
    'Model:',
    new Option('--cell <cell>', 'recurrent cell: lstm, gru or rnn (default: lstm)').argParser(
      oneOf(['lstm', 'gru', 'rnn']),
    ),
    new Option('--layers <n>', 'recurrent layers (default: 1)').argParser(whole({ min: 1, max: 16 })),
    new Option('--units <n>', 'units of a recurrent layer (default: 128)').argParser(whole(SIZE)),
    new Option(
      '--embedding <n>',
      'width of the embedding (default: 64 for characters, 128 for words, --units when tied)',
    ).argParser(whole(SIZE)),
    new Option('--dropout <p>', 'share of values dropped between layers (default: 0)').argParser(
      number({ min: 0, max: 0.95 }),
    ),
    new Option('--tie-weights', 'the output layer uses the table of the embedding'),
  );
  add(
    'Training:',
    new Option(
      '--batch <N>',
      'streams read side by side (default: 16 to 64, by the length of the text)',
    ).argParser(whole(SIZE)),
    new Option('--window <T>', 'steps of truncated backpropagation (default: 32)').argParser(whole(SIZE)),
    new Option('--epochs <E>', 'passes over the text (default: 3 to 50, for about 4,000 updates)').argParser(
      whole({ min: 1, max: 1e6 }),
    ),
    new Option('--steps <S>', 'updates in total').argParser(whole({ min: 1, max: 1e9 })),
    new Option('--optimizer <name>', `${optimizerNames.join(', ')} (default: adam)`).argParser(
      oneOf(optimizerNames),
    ),
    new Option(
      '--learning-rate <x>',
      `step size (default: ${optimizerNames.map((name) => `${learningRates[name]} ${name}`).join(', ')})`,
    ).argParser(number({ min: 0, max: 100, above: true })),
    new Option('--clip <x>', 'limit of the norm of the whole gradient, 0 for none (default: 5)').argParser(
      number({ min: 0, max: 1e6 }),
    ),
    seedOption('seed of the first weights and of dropout (default: 1)'),
  );
  add(
    'Run:',
    backendOption(),
    new Option('--out <dir>', 'folder of the model (default: the next free runs/<name>)'),
    new Option('--resume', 'go on with the model in --out (default: the newest runs/<name>)'),
    new Option(
      '--autotune <mode>',
      'off: kernels by a model of their cost, cached: by what was measured on this adapter before,' +
        ' full: what is missing is measured first (default: cached)',
    ).argParser(oneOf(autotuneModes)),
    new Option('--profile', 'time the kernels of a step, by a few steps, and end; nothing is saved'),
    new Option('--json', 'print one JSON object a line instead of text'),
  );
  return command;
}

const learningRates: Record<OptimizerName, number> = {
  sgd: 1,
  momentum: 0.1,
  adam: 0.003,
  adamw: 0.003,
  rmsprop: 0.003,
};

/** The demonstration: small enough for a software adapter of two cores to show text within a minute. */
const demonstration = { limitTokens: 100_000, epochs: 5, learningRate: 0.008 } as const;

/** What decides which text is read, and how. */
export type TextSettings = Pick<TrainSettings, 'file' | 'level' | 'limitTokens' | 'validation'>;

/** Fills in the defaults of what must be known before the text is read. */
export function resolveText(file: string | undefined, given: TrainArguments): TextSettings {
  return {
    file: file ?? null,
    level: given.level ?? 'char',
    limitTokens: given.limitTokens ?? (file === undefined ? demonstration.limitTokens : null),
    validation: given.validation ?? 0.05,
  };
}

/**
 * Fills in the defaults; those of batch and epochs follow the number of tokens that are trained on.
 * @throws OptionError for options that exclude each other.
 */
export function resolveSettings(text: TextSettings, given: TrainArguments, tokens: number): TrainSettings {
  const isDemonstration = text.file === null;
  const units = given.units ?? 128;
  const tieWeights = given.tieWeights ?? false;
  const embedding = given.embedding ?? (tieWeights ? units : text.level === 'char' ? 64 : 128);
  if (tieWeights && embedding !== units) {
    throw new OptionError(
      `--tie-weights needs --embedding and --units of one size, got ${embedding} and ${units}`,
    );
  }
  const optimizer = given.optimizer ?? 'adam';
  const fast = isDemonstration && given.optimizer === undefined;
  const batch = given.batch ?? defaultBatch(tokens);
  const window = given.window ?? 32;
  const epochs = isDemonstration ? demonstration.epochs : defaultEpochs(tokens / (batch * window));
  return {
    ...text,
    cell: given.cell ?? 'lstm',
    layers: given.layers ?? 1,
    units,
    embedding,
    dropout: given.dropout ?? 0,
    tieWeights,
    batch,
    window,
    seed: given.seed ?? 1,
    optimizer,
    learningRate: given.learningRate ?? (fast ? demonstration.learningRate : learningRates[optimizer]),
    clip: given.clip ?? 5,
    // Where only the updates are limited, the default number of epochs does not limit them too.
    epochs: given.epochs ?? (given.steps === undefined ? epochs : null),
    steps: given.steps ?? null,
  };
}

/** Small texts need more updates, large ones more tokens a second. */
function defaultBatch(tokens: number): number {
  if (tokens < 200_000) return 16;
  return tokens < 2_000_000 ? 32 : 64;
}

/** About 4,000 updates, and every text a few times. */
function defaultEpochs(stepsPerEpoch: number): number {
  return Math.min(50, Math.max(3, Math.ceil(4000 / Math.max(1, stepsPerEpoch))));
}

/** What was given of the settings that model.json keeps. */
export function onlySettings(given: TrainArguments): Partial<TrainSettings> {
  const {
    backend: _backend,
    out: _out,
    resume: _resume,
    autotune: _autotune,
    profile: _profile,
    json: _json,
    ...settings
  } = given;
  return settings;
}

export function modelConfig(settings: TrainSettings, vocabularySize: number): LanguageModelConfig {
  const { cell, layers, units, embedding, dropout, tieWeights } = settings;
  return { vocabularySize, cell, layers, units, embedding, dropout, tieWeights };
}

/** The optimizer of these settings. */
export async function makeOptimizer({
  optimizer,
  learningRate,
  clip,
}: Pick<TrainSettings, 'optimizer' | 'learningRate' | 'clip'>): Promise<Optimizer> {
  const { adam, adamW, rmsprop, sgd } = await import('../training/optimizers.ts');
  const options = { learningRate, convention: 'torch', ...(clip > 0 && { globalClipNorm: clip }) } as const;
  switch (optimizer) {
    case 'sgd':
      return sgd(options);
    case 'momentum':
      return sgd({ ...options, momentum: 0.9 });
    case 'adam':
      return adam(options);
    case 'adamw':
      return adamW(options);
    case 'rmsprop':
      return rmsprop(options);
  }
}

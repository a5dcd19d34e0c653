// A training run brought to life: its plans on a backend, its weights new or from a saved run, and what the loop may ask for.
import type { Backend } from '../backends/backend.ts';
import { FormatError } from '../core/errors.ts';
import { Parameters } from '../core/parameters.ts';
import { LINE_END, type Vocabulary } from '../data/vocabulary.ts';
import { type ModelRecord, type Progress, packWeights, unpackWeights } from '../io/checkpoint.ts';
import { languageModel } from '../models/language_model.ts';
import { evaluator } from '../training/evaluation.ts';
import { generator } from '../training/generation.ts';
import { languageTrainer } from '../training/language_trainer.ts';
import { createModel, FolderTaken, type SavedModel, saveModel } from './model_folder.ts';
import type { EpochReport } from './progress.ts';
import { makeOptimizer, modelConfig, type TrainSettings } from './train_settings.ts';
import type { TrainingText } from './training_text.ts';

/**
 * A validation text is read in parts side by side, each of so many tokens at least: every part begins with a zero state,
 * from which a young model can need hundreds of tokens to recover.
 */
const VALIDATION_PART = 2048;
/** Temperature and length of the samples. */
const SAMPLE = { temperature: 0.8, length: { char: 240, word: 50 } } as const;

interface SessionOptions {
  settings: TrainSettings;
  text: TrainingText;
  saved: SavedModel | undefined;
  backend: Backend;
  /** Where the model is saved, unless `create` finds another place. */
  folder: string;
}

/** Builds the plans, brings a saved run back, and gives the loop its hands. */
export async function prepare({ settings, text, saved, backend, folder }: SessionOptions) {
  const { vocabulary, tokens, validation } = text;
  const { batch, window, seed } = settings;
  const architecture = modelConfig(settings, vocabulary.size);
  const model = languageModel(architecture);
  const parameters = new Parameters({ seed });
  const shared = { model, parameters, backend, vocabularySize: vocabulary.size };
  const optimizer = await makeOptimizer(settings);
  const trainer = await languageTrainer({ ...shared, tokens, batch, window, optimizer, seed });
  const progress: Progress = { step: 0, stepInEpoch: 0, epoch: 0 };
  if (saved) {
    const { weights, weightsFile } = saved;
    const found = unpackWeights(weights, weightsFile, backend, parameters, trainer.carried);
    if (!found) {
      throw new FormatError(
        `${weightsFile} does not say how far its training was; start anew with another --out`,
      );
    }
    Object.assign(progress, found);
    trainer.step = progress.step;
  }
  let epochs = (saved?.record.training.epochs ?? []).filter((e) => Number(e.steps) <= progress.step);
  let savedStep = progress.step;
  let out = folder;

  const pack = async (): Promise<[ModelRecord, Uint8Array]> => {
    const weights = await packWeights(backend, parameters, trainer.carried, progress);
    const record: ModelRecord = {
      format: 'webgpu-rnn/1',
      architecture,
      vocabulary: vocabulary.toJSON(),
      training: {
        options: { ...settings },
        text: text.record,
        steps: progress.step,
        epochs,
        adapter: backend.description,
        choices: Object.fromEntries(trainer.plan.choices.map(({ key, chosen }) => [key, chosen])),
      },
    };
    return [record, weights];
  };
  const save = async (report?: EpochReport): Promise<void> => {
    if (report) epochs = [...epochs.filter((e) => e.epoch !== report.epoch), { ...report }];
    saveModel(out, ...(await pack()));
    savedStep = progress.step;
  };
  /** The first save; where another run has taken the folder meanwhile, it goes to the one that `next` names. */
  const create = async (next?: () => string): Promise<{ out: string; remove: () => void }> => {
    const content = await pack();
    for (;;) {
      try {
        return { out, remove: createModel(out, ...content) };
      } catch (error) {
        if (!(next && error instanceof FolderTaken)) throw error;
        out = next();
      }
    }
  };

  const parts = validation
    ? Math.max(1, Math.min(batch, Math.floor(validation.length / VALIDATION_PART)))
    : 1;
  const judge = validation ? await evaluator({ ...shared, batch: parts, window }) : undefined;
  const writer = await generator(shared);
  return {
    trainer,
    parameters,
    progress,
    totalSteps: Math.min(
      settings.steps ?? Number.POSITIVE_INFINITY,
      settings.epochs === null ? Number.POSITIVE_INFINITY : settings.epochs * trainer.stepsPerEpoch,
    ),
    save,
    create,
    savedStep: () => savedStep,
    validate: judge && ((signal: AbortSignal) => judge.evaluate(validation!, { signal })),
    sample: async () => {
      const length = SAMPLE.length[vocabulary.level];
      const prime = Uint32Array.of(defaultPrime(vocabulary));
      const ids = await writer.generate({
        prime,
        length,
        temperature: SAMPLE.temperature,
        states: await trainer.streamStates(),
        // Samples of one run are to differ.
        seed: (seed + trainer.step) % Number.MAX_SAFE_INTEGER,
      });
      return vocabulary.decode(ids);
    },
  };
}

/** The token that a text begins after when nothing else is said: a line end, else the first token. */
export function defaultPrime(vocabulary: Vocabulary): number {
  return vocabulary.idOf(LINE_END[vocabulary.level]) ?? 0;
}

export type Session = Awaited<ReturnType<typeof prepare>>;

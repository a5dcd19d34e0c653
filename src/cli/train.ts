// The `train` command: from arguments to a trained model in a folder.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { DeviceError, FormatError, OptionError, ShapeError } from '../core/errors.ts';
import { Parameters } from '../core/parameters.ts';
import { sizeOf } from '../core/tensor.ts';
import { LINE_END, type Vocabulary } from '../data/vocabulary.ts';
import { type ModelRecord, type Progress, packWeights, unpackWeights } from '../io/checkpoint.ts';
import { languageModel } from '../models/language_model.ts';
import { evaluator } from '../training/evaluation.ts';
import { generator } from '../training/generation.ts';
import { languageTrainer } from '../training/language_trainer.ts';
import { chooseBackend } from './backend.ts';
import { grouped, plural, quoted } from './format.ts';
import { interrupts } from './interrupts.ts';
import {
  createModel,
  expectFree,
  expectNamed,
  FolderTaken,
  holdsModel,
  numberedFolders,
  readModel,
  type SavedModel,
  saveModel,
} from './model_folder.ts';
import { type EpochReport, jsonReporter, textReporter } from './progress.ts';
import { resumeSettings, savedSettings } from './resume_settings.ts';
import {
  makeOptimizer,
  modelConfig,
  resolveSettings,
  resolveText,
  type TrainArguments,
  type TrainSettings,
} from './train_settings.ts';
import { runTraining } from './training_run.ts';
import { expectLongEnough, loadTrainingText, type TrainingText, textName } from './training_text.ts';

/**
 * A validation text is read in parts side by side, each of so many tokens at least: every part begins with a zero state,
 * from which a young model can need hundreds of tokens to recover.
 */
const VALIDATION_PART = 2048;
/** Temperature and length of the samples. */
const SAMPLE = { temperature: 0.8, length: { char: 240, word: 50 } } as const;

/**
 * Trains a model and saves it.
 * @returns the exit status: 0, or that of the signal which ended the run.
 * @throws one of the errors of core/errors.ts for everything that a user can mend.
 */
export async function train(file: string | undefined, given: TrainArguments): Promise<number> {
  const { folder, saved } = given.resume ? savedRun(file, given) : newRun(file, given);
  const resumed = saved && resumeSettings(savedSettings(saved.record, folder), file, given, folder);
  const wanted = resumed ?? resolveText(file, given);
  const text = await loadTrainingText(wanted, saved?.record);
  const settings = resumed ?? resolveSettings(wanted, given, text.tokens.length);
  expectLongEnough(settings, text);
  const reporter = given.json ? jsonReporter() : await textReporter();
  const { backend, notice } = await chooseBackend(given.backend);
  if (notice) reporter.say(notice);
  const heard = interrupts(() => {
    reporter.close();
    process.stderr.write('stopping and saving…\n');
  });
  try {
    const session = await prepare({ settings, text, saved, backend, folder }).catch((error: unknown) => {
      throw withSmallerModel(error);
    });
    const { trainer, progress, totalSteps } = session;
    if (saved && progress.step >= totalSteps) {
      const report = saved.record.training.epochs.at(-1) as EpochReport | undefined;
      const done = `${plural(progress.step, 'step')} done already`;
      reporter.say(`nothing is left to do, ${done}; a larger --epochs or --steps takes the training further`);
      if (given.json && report) {
        const adapter = backend.description;
        reporter.done({ ...report, seconds: 0, adapter, interrupted: false, out: folder });
      }
      return 0;
    }
    // The first save shows at once whether there is a place to save to.
    const { out, remove } = saved
      ? { out: folder, remove() {} }
      : await session.create(given.out === undefined ? () => newRun(file, given).folder : undefined);
    const first = progress.step;
    for (const line of introduction(session, settings, text, backend.description, out)) reporter.say(line);
    const outcome = await runTraining({
      ...session,
      epochs: settings.epochs,
      reporter,
      signal: heard.signal,
    }).catch((error: unknown) => {
      if (!(error instanceof DeviceError)) throw error;
      throw new DeviceError(
        `${error.message}; the last save is of step ${session.savedStep()}, go on from it with: ${resumeCommand(out)}`,
      );
    });
    reporter.close();
    const { report, interrupted, seconds } = outcome;
    if (interrupted && progress.step === first && !Number.isFinite(report.loss)) {
      if (!saved) remove();
      const kept = saved ? `${out} is as it was` : 'no model is kept';
      process.stderr.write(`stopped before the first step; ${kept}\n`);
      return heard.status() ?? 0;
    }
    reporter.done({ ...report, seconds, adapter: backend.description, interrupted, out });
    const next = interrupted
      ? `saved in ${out}; go on with: ${resumeCommand(out)}`
      : `saved in ${out}; write with it: npx webgpu-rnn sample ${quoted(out)}`;
    if (!given.json) reporter.say(next);
    else if (interrupted) process.stderr.write(`${next}\n`);
    if (!interrupted && report.loss > worstLoss(text.vocabulary)) {
      process.stderr.write(
        `the model predicts worse than chance among ${grouped(text.vocabulary.size)} tokens;` +
          ` take a smaller --learning-rate than ${settings.learningRate}\n`,
      );
    }
    trainer.dispose();
    return heard.status() ?? 0;
  } finally {
    reporter.close();
    heard.dispose();
    backend.dispose();
  }
}

/** Where all tokens are held for equally likely the loss is one nat less. */
function worstLoss(vocabulary: Vocabulary): number {
  return Math.log(vocabulary.size) + 1;
}

function resumeCommand(out: string): string {
  return `npx webgpu-rnn train --resume --out ${quoted(out)}`;
}

/** The folder of a new model, checked to be free. */
function newRun(file: string | undefined, { out }: TrainArguments): { folder: string; saved?: undefined } {
  const folder = out ?? numberedFolders(defaultFolder(file)).free;
  expectFree(folder);
  return { folder };
}

function savedRun(file: string | undefined, { out }: TrainArguments): { folder: string; saved: SavedModel } {
  const folder = out ?? numberedFolders(defaultFolder(file)).existing.filter(holdsModel).at(-1);
  if (folder === undefined) {
    throw new OptionError(
      `there is no model ${defaultFolder(file)} to resume; name its folder with --out, or leave --resume out`,
    );
  }
  expectNamed(folder);
  if (!existsSync(folder)) {
    throw new OptionError(`there is no model ${folder} to resume; check --out, or leave --resume out`);
  }
  return { folder, saved: readModel(folder) };
}

function defaultFolder(file: string | undefined): string {
  return path.join('runs', textName(file ?? null));
}

interface SessionOptions {
  settings: TrainSettings;
  text: TrainingText;
  saved: SavedModel | undefined;
  backend: Awaited<ReturnType<typeof chooseBackend>>['backend'];
  /** Where the model is saved, unless `create` finds another place. */
  folder: string;
}

/** The words of a device that is too small, with the options that ask less of it. */
function withSmallerModel(error: unknown): unknown {
  if (!(error instanceof ShapeError || error instanceof DeviceError)) return error;
  const what = /^.*(?:larger than this device can bind|has no memory for)[^;]*/s.exec(error.message)?.[0];
  if (what === undefined) return error;
  const Kind = error instanceof ShapeError ? ShapeError : DeviceError;
  return new Kind(`${what}; take smaller --units, --embedding, --batch or --window`);
}

/** Builds the plans, brings a saved run back, and gives the loop its hands. */
async function prepare({ settings, text, saved, backend, folder }: SessionOptions) {
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

type Session = Awaited<ReturnType<typeof prepare>>;

function introduction(
  { parameters, progress, totalSteps }: Session,
  settings: TrainSettings,
  text: TrainingText,
  adapter: string,
  out: string,
): string[] {
  const { cell, layers, units, embedding, tieWeights, batch, window, optimizer, learningRate } = settings;
  const { vocabulary, tokens, validation } = text;
  const what = vocabulary.level === 'char' ? 'character' : 'word';
  const count = parameters.all.reduce((sum, p) => sum + sizeOf(p.shape), 0);
  const kept = validation ? `, ${grouped(validation.length)} for validation` : '';
  const stack = layers === 1 ? `${cell} ${units}` : `${layers} x ${cell} ${units}`;
  const epochs = settings.epochs === null ? '' : `${plural(settings.epochs, 'epoch')}, `;
  return [
    `adapter: ${adapter}`,
    `text: ${settings.file ?? "the program's own source"}: ${grouped(tokens.length)} ${what}s to train on${kept},` +
      ` ${grouped(vocabulary.size)} different ones`,
    `model: embedding ${embedding}, ${stack}, dense ${vocabulary.size}${tieWeights ? ' (tied)' : ''}:` +
      ` ${plural(count, 'parameter')}`,
    `training: ${epochs}${plural(totalSteps, 'step')} of ${batch} x ${window} ${what}s, ${optimizer} ${learningRate}, into ${out}`,
    ...(progress.step > 0 ? [`resumed at step ${progress.step} of ${totalSteps}`] : []),
  ];
}

// The `train` command: from arguments to a trained model in a folder.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { DeviceError, FormatError, OptionError } from '../core/errors.ts';
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
  expectFree,
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
  const { out, saved } = given.resume ? savedRun(file, given) : newRun(file, given);
  const resumed =
    saved && resumeSettings(savedSettings(saved.record.training.options, out), file, given, out);
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
    const session = await prepare({ settings, text, saved, backend, out });
    const { trainer, progress, totalSteps } = session;
    // The first save shows at once whether there is a place to save to.
    if (!saved) await session.save();
    for (const line of introduction(session, settings, text, backend.description, out)) reporter.say(line);
    if (saved && progress.step >= totalSteps) {
      const report = saved.record.training.epochs.at(-1) as EpochReport | undefined;
      const done = `${plural(progress.step, 'step')} done already`;
      reporter.say(`nothing is left to do, ${done}; a larger --epochs or --steps takes the training further`);
      if (given.json && report) {
        reporter.done({ ...report, seconds: 0, adapter: backend.description, interrupted: false, out });
      }
      return 0;
    }
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
    reporter.done({ ...report, seconds, adapter: backend.description, interrupted, out });
    const next = interrupted
      ? `saved in ${out}; go on with: ${resumeCommand(out)}`
      : `saved in ${out}; write with it: npx webgpu-rnn sample ${quoted(out)}`;
    if (!given.json) reporter.say(next);
    else if (interrupted) process.stderr.write(`${next}\n`);
    trainer.dispose();
    return heard.status() ?? 0;
  } finally {
    reporter.close();
    heard.dispose();
    backend.dispose();
  }
}

function resumeCommand(out: string): string {
  return `npx webgpu-rnn train --resume --out ${quoted(out)}`;
}

/** The folder of a new model, checked to be free. */
function newRun(file: string | undefined, { out }: TrainArguments): { out: string; saved?: undefined } {
  if (out === undefined) return { out: numberedFolders(defaultFolder(file)).free };
  expectFree(out);
  return { out };
}

function savedRun(file: string | undefined, { out }: TrainArguments): { out: string; saved: SavedModel } {
  const folder = out ?? numberedFolders(defaultFolder(file)).existing.filter(holdsModel).at(-1);
  if (folder === undefined) {
    throw new OptionError(
      `there is no model ${defaultFolder(file)} to resume; name its folder with --out, or leave --resume out`,
    );
  }
  if (!existsSync(folder)) {
    throw new OptionError(`there is no model ${folder} to resume; check --out, or leave --resume out`);
  }
  return { out: folder, saved: readModel(folder) };
}

function defaultFolder(file: string | undefined): string {
  return path.join('runs', textName(file ?? null));
}

interface SessionOptions {
  settings: TrainSettings;
  text: TrainingText;
  saved: SavedModel | undefined;
  backend: Awaited<ReturnType<typeof chooseBackend>>['backend'];
  out: string;
}

/** Builds the plans, brings a saved run back, and gives the loop its hands. */
async function prepare({ settings, text, saved, backend, out }: SessionOptions) {
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

  const save = async (report?: EpochReport): Promise<void> => {
    if (report) epochs = [...epochs.filter((e) => e.epoch !== report.epoch), { ...report }];
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
    saveModel(out, record, weights);
    savedStep = progress.step;
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
    savedStep: () => savedStep,
    validate: judge && ((signal: AbortSignal) => judge.evaluate(validation!, { signal })),
    sample: async () => {
      const length = SAMPLE.length[vocabulary.level];
      const prime = Uint32Array.of(defaultPrime(vocabulary));
      const ids = await writer.generate({ prime, length, temperature: SAMPLE.temperature, topK: 0, seed });
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

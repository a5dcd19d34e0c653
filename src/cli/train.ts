// The `train` command: from arguments to a trained model in a folder.
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Backend } from '../backends/backend.ts';
import { profileTable } from '../backends/profile_table.ts';
import type { Tuned } from '../core/choices.ts';
import { DeviceError, OptionError, ShapeError } from '../core/errors.ts';
import { sizeOf } from '../core/tensor.ts';
import type { Vocabulary } from '../data/vocabulary.ts';
import { chooseBackend } from './backend.ts';
import { STANDARD_INPUT, sourceName } from './corpus.ts';
import { grouped, plural, quoted } from './format.ts';
import { interrupts, PIPE_CLOSED } from './interrupts.ts';
import {
  expectFree,
  expectNamed,
  holdsModel,
  numberedFolders,
  readModel,
  type SavedModel,
} from './model_folder.ts';
import { type EpochReport, jsonReporter, textReporter } from './progress.ts';
import { resumeSettings, savedSettings } from './resume_settings.ts';
import { prepare, type Session } from './session.ts';
import { resolveSettings, resolveText, type TrainArguments, type TrainSettings } from './train_settings.ts';
import { runTraining } from './training_run.ts';
import { expectLongEnough, loadTrainingText, type TrainingText, textName } from './training_text.ts';
import { tuningProgress } from './tuning_progress.ts';

/** Steps before those that `--profile` times: the first ones pay for what is done once. */
const WARM_UP = 3;

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
  const heard = interrupts(() => {
    reporter.close();
    process.stderr.write('stopping and saving…\n');
  });
  /** What a resumed run must choose as before, so that it goes on with the same bits. */
  const pinned = new Map<string, string>();
  let backend: Backend | undefined;
  try {
    const chosen = await chooseBackend(given.backend, {
      ...(given.autotune && { autotune: given.autotune }),
      onTune: tuningProgress(reporter),
      tuneSignal: heard.signal,
      tuned: pinning(pinned, (line) => reporter.say(line)),
    });
    backend = chosen.backend;
    if (chosen.notice) reporter.say(chosen.notice);
    // Another adapter rounds otherwise whatever it chooses, and may lack what this one took.
    if (saved?.record.training.adapter === backend.description) {
      for (const choice of Object.entries(saved.record.training.choices ?? {})) pinned.set(...choice);
    }
    const session = await prepare({ settings, text, saved, backend, folder }).catch((error: unknown) => {
      throw withSmallerModel(error);
    });
    const { trainer, progress, totalSteps } = session;
    if (given.profile) {
      for (const line of introduction(session, settings, text, backend.description)) reporter.say(line);
      await trainer.train({ steps: WARM_UP, signal: heard.signal });
      const rows = heard.signal.aborted ? [] : await trainer.executable.profile();
      if (given.json) process.stdout.write(`${JSON.stringify(rows)}\n`);
      else process.stdout.write(`${profileTable(rows)}\n`);
      return heard.status() ?? 0;
    }
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
        `${error.message}; the last save is of step ${session.savedStep()}, go on from it with: ${resumeCommand(settings, out)}`,
      );
    });
    reporter.close();
    const { report, interrupted, seconds } = outcome;
    if (interrupted && progress.step === first && !Number.isFinite(report.loss)) {
      if (!saved) remove();
      const kept = saved ? `${out} is as it was` : 'no model is kept';
      if (heard.status() !== PIPE_CLOSED) process.stderr.write(`stopped before the first step; ${kept}\n`);
      return heard.status() ?? 0;
    }
    reporter.done({ ...report, seconds, adapter: backend.description, interrupted, out });
    const next = interrupted
      ? `saved in ${out}; go on with: ${resumeCommand(settings, out)}`
      : `saved in ${out}; write with it: npx webgpu-rnn sample ${quoted(out)}`;
    if (!given.json) reporter.say(next);
    else if (interrupted && heard.status() !== PIPE_CLOSED) process.stderr.write(`${next}\n`);
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
    backend?.dispose();
  }
}

/** The choices of a resumed run; says once that one of them is gone, which leaves it to the cost model. */
function pinning(pinned: ReadonlyMap<string, string>, say: (line: string) => void): Tuned {
  let told = false;
  return {
    get: (key) => pinned.get(key),
    decider: () => 'resumed',
    noCandidate({ key }, name) {
      if (told) return;
      told = true;
      say(`${name} for ${key} is gone: the run goes on with other kernels, which round otherwise`);
    },
  };
}

/** Where all tokens are held for equally likely the loss is one nat less. */
function worstLoss(vocabulary: Vocabulary): number {
  return Math.log(vocabulary.size) + 1;
}

function resumeCommand({ file }: TrainSettings, out: string): string {
  return `npx webgpu-rnn train ${file === STANDARD_INPUT ? '- ' : ''}--resume --out ${quoted(out)}`;
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

/** The words of a device that is too small, with the options that ask less of it. */
function withSmallerModel(error: unknown): unknown {
  if (!(error instanceof ShapeError || error instanceof DeviceError)) return error;
  const what = /^.*(?:larger than this device can bind|has no memory for|workgroups, each of)[^;]*/s.exec(
    error.message,
  )?.[0];
  if (what === undefined) return error;
  const Kind = error instanceof ShapeError ? ShapeError : DeviceError;
  const weights = what.includes('whatever the batch');
  const options = weights ? '--units or --embedding' : '--units, --embedding, --batch or --window';
  return new Kind(`${what}; take smaller ${options}`);
}

function introduction(
  { trainer, parameters, progress, totalSteps }: Session,
  settings: TrainSettings,
  text: TrainingText,
  adapter: string,
  out?: string,
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
    `text: ${settings.file === null ? "the program's own source" : sourceName(settings.file)}: ${grouped(tokens.length)} ${what}s to train on${kept},` +
      ` ${grouped(vocabulary.size)} different ones`,
    `model: embedding ${embedding}, ${stack}, dense ${vocabulary.size}${tieWeights ? ' (tied)' : ''}:` +
      ` ${plural(count, 'parameter')}`,
    `training: ${epochs}${plural(totalSteps, 'step')} of ${batch} x ${window} ${what}s, ${optimizer} ${learningRate}` +
      (out === undefined ? '' : `, into ${out}`),
    `ready after ${readiness(trainer.loadTimes)}`,
    ...(progress.step > 0 ? [`resumed at step ${progress.step} of ${totalSteps}`] : []),
  ];
}

/** How long the plan took, and what most of it went to. */
function readiness({ build, tune, allocate, compile, bind }: Session['trainer']['loadTimes']): string {
  const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`;
  const parts = [
    ...(tune > 100 ? [`${seconds(tune)} measuring`] : []),
    ...(compile > 0 ? [`${seconds(compile)} compiling`] : []),
  ];
  const whole = seconds(build + tune + allocate + compile + bind);
  return parts.length > 0 ? `${whole}, ${parts.join(', ')}` : whole;
}

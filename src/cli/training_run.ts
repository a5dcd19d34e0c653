// The loop of `train`: epochs of steps, with reports, samples of text and saves between them, which never change what is trained.
import { DataError } from '../core/errors.ts';
import type { Progress } from '../io/checkpoint.ts';
import type { LanguageTrainer, LossReading } from '../training/language_trainer.ts';
import type { EpochReport, Reporter } from './progress.ts';

export interface TrainingRun {
  trainer: LanguageTrainer;
  /** Where the run stands; kept up to date. */
  progress: Progress;
  /** The run ends here, at the latest. */
  totalSteps: number;
  epochs: number | null;
  reporter: Reporter;
  signal: AbortSignal;
  /** The loss on the validation text, where there is one. */
  validate?: ((signal: AbortSignal) => Promise<LossReading>) | undefined;
  /** A text that the model makes up. */
  sample(): Promise<string>;
  /** Saves everything; `report` is that of an epoch that has just ended. */
  save(report?: EpochReport): Promise<void>;
}

export interface Outcome {
  /** What is known at the end. */
  report: EpochReport;
  interrupted: boolean;
  /** Time spent in this process. */
  seconds: number;
}

/** Seconds before the first report in the midst of an epoch; each next one comes after twice the time. */
const FIRST_REPORT = 15;
const LAST_REPORT = 120;
/** Samples of text stand at least so many seconds apart. */
const SAMPLE_SECONDS = 10;
/** The display is brought up to date so often. */
const DISPLAY_SECONDS = 0.2;

/**
 * Trains until the steps are done or the signal stops it, and saves at the end of every epoch, at the end, and now and
 * then between them.
 * @throws DataError when the loss is no longer a number; DeviceError when the device is lost. Both leave the last save.
 */
export async function runTraining(run: TrainingRun): Promise<Outcome> {
  return new Loop(run).run();
}

class Loop {
  readonly #run: TrainingRun;
  readonly #training = stopwatch();
  #stepsHere = 0;
  /** Where the epoch began, for its speed. */
  #epochStart = { steps: 0, seconds: 0 };
  /** Sums at the last reading of the loss. */
  #seen = { total: 0, tokens: 0 };
  #shownLoss: number | undefined;
  #lastValidation: LossReading | undefined;
  #reportInterval = FIRST_REPORT;
  #due = { report: after(FIRST_REPORT), sample: 0, display: 0, loss: 0 };

  constructor(run: TrainingRun) {
    this.#run = run;
  }

  async run(): Promise<Outcome> {
    const { trainer, progress, totalSteps, signal } = this.#run;
    const begun = performance.now();
    await this.#readLoss();
    let report: EpochReport | undefined;
    while (!signal.aborted) {
      if (progress.stepInEpoch >= trainer.stepsPerEpoch) {
        report = (await this.#finishEpoch()) ?? report;
        continue;
      }
      const left = Math.min(totalSteps - trainer.step, trainer.stepsPerEpoch - progress.stepInEpoch);
      if (left <= 0) break;
      await this.#train(left);
    }
    if (!signal.aborted && progress.stepInEpoch > 0) report = (await this.#reportCutEpoch()) ?? report;
    if (signal.aborted) {
      // A loss that is no number ends the run here, and the last save stays.
      await this.#readLoss();
      await this.#run.save();
    }
    if (!report || progress.stepInEpoch > 0) {
      report = this.#report(await this.#readLoss(), this.#lastValidation);
    }
    return { report, interrupted: signal.aborted, seconds: (performance.now() - begun) / 1000 };
  }

  async #train(steps: number): Promise<void> {
    const { trainer, progress, signal } = this.#run;
    const first = progress.stepInEpoch;
    this.#training.resume();
    await trainer.train({
      steps,
      signal,
      onStep: async (done) => {
        progress.stepInEpoch = first + done;
        progress.step = trainer.step;
        this.#stepsHere++;
        const now = performance.now();
        if (now >= this.#due.report) await this.#reportBetween();
        else if (now >= this.#due.loss) await this.#readLoss();
        if (now >= this.#due.display && !signal.aborted) this.#display();
      },
    });
    this.#training.pause();
  }

  /** Undefined where a signal came first: the epoch is then finished when the run is resumed. */
  async #finishEpoch(): Promise<EpochReport | undefined> {
    const { trainer, progress, totalSteps, signal } = this.#run;
    const report = await this.#measure();
    if (signal.aborted) return undefined;
    await trainer.readLoss();
    this.#seen = { total: 0, tokens: 0 };
    progress.epoch++;
    progress.stepInEpoch = 0;
    await this.#run.save(report);
    await this.#show(report, 1, performance.now() >= this.#due.sample || trainer.step >= totalSteps);
    this.#epochStart = { steps: this.#stepsHere, seconds: this.#training.seconds() };
    return report;
  }

  /** An epoch that --steps cuts short is reported as one; its sums go on when the run is resumed. */
  async #reportCutEpoch(): Promise<EpochReport | undefined> {
    const report = await this.#measure();
    if (this.#run.signal.aborted) return undefined;
    await this.#run.save(report);
    await this.#show(report, 1, true);
    return report;
  }

  /** In the midst of a long epoch. */
  async #reportBetween(): Promise<void> {
    const { trainer, progress, reporter, signal } = this.#run;
    await this.#readLoss();
    this.#training.pause();
    if (reporter.wantsSamples) {
      const report = await this.#measure();
      if (!signal.aborted) await this.#show(report, progress.stepInEpoch / trainer.stepsPerEpoch, true);
    }
    if (!signal.aborted) await this.#run.save();
    this.#reportInterval = Math.min(LAST_REPORT, 2 * this.#reportInterval);
    this.#due.report = after(this.#reportInterval);
    this.#training.resume();
  }

  async #show(report: EpochReport, complete: number, sampling: boolean): Promise<void> {
    const { reporter, epochs } = this.#run;
    const sample = sampling && reporter.wantsSamples ? await this.#run.sample() : undefined;
    if (sample !== undefined) this.#due.sample = after(SAMPLE_SECONDS);
    reporter.epoch(report, { epochs, complete }, sample);
    this.#due.report = after(this.#reportInterval);
  }

  async #measure(): Promise<EpochReport> {
    const reading = await this.#readLoss();
    const validation = await this.#run.validate?.(this.#run.signal);
    // A signal cuts the validation short.
    if (!this.#run.signal.aborted) {
      if (validation && !Number.isFinite(validation.loss)) throw this.#diverged();
      this.#lastValidation = validation;
    }
    return this.#report(reading, this.#lastValidation);
  }

  /** The mean loss of the epoch so far; also brings the displayed loss up to date. */
  async #readLoss(): Promise<LossReading> {
    const { trainer, reporter } = this.#run;
    const reading = await trainer.peekLoss();
    if (reading.tokens > 0 && !Number.isFinite(reading.loss)) {
      throw this.#diverged();
    }
    const total = reading.tokens > 0 ? reading.loss * reading.tokens : 0;
    const fresh = reading.tokens - this.#seen.tokens;
    if (fresh > 0 && this.#stepsHere > 0) {
      this.#shownLoss = Math.max(0, (total - this.#seen.total) / fresh);
    }
    this.#seen = { total, tokens: reading.tokens };
    this.#due.loss = after(reporter.lossEvery);
    return reading;
  }

  #diverged(): DataError {
    return new DataError(
      `the training diverged: the loss is no longer a number at step ${this.#run.trainer.step}; take a smaller --learning-rate`,
    );
  }

  #report({ loss, perplexity }: LossReading, validation: LossReading | undefined): EpochReport {
    const { trainer, progress } = this.#run;
    const steps = this.#stepsHere - this.#epochStart.steps;
    const seconds = this.#training.seconds() - this.#epochStart.seconds;
    return {
      epoch: progress.epoch + 1,
      steps: trainer.step,
      loss,
      perplexity,
      validationLoss: validation?.loss ?? null,
      validationPerplexity: validation?.perplexity ?? null,
      tokensPerSecond: seconds > 0 ? (steps * trainer.tokensPerStep) / seconds : 0,
    };
  }

  #display(): void {
    const { trainer, progress, epochs, totalSteps, reporter } = this.#run;
    this.#due.display = after(DISPLAY_SECONDS);
    // The first steps are only queued.
    if (this.#training.seconds() < 1) return;
    const rate = this.#stepsHere / this.#training.seconds();
    reporter.progress({
      epoch: progress.epoch + 1,
      epochs,
      step: trainer.step,
      totalSteps,
      loss: this.#shownLoss,
      tokensPerSecond: rate * trainer.tokensPerStep,
      secondsLeft: (totalSteps - trainer.step) / rate,
    });
  }
}

/** A time that lies so many seconds ahead, on the clock of performance.now(). */
function after(seconds: number): number {
  return performance.now() + 1000 * seconds;
}

/** Adds up the time between `resume` and `pause`. */
function stopwatch(): { resume(): void; pause(): void; seconds(): number } {
  let total = 0;
  let since: number | undefined;
  const now = (): number => total + (since === undefined ? 0 : performance.now() - since);
  return {
    resume() {
      since ??= performance.now();
    },
    pause() {
      total = now();
      since = undefined;
    },
    seconds: () => now() / 1000,
  };
}

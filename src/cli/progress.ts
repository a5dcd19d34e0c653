// What a training run shows while it goes on: text with a progress bar for people, one JSON object a line for programs.
import type { SingleBar } from 'cli-progress';
import { clockTime, grouped, plural, short } from './format.ts';

/** What is known after an epoch; the `epoch` event of `--json` and a row of the record in model.json. */
export interface EpochReport {
  /** From 1. */
  epoch: number;
  /** Updates since the beginning. */
  steps: number;
  /** Mean over the epoch so far, in nats a token. */
  loss: number;
  perplexity: number;
  /** null without a validation text. */
  validationLoss: number | null;
  validationPerplexity: number | null;
  tokensPerSecond: number;
}

export interface Position {
  epoch: number;
  /** null where only the updates are limited. */
  epochs: number | null;
  step: number;
  totalSteps: number;
  /** Mean since the last time; undefined before the first. */
  loss: number | undefined;
  tokensPerSecond: number;
  secondsLeft: number;
}

export interface DoneReport extends EpochReport {
  seconds: number;
  adapter: string;
  interrupted: boolean;
  out: string;
}

export interface Reporter {
  /** Seconds between two losses that `progress` wants; Infinity for none. */
  readonly lossEvery: number;
  /** Whether reports and samples in the midst of a long epoch are wanted. */
  readonly wantsSamples: boolean;
  /** A line about the run, before it begins or beside it. */
  say(line: string): void;
  progress(position: Position): void;
  epoch(report: EpochReport, where: { epochs: number | null; complete: number }, sample?: string): void;
  done(report: DoneReport): void;
  /** Takes the bar away. */
  close(): void;
}

/** One JSON object a line on stdout, and nothing else there; lines about the run go to stderr. */
export function jsonReporter(): Reporter {
  const print = (event: object): void => {
    process.stdout.write(`${JSON.stringify(event)}\n`);
  };
  return {
    lossEvery: Number.POSITIVE_INFINITY,
    wantsSamples: false,
    say: (line) => void process.stderr.write(`${line}\n`),
    progress() {},
    epoch: (report, { complete }) => {
      if (complete >= 1) print({ event: 'epoch', ...report });
    },
    done: (report) => print({ event: 'done', ...report }),
    close() {},
  };
}

/** Seconds between two plain lines where there is no terminal. */
const PLAIN_SECONDS = 10;

/** Text for people: a progress bar on a terminal, else a line now and then. */
export async function textReporter(): Promise<Reporter> {
  const isTerminal = process.stderr.isTTY === true;
  const bar = isTerminal ? await progressBar() : undefined;
  const say = (text: string): void => {
    bar?.hide();
    process.stdout.write(`${text}\n`);
  };
  let lastLine = performance.now();
  return {
    lossEvery: isTerminal ? 1 : PLAIN_SECONDS,
    wantsSamples: true,
    say,
    progress(position) {
      if (bar) bar.show(position);
      else if (performance.now() - lastLine >= 1000 * PLAIN_SECONDS && position.loss !== undefined) {
        lastLine = performance.now();
        say(plainLine(position));
      }
    },
    epoch(report, { epochs, complete }, sample) {
      lastLine = performance.now();
      const of = epochs === null ? '' : `/${epochs}`;
      const part = complete >= 1 ? '' : ` (${Math.floor(100 * complete)}%)`;
      const validation =
        report.validationPerplexity === null ? '' : `, validation ${short(report.validationPerplexity)}`;
      say(
        `epoch ${report.epoch}${of}${part}, step ${report.steps} | perplexity ${short(report.perplexity)}${validation} |` +
          ` ${grouped(report.tokensPerSecond)} tokens/s`,
      );
      if (sample !== undefined) say(indented(sample));
    },
    done(report) {
      const { steps, perplexity, validationPerplexity, seconds, interrupted } = report;
      const validation = validationPerplexity === null ? '' : `, validation ${short(validationPerplexity)}`;
      say(
        `${interrupted ? 'stopped after' : 'done:'} ${plural(steps, 'step')} in ${clockTime(seconds)},` +
          ` perplexity ${short(perplexity)}${validation}`,
      );
    },
    close: () => bar?.hide(),
  };
}

function plainLine({
  epoch,
  epochs,
  step,
  totalSteps,
  loss,
  tokensPerSecond,
  secondsLeft,
}: Position): string {
  const of = epochs === null ? '' : `/${epochs}`;
  return (
    `epoch ${epoch}${of}, step ${step}/${totalSteps} | perplexity ${short(Math.exp(loss!))} |` +
    ` ${grouped(tokensPerSecond)} tokens/s | ${clockTime(secondsLeft)} left`
  );
}

function indented(sample: string): string {
  // What a terminal would act on is shown as a space.
  const lines = sample.replaceAll(/[^\P{Cc}\n\t]/gu, ' ').split('\n');
  return lines.map((line) => `    ${line}`).join('\n');
}

/** A bar that can be taken away for a line of text and comes back with the next progress. */
async function progressBar(): Promise<{ show(position: Position): void; hide(): void }> {
  const { SingleBar } = (await import('cli-progress')).default;
  let bar: SingleBar | undefined;
  return {
    show({ epoch, epochs, step, totalSteps, loss, tokensPerSecond, secondsLeft }) {
      const payload = {
        where: `epoch ${epoch}${epochs === null ? '' : `/${epochs}`}`,
        loss: loss === undefined ? '-' : loss.toFixed(3),
        perplexity: loss === undefined ? '-' : short(Math.exp(loss)),
        speed: grouped(tokensPerSecond),
        left: clockTime(secondsLeft),
      };
      if (bar) {
        bar.update(step, payload);
        return;
      }
      bar = new SingleBar({
        format: '{bar} {where} | loss {loss}, perplexity {perplexity} | {speed} tokens/s | {left} left',
        // The rest of a line takes about 72 columns.
        barsize: Math.min(30, Math.max(5, (process.stderr.columns ?? 80) - 72)),
        barCompleteChar: '#',
        barIncompleteChar: '-',
        clearOnComplete: true,
        hideCursor: false,
        stream: process.stderr,
        gracefulExit: false,
      });
      bar.start(totalSteps, step, payload);
    },
    hide() {
      bar?.stop();
      bar = undefined;
    },
  };
}

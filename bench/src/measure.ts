// What runs in the place that is measured (a page or a process of Node): pairs of engines, block by block in turn.
import type { Autotune } from '../../src/backends/tuning.ts';
import { compareWhole, goOn, losses, lossesOf, type Reference, whyWrong } from './checked_losses.ts';
import { less, perStep, startCounting } from './counting.ts';
import type { Engine, Runner, Task } from './engines/engine.ts';
import { loadEngine } from './engines/index.ts';
import { chooseKernels } from './engines/ours.ts';
import type { Counts, Measurement } from './results.ts';
import { prepared } from './tasks.ts';
import { checkedWork, type Work } from './works.ts';

export interface PairRequest {
  task: Task;
  engines: readonly string[];
  /** Of the checked work (see works.ts). */
  reference: Reference;
  warmup: number;
  runs: number;
  blockMilliseconds: number;
  /** Milliseconds of measuring for an engine; three pairs run all the same, or one where that takes five times as long. */
  budget: number;
  counted: boolean;
  autotune: Autotune;
}

export interface EngineOutcome {
  engine: string;
  /** Milliseconds a step, block by block; the i-th of all engines of a request were neighbours. */
  times: number[];
  /** The way in which the model was written, where the library has several: the fastest here. */
  form?: string;
  /** Of the whole chunk, without dropout. */
  firstLoss?: number;
  lossDifference?: number;
  laterLossDifference?: number;
  checkedChunk?: Measurement['checkedChunk'];
  wholeChunk?: Measurement['wholeChunk'];
  firstStep?: number;
  counts?: Counts;
  reason?: string;
}

const LEAST_PAIRS = 3;
const MOST_STEPS = 1000;

/** A step that takes longer, in ms, is too long to be run in every form: a chunk of a few steps decides between these. */
const LONG_STEP = 500;
const TRIAL_STEPS = 4;

interface Contender {
  outcome: EngineOutcome;
  engine: Engine;
  runner: Runner;
  /** Steps of a block. */
  steps: number;
  spent: number;
}

/** Checks each engine's losses, warms up, and then runs their blocks in turn. */
export async function measurePair(request: PairRequest): Promise<EngineOutcome[]> {
  chooseKernels(request.autotune);
  const outcomes: EngineOutcome[] = [];
  const contenders: Contender[] = [];
  for (const name of request.engines) {
    const outcome: EngineOutcome = { engine: name, times: [] };
    outcomes.push(outcome);
    try {
      const ready = await start(outcome, request);
      if (ready) contenders.push(ready);
    } catch (error) {
      outcome.reason = reasonOf(error);
    }
  }
  await compareWhole(
    contenders.map(({ outcome }) => outcome),
    request.task,
  );
  const agreed = contenders.filter(({ outcome }) => !outcome.reason);
  await runInTurn(agreed, request);
  for (const contender of contenders) {
    if (request.counted && contender.engine.webgpu && !contender.outcome.reason) await count(contender);
    contender.runner.dispose();
  }
  return outcomes;
}

/**
 * Builds the model in the first of its forms, takes the time to the first loss, finds the fastest form, and compares
 * losses with the reference.
 */
async function start(outcome: EngineOutcome, request: PairRequest): Promise<Contender | undefined> {
  const engine = await loadEngine(outcome.engine);
  const { task } = request;
  const data = prepared(task);
  const begun = performance.now();
  let runner = await engine.prepare(data);
  let seen: Reference = { first: await runner.block(1), later: Number.NaN };
  outcome.firstStep = performance.now() - begun;
  const isLong = (await goOn(runner, seen)) > LONG_STEP;
  const forms = engine.forms?.(task) ?? [];
  const form = forms.length > 1 ? await fastestForm(engine, forms, isLong, request) : forms[0];
  if (forms.length > 1) outcome.form = form;
  if (form !== forms[0]) {
    runner.dispose();
    runner = await engine.prepare(data, form);
    seen = await losses(runner);
  }
  outcome.firstLoss = seen.first;
  const checked = checkedWork(task.work, task.cell);
  const isWhole = isSame(checked, task.work);
  if (!isWhole) outcome.checkedChunk = { N: checked.N, T: checked.T };
  if (!isWhole) seen = await lossesOf(engine, { ...task, work: checked }, form);
  if (task.mode === 'train' && task.work.dropout > 0) {
    const work = { ...task.work, dropout: 0 };
    outcome.firstLoss = (await lossesOf(engine, { ...task, work }, form)).first;
  }
  outcome.lossDifference = Math.abs(seen.first - request.reference.first);
  outcome.laterLossDifference = Math.abs(seen.later - request.reference.later);
  const wrong = whyWrong(seen, outcome, request.reference);
  if (wrong) {
    outcome.reason = wrong;
    runner.dispose();
    return undefined;
  }
  return { outcome, engine, runner, spent: 0, steps: (await warmedUp(runner, request)).steps };
}

/** The form with the shortest step, of a few steps of time where the whole chunk takes long. */
async function fastestForm(
  engine: Engine,
  forms: readonly string[],
  isLong: boolean,
  request: PairRequest,
): Promise<string> {
  const { task } = request;
  const work = isLong ? { ...task.work, T: Math.min(task.work.T, TRIAL_STEPS) } : task.work;
  let best = { form: forms[0], milliseconds: Number.POSITIVE_INFINITY };
  for (const form of forms) {
    try {
      const trial = await engine.prepare(prepared({ ...task, work }), form);
      await trial.block(1);
      const { milliseconds } = await warmedUp(trial, request);
      trial.dispose();
      if (milliseconds < best.milliseconds) best = { form, milliseconds };
    } catch {
      // A form that the library cannot do here is none; where none is left the first says why.
    }
  }
  return best.form;
}

function isSame(a: Work, b: Work): boolean {
  return a.N === b.N && a.T === b.T && a.dropout === b.dropout;
}

/** Runs the warm-up; how many steps make a block of the wanted length, and what one took at last. */
async function warmedUp(
  runner: Runner,
  { warmup, blockMilliseconds }: PairRequest,
): Promise<{ steps: number; milliseconds: number }> {
  const stepsOf = (milliseconds: number) =>
    Math.min(MOST_STEPS, Math.max(1, Math.ceil((1.2 * blockMilliseconds) / milliseconds)));
  // Long steps have been warmed up by the check.
  let milliseconds = await timed(runner, 1);
  for (let i = 1; i < warmup && milliseconds < 100; i++) {
    const steps = stepsOf(milliseconds);
    milliseconds = (await timed(runner, steps)) / steps;
  }
  return { steps: stepsOf(milliseconds), milliseconds };
}

async function timed(runner: Runner, steps: number): Promise<number> {
  const begun = performance.now();
  await runner.block(steps);
  return performance.now() - begun;
}

async function runInTurn(contenders: readonly Contender[], request: PairRequest): Promise<void> {
  const { runs, budget } = request;
  for (let run = 0; run < runs && contenders.length > 0; run++) {
    const slowest = Math.max(...contenders.map(({ spent }) => spent));
    if (run >= LEAST_PAIRS && slowest > budget) return;
    if (run >= 1 && slowest > 5 * budget) return;
    for (const contender of contenders) {
      try {
        const time = await timed(contender.runner, contender.steps);
        contender.spent += time;
        contender.outcome.times.push(time / contender.steps);
      } catch (error) {
        contender.outcome.reason = reasonOf(error);
        return;
      }
    }
  }
}

/** One step in the steady state: what two make more than one, so that reading the loss at the end does not count. */
async function count({ runner, outcome }: Contender): Promise<void> {
  const short = await countBlock(runner, 1);
  const long = await countBlock(runner, 2);
  outcome.counts = perStep(less(long, short), 1);
}

async function countBlock(runner: Runner, steps: number): Promise<Counts> {
  const counting = startCounting();
  try {
    await runner.block(steps);
  } finally {
    counting.stop();
  }
  return counting.counts;
}

/** A failure in one line. */
export function reasonOf(error: unknown): string {
  const text =
    error instanceof Error ? error.message : String((error as { message?: string })?.message ?? error);
  const line = text.trim().split('\n')[0];
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}

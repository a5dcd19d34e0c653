// Times engines of the benchmark beside each other in this worker: the same weights and losses first, then blocks in turn.
import { lossesOf, type Reference, whyWrong } from '../../../../bench/src/checked_losses.ts';
import type { Engine, Runner, Task } from '../../../../bench/src/engines/engine.ts';
import { oursOnCpu } from '../../../../bench/src/engines/ours.ts';
import { ratiosOf, spreadOf } from '../../../../bench/src/statistics.ts';
import { prepared } from '../../../../bench/src/tasks.ts';
import * as tolerances from '../../../../bench/src/tolerances.ts';
import { flopsOf, resized } from '../../../../bench/src/works.ts';
import type { EngineResult, Event } from './protocol.ts';

/** Milliseconds of a block of steps. */
export const BLOCK = 120;
/** Steps of a block at most. */
const MOST_STEPS = 500;
/** Blocks that run however long they take, and the milliseconds after which no more begin. */
const LEAST_BLOCKS = 3;
const BUDGET = 12_000;
/** Operations that the reference computes in a moment. */
const QUICK = 1e8;

export interface Contender {
  result: EngineResult;
  engine: Engine;
  runner: Runner;
  /** Steps of a block. */
  steps: number;
  /** Of the whole chunk. */
  firstLoss: number;
}

export interface Watch {
  post(event: Event): void;
  /** Lets waiting commands be heard. */
  turn(): Promise<void>;
  /** Milliseconds, without the time for which the machine slept. */
  awake(): number;
  stopped(): boolean;
}

/** The task whose losses are compared: the whole where that is quick, a few steps of the same model elsewhere. */
function checkedTask(task: Task): Task {
  if (flopsOf(task.work, task.cell, 'train') <= QUICK) return task;
  const { N, T } = task.work;
  return { ...task, work: resized(task.work, { N: Math.min(N, 2), T: Math.min(T, 8) }) };
}

/** Losses by our plan on the CPU in f64. */
export function referenceOf(task: Task): Promise<Reference> {
  return lossesOf(oursOnCpu('f64'), checkedTask(task));
}

/**
 * Makes an engine ready: losses as the reference's, the fastest of its forms, warmed up.
 * @throws Error with the reason, where it cannot take part.
 */
export async function ready(
  engine: Engine,
  task: Task,
  reference: Reference,
  ours: Contender | undefined,
  watch: Watch,
): Promise<Contender> {
  const stage = (text: string) => watch.post({ type: 'stage', engine: engine.name, text });
  const result: EngineResult = { engine: engine.name, times: [] };
  const forms = engine.forms?.(task) ?? [undefined];
  let best: { form: string | undefined; milliseconds: number } | undefined;
  let failure: unknown;
  for (const form of forms) {
    if (watch.stopped()) break;
    try {
      stage('checking its losses');
      const seen = await lossesOf(engine, checkedTask(task), form);
      const lossDifference = Math.abs(seen.first - reference.first);
      const laterLossDifference = Math.abs(seen.later - reference.later);
      const wrong = whyWrong(
        seen,
        { engine: engine.name, times: [], lossDifference, laterLossDifference },
        reference,
      );
      if (wrong) throw new Error(`It ${wrong}.`);
      stage('warming up');
      const { runner, firstLoss, milliseconds } = await warmed(engine, task, form, watch);
      runner.dispose();
      if (ours && Math.abs(firstLoss - ours.firstLoss) > tolerances.firstLoss) {
        throw new Error(
          `It computes the loss ${firstLoss} of the whole chunk, and ours is ${ours.firstLoss}.`,
        );
      }
      if (best && milliseconds >= best.milliseconds) continue;
      best = { form, milliseconds };
      Object.assign(result, { lossDifference, laterLossDifference, ...(forms.length > 1 && { form }) });
    } catch (error) {
      failure ??= error;
    }
    await watch.turn();
  }
  if (!best) throw failure ?? new Error('It was stopped before it ran.');
  const { runner, firstLoss, milliseconds } = await warmed(engine, task, best.form, watch);
  const steps = Math.min(MOST_STEPS, Math.max(1, Math.ceil(BLOCK / milliseconds)));
  return { result, engine, runner, steps, firstLoss };
}

/** A runner whose first steps, which compile, are behind it; what a step takes then. */
async function warmed(engine: Engine, task: Task, form: string | undefined, watch: Watch) {
  const runner = await engine.prepare(prepared(task), form);
  const firstLoss = await runner.block(1);
  let milliseconds = await timed(runner, 1, watch);
  for (let i = 0; i < 2 && milliseconds < 100 && !watch.stopped(); i++) {
    milliseconds = await timed(
      runner,
      Math.max(1, Math.min(MOST_STEPS, Math.ceil(BLOCK / 2 / milliseconds))),
      watch,
    );
    await watch.turn();
  }
  return { runner, firstLoss, milliseconds };
}

/** Milliseconds of a step, of so many. */
async function timed(runner: Runner, steps: number, { awake }: Watch): Promise<number> {
  const begun = awake();
  await runner.block(steps);
  return (awake() - begun) / steps;
}

/** Runs blocks of all contenders in turn, so that what slows the machine for a while slows all of them. */
export async function inTurn(contenders: readonly Contender[], runs: number, watch: Watch): Promise<void> {
  const begun = watch.awake();
  const before = contenders.map(({ result }) => result.times.length);
  for (const { engine } of contenders) watch.post({ type: 'stage', engine: engine.name, text: 'measuring' });
  for (let run = 0; run < runs; run++) {
    if (run >= LEAST_BLOCKS && watch.awake() - begun > BUDGET) break;
    const round: number[] = [];
    for (const { runner, steps } of contenders) {
      if (watch.stopped()) return;
      round.push(await timed(runner, steps, watch));
      await watch.turn();
    }
    contenders.forEach(({ result }, i) => {
      result.times.push(round[i]);
      watch.post({ type: 'block', engine: result.engine, milliseconds: round[i] });
    });
  }
  const [own, peer] = contenders;
  if (!peer) return;
  peer.result.ratio = ratiosOf(own.result.times.slice(before[0]), peer.result.times);
}

/** The figures of an engine out of its blocks. */
export function finished(result: EngineResult, tokens: number): EngineResult {
  if (result.times.length === 0) return { ...result, reason: result.reason ?? 'no block was finished' };
  const milliseconds = spreadOf(result.times);
  return { ...result, milliseconds, tokensPerSecond: (1000 * tokens) / milliseconds.median };
}

/** A failure in one line. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const [line] = text.trim().split('\n');
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}

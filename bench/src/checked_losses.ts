// Whether engines compute the losses of our backend on the CPU, before anything is timed.
import type { Engine, Runner, Task } from './engines/engine.ts';
import { oursOnCpu } from './engines/ours.ts';
import type { EngineOutcome } from './measure.ts';
import { prepared } from './tasks.ts';
import * as tolerances from './tolerances.ts';
import { checkedWork, flopsOf } from './works.ts';

/** Losses of the same steps by the f64 reference on the CPU. */
export interface Reference {
  first: number;
  /** Of the third step: states were carried, and weights updated where they are trained. */
  later: number;
}

/** Steps until the later loss. */
const CHECKED_STEPS = 3;

/** The forward pass that our backend on the CPU computes within seconds, to be compared with where there is no peer. */
const COMPARED_FLOPS = 2e9;

/** Losses of a work by our plan on the CPU in f64. */
export async function reference(task: Task): Promise<Reference> {
  const work = checkedWork(task.work, task.cell);
  const runner = await oursOnCpu('f64').prepare(prepared({ ...task, work }));
  return losses(runner);
}

/** Losses of a task in an engine, in one of its forms. */
export async function lossesOf(engine: Engine, task: Task, form?: string): Promise<Reference> {
  const runner = await engine.prepare(prepared(task), form);
  const seen = await losses(runner);
  runner.dispose();
  return seen;
}

/** Losses of a runner that has not run yet. */
export async function losses(runner: Runner): Promise<Reference> {
  const seen = { first: await runner.block(1), later: Number.NaN };
  await goOn(runner, seen);
  return seen;
}

/** From the first loss to the later one; the milliseconds of the last step. */
export async function goOn(runner: Runner, seen: Reference): Promise<number> {
  let begun = Number.NaN;
  for (let step = 1; step < CHECKED_STEPS; step++) {
    begun = performance.now();
    seen.later = await runner.block(1);
  }
  return performance.now() - begun;
}

/** What is wrong with losses whose differences are too large; undefined where none is. */
export function whyWrong(
  seen: Reference,
  { lossDifference, laterLossDifference }: EngineOutcome,
  expected: Reference,
): string | undefined {
  // Written so that NaN counts as wrong.
  if (!(lossDifference! <= tolerances.firstLoss)) {
    return `computes another loss: ${seen.first}, expected ${expected.first}`;
  }
  if (!(laterLossDifference! <= tolerances.laterLoss)) {
    return `goes on to another loss: ${seen.later} in step ${CHECKED_STEPS}, expected ${expected.later}`;
  }
  return undefined;
}

/**
 * Compares first losses of the chunk that is timed, where a shorter one was compared with the reference: of the two
 * engines, or, where there is one, with our backend on the CPU in f32.
 */
export async function compareWhole(outcomes: readonly EngineOutcome[], task: Task): Promise<void> {
  const [one, other] = outcomes;
  if (!one?.checkedChunk) return;
  if (other) {
    compareFirst(one, other.firstLoss!, other.engine);
    compareFirst(other, one.firstLoss!, one.engine);
    return;
  }
  const mode = task.mode === 'train' ? 'forward' : task.mode;
  if (flopsOf(task.work, task.cell, mode) > COMPARED_FLOPS) return;
  const onCpu = oursOnCpu();
  if (one.engine === onCpu.name) return;
  const { first } = await lossesOf(onCpu, { ...task, mode, work: { ...task.work, dropout: 0 } });
  compareFirst(one, first, onCpu.name);
}

function compareFirst(outcome: EngineOutcome, expected: number, against: string): void {
  const difference = Math.abs(outcome.firstLoss! - expected);
  outcome.wholeChunk = { difference, against };
  if (difference <= tolerances.firstLoss) return;
  outcome.reason = `computes the loss ${outcome.firstLoss} of the whole chunk, and ${against} ${expected}`;
}

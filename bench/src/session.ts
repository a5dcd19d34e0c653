// A run of the benchmark: sends what was selected to its places and gathers what comes back as results.

import type { Autotune } from '../../src/backends/tuning.ts';
import type { Reference } from './checked_losses.ts';
import { engines, isOwn, ours } from './engines/names.ts';
import type { EngineOutcome } from './measure.ts';
import { reasonOf } from './measure.ts';
import { LONGEST, type MeasuringPlace } from './places.ts';
import { progressLine } from './progress.ts';
import type { BenchResults, Measurement, Place, Ratio } from './results.ts';
import type { Selected } from './selection.ts';
import { ratiosOf, spreadOf } from './statistics.ts';
import { workOf } from './works.ts';

export interface Method {
  warmup: number;
  runs: number;
  blockMilliseconds: number;
  /** Milliseconds of measuring for an engine on a work. */
  budget: number;
  /** How webgpu-rnn chooses among kernels that compute the same. */
  autotune: Autotune;
}

export type Measured = Pick<BenchResults, 'measurements' | 'ratios' | 'omitted'>;

/** Measures everything that was selected, ours beside each peer. */
export async function measureAll(
  selected: readonly Selected[],
  places: ReadonlyMap<Place, MeasuringPlace>,
  method: Method,
  software: boolean,
): Promise<Measured> {
  const measured: Measured = { measurements: [], ratios: [], omitted: [] };
  const groups = selected
    .map((group) => ({ ...group, peers: group.peers.filter((name) => name !== 'torch') }))
    .filter(({ place }) => places.has(place));
  const progress = await progressLine(groups.reduce((sum, { peers }) => sum + Math.max(1, peers.length), 0));
  // On a GPU nothing should take long but what hangs; on a software adapter one step may take minutes.
  const longest = software ? LONGEST : 60_000 + 4 * method.budget;
  const references = new Map<string, Promise<Reference>>();
  try {
    for (const group of groups) {
      const place = places.get(group.place)!;
      const key = JSON.stringify([group.work.name, group.cell, group.mode]);
      if (!references.has(key)) references.set(key, place.run('reference', taskOf(group)));
      const limited: MeasuringPlace = {
        ...place,
        run: (errand, request) => place.run(errand, request, longest),
      };
      await measureGroup(group, limited, references.get(key)!, method, measured, progress);
    }
  } finally {
    progress.close();
  }
  return measured;
}

function taskOf({ work, cell, mode }: Selected) {
  return { work: workOf(work, mode), cell, mode };
}

async function measureGroup(
  group: Selected,
  place: MeasuringPlace,
  reference: Promise<Reference>,
  method: Method,
  { measurements, ratios }: Measured,
  progress: Awaited<ReturnType<typeof progressLine>>,
): Promise<void> {
  const { cell, mode, peers } = group;
  const about = { work: group.work.name, cell, mode, place: group.place };
  const own: EngineOutcome[] = [];
  const rows: Measurement[] = [];
  // Without a peer ours is measured alone.
  for (const peer of peers.length > 0 ? peers : [undefined]) {
    progress.begin(`${about.work} ${cell} ${mode} in ${about.place}: ${peer ?? ours}`);
    const outcomes = await outcomesOf(group, place, reference, method, peer);
    for (const outcome of outcomes) {
      if (outcome.engine === ours) own.push(outcome);
      else rows.push(measurementOf(about, [outcome], tokensOf(group)));
    }
    const [first, second] = outcomes;
    if (second && first.times.length > 0 && second.times.length > 0) {
      ratios.push({
        ...about,
        peer: second.engine,
        ratio: ratiosOf(first.times, second.times),
      } satisfies Ratio);
    }
    progress.done();
  }
  // Whatever broke down with every peer, ours is measured.
  if (peers.length > 0 && own.every(({ times }) => times.length === 0)) {
    own.push(...(await outcomesOf(group, place, reference, method, undefined)));
  }
  measurements.push(measurementOf(about, own, tokensOf(group)), ...rows);
}

async function outcomesOf(
  group: Selected,
  place: MeasuringPlace,
  reference: Promise<Reference>,
  method: Method,
  peer: string | undefined,
): Promise<EngineOutcome[]> {
  const names = peer === undefined ? [ours] : [ours, peer];
  try {
    return await place.run('pair', {
      task: taskOf(group),
      engines: names,
      reference: await reference,
      ...method,
      counted: group.mode === 'train',
    });
  } catch (error) {
    // The page or process broke down, and with it the peer: ours is measured with the others.
    const reason = reasonOf(error);
    return names.map((engine) => ({ engine, times: [], reason }));
  }
}

function tokensOf(group: Selected): number {
  const { N, T } = workOf(group.work, group.mode);
  return N * T;
}

/** One row of the results, from all pairs in which the engine took part. */
export function measurementOf(
  about: Pick<Measurement, 'work' | 'cell' | 'mode' | 'place'>,
  outcomes: readonly EngineOutcome[],
  tokens: number,
): Measurement {
  const times = outcomes.flatMap((outcome) => outcome.times);
  // The first one built on a machine that had not seen its kernels; what failed beside one peer may have worked beside others.
  const told = outcomes.find((outcome) => outcome.firstLoss !== undefined) ?? outcomes[0];
  const row: Measurement = { ...about, engine: told.engine };
  if (times.length > 0) {
    row.milliseconds = spreadOf(times);
    row.tokensPerSecond = (1000 * tokens) / row.milliseconds.median;
  } else {
    row.reason = told.reason ?? 'no block was finished';
  }
  const { form, firstLoss, lossDifference, laterLossDifference, checkedChunk, firstStep } = told;
  const [wholeChunk] = outcomes
    .flatMap((outcome) => (outcome.wholeChunk && outcome.times.length > 0 ? [outcome.wholeChunk] : []))
    .sort((a, b) => b.difference - a.difference);
  const counts = outcomes.find((outcome) => outcome.counts)?.counts;
  return {
    ...row,
    ...(form !== undefined && { form }),
    ...(firstLoss !== undefined && { firstLoss }),
    ...(checkedChunk && { checkedChunk }),
    ...(wholeChunk && { wholeChunk }),
    ...(lossDifference !== undefined && { lossDifference }),
    ...(laterLossDifference !== undefined && { laterLossDifference }),
    ...(counts && { counts }),
    ...(firstStep !== undefined && { firstStep }),
  };
}

/** Whether these engines need the packages of bench/package.json. */
export function needsPeers(selected: readonly Selected[]): boolean {
  return selected.some(({ peers }) =>
    peers.some((name) => engines[name] && !isOwn(name) && name !== 'torch'),
  );
}

// Finds the unit that counts, the unit that remembers, and the units that watch features of a text, and says why.
import type { Level } from 'webgpu-rnn';
import { featuresIn } from './features.ts';
import { figure } from './spelling.ts';
import { countsOf } from './tasks.ts';
import type { Recording } from './watcher.ts';

export interface Finding {
  /** What the unit does, in one or two words: "counts". */
  readonly role: string;
  readonly layer: number;
  readonly unit: number;
  /** How sure that is, from 0 to 1; below `sure` the sentence says that nothing was found. */
  readonly strength: number;
  readonly found: boolean;
  /** What of the unit shows it. */
  readonly state: 'cell' | 'hidden';
  /** Why this unit, with its numbers. */
  readonly why: string;
  /** The words of the feature of a text that it goes with. */
  readonly watches?: string;
}

/** The cell state of a unit after step t of a sequence. */
function cellAt(recording: Recording, layer: number, t: number, n: number, unit: number): number {
  const { cell, hidden, units } = recording.layers[layer];
  return (cell ?? hidden)[(t * recording.batch + n) * units + unit];
}

/** Pearson's correlation; 0 where one of the two does not change. */
export function correlation(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const n = x.length;
  let [mx, my] = [0, 0];
  for (let i = 0; i < n; i++) {
    mx += x[i] / n;
    my += y[i] / n;
  }
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [dx, dy] = [x[i] - mx, y[i] - my];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xx > 1e-12 && yy > 1e-12 ? xy / Math.sqrt(xx * yy) : 0;
}

function sum(a: number, b: number): number {
  return a + b;
}

/**
 * The unit whose cell state goes with the count, over a^n X b^n for n = 1, 2, ...: sequence n - 1 of the recording.
 */
export function findCounter(recording: Recording, layer = 0): Finding {
  const { units } = recording.layers[layer];
  const steps = Array.from({ length: recording.batch }, (_, n) =>
    countsOf(n + 1).map((count, t) => ({ n, t, count, falling: t > n + 1 })),
  ).flat();
  const counts = steps.map(({ count }) => count);
  const byUnit = Array.from({ length: units }, (_, unit) =>
    correlation(
      steps.map(({ n, t }) => cellAt(recording, layer, t, n, unit)),
      counts,
    ),
  );
  const unit = strongest(byUnit);
  const r = byUnit[unit];
  // The middle change a step makes, within the a and within the b.
  const change = (falling: boolean) =>
    middle(
      steps
        .filter((step) => step.falling === falling && step.t > 0 && (falling || step.t <= step.n))
        .map(({ n, t }) => cellAt(recording, layer, t, n, unit) - cellAt(recording, layer, t - 1, n, unit)),
    );
  const [perA, perB] = [change(false), change(true)];
  const found = Math.abs(r) >= 0.8 && perA * perB < 0;
  const moves = `its cell state ${moved(perA)} with each a and ${moved(perB)} with each b`;
  return {
    ...{ role: 'counts', state: 'cell', layer, unit, strength: Math.abs(r), found },
    why: found
      ? `Unit ${unit + 1} counts: ${moves}. Over n = 1 to ${recording.batch} it follows the count with a correlation of ${figure(r)}.`
      : `No unit counts yet. Unit ${unit + 1} comes nearest (correlation ${figure(r)} with the count): ${moves}.`,
  };
}

/**
 * The unit whose cell state tells best, after every letter before the Y, whether the text began with A (sequence 0) or B
 * (sequence 1); `before` counts these letters. `right` says whether the network ends both texts as it should.
 */
export function findMemory(recording: Recording, before: number, right: boolean, layer = 0): Finding {
  const { units, gates } = recording.layers[layer];
  const apart = Array.from({ length: units }, (_, unit) => {
    const gaps = Array.from(
      { length: before },
      (_, t) => cellAt(recording, layer, t, 0, unit) - cellAt(recording, layer, t, 1, unit),
    );
    // Where A and B change sides on the way, the unit alone cannot tell them apart.
    const oneSided = gaps.every((gap) => gap > 0) || gaps.every((gap) => gap < 0);
    const least = oneSided ? Math.min(...gaps.map(Math.abs)) : 0;
    const path = Array.from({ length: before }, (_, t) => cellAt(recording, layer, t, 0, unit));
    // A unit that moves little besides tells A from B at any step by its level alone.
    return { gaps, least, clear: least / (0.25 + Math.max(...path) - Math.min(...path)) };
  });
  const unit = strongest(apart.map(({ least, clear }) => (least >= 0.15 ? 1 + clear : least)));
  const { least, gaps } = apart[unit];
  const kept = Array.from(
    { length: before - 1 },
    (_, i) => gates[4 * ((i + 1) * recording.batch * units + unit) + 1],
  );
  const found = right && least >= 0.15;
  const side = gaps[0] > 0 ? 'higher' : 'lower';
  const held = Math.round((100 * kept.reduce(sum, 0)) / kept.length);
  return {
    ...{ role: 'remembers', state: 'cell', layer, unit, strength: Math.min(1, least / 0.5), found },
    why: found
      ? `Unit ${unit + 1} remembers the A: from the first letter to the last x its cell state stays ${side} after A than after B, never by less than ${figure(least)}. Its forget gate keeps ${held} % from letter to letter, so the x in between do not wash it out.`
      : `No unit remembers the A yet: ${right ? 'the answer is right, but no single unit holds it all the way' : 'the two texts still end alike'}. Unit ${unit + 1} holds them ${figure(least)} apart.`,
  };
}

/** How a text is looked at. */
export interface Watching {
  /** Its symbols, line ends as \n. */
  readonly symbols: readonly string[];
  readonly level: Level;
  /** Its place in the recording; 0 when left out. */
  readonly sequence?: number;
  /** The layer's place in the recording; the last when left out. */
  readonly layer?: number;
}

/** The correlation from which on a unit watches something. */
const clear = 0.5;

/** For each role that the text has, the unit whose cell or hidden state goes with one of its features best. */
export function findWatchers(recording: Recording, watching: Watching): Finding[] {
  const { symbols, level, sequence = 0, layer = recording.layers.length - 1 } = watching;
  const { cell, hidden, units } = recording.layers[layer];
  const series = (from: Float32Array, unit: number) =>
    Float32Array.from(symbols, (_, t) => from[(t * recording.batch + sequence) * units + unit]);
  const states = Array.from({ length: units }, (_, unit) => [
    ...(cell ? [{ state: 'cell' as const, unit, values: series(cell, unit) }] : []),
    { state: 'hidden' as const, unit, values: series(hidden, unit) },
  ]).flat();
  // In a short text some unit goes with anything by chance: four times the spread that chance gives is asked for.
  const least = Math.max(clear, 4 / Math.sqrt(symbols.length));
  const byRole = new Map<string, Finding>();
  for (const { feature, values } of featuresIn(symbols, level)) {
    const { role, words } = feature;
    const correlations = states.map((it) => correlation(it.values, values));
    const best = strongest(correlations);
    const { unit, state } = states[best];
    const r = correlations[best];
    const strength = Math.abs(r);
    if (strength <= (byRole.get(role)?.strength ?? -1)) continue;
    const found = strength >= least;
    const sense = r < 0 ? 'falls' : 'rises';
    const why = found
      ? `Unit ${unit + 1} watches ${role}: its ${state} state ${sense} with ${words} (correlation ${figure(r)}).`
      : strength >= clear
        ? `The text is too short to tell which unit watches ${role}; unit ${unit + 1} comes nearest (correlation ${figure(r)}).`
        : `No unit watches ${role} clearly; unit ${unit + 1} comes nearest (correlation ${figure(r)}).`;
    byRole.set(role, { role, state, layer, unit, strength, found, why, watches: words });
  }
  return [...byRole.values()].sort((a, b) => b.strength - a.strength);
}

function strongest(values: readonly number[]): number {
  return values.reduce((best, value, i) => (Math.abs(value) > Math.abs(values[best]) ? i : best), 0);
}

function middle(values: readonly number[]): number {
  const ordered = values.toSorted((a, b) => a - b);
  return ordered.length > 0 ? ordered[Math.floor(ordered.length / 2)] : 0;
}

function moved(change: number): string {
  return `${change < 0 ? 'falls' : 'rises'} by ${Math.abs(change).toFixed(2)}`;
}

// Finds the unit that counts, the unit that remembers, and the units that watch features of a text, and says why.
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
}

/** The cell state of a unit after step t of a sequence. */
function cellAt(recording: Recording, layer: number, t: number, n: number, unit: number): number {
  const { cell, units } = recording.layers[layer];
  return cell[(t * recording.batch + n) * units + unit];
}

/** Pearson's correlation; 0 where one of the two does not change. */
export function correlation(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const n = x.length;
  const mean = (values: ArrayLike<number>) => Array.from(values).reduce(sum, 0) / n;
  const [mx, my] = [mean(x), mean(y)];
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    xy += (x[i] - mx) * (y[i] - my);
    xx += (x[i] - mx) ** 2;
    yy += (y[i] - my) ** 2;
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

/** A number for each character of a text. */
export interface Feature {
  readonly role: string;
  /** As in "goes with ...". */
  readonly words: string;
  of(text: string): Float32Array;
}

export const features: readonly Feature[] = [
  { role: 'quotes', words: 'being inside quotes', of: insideQuotes },
  { role: 'brackets', words: 'the depth of brackets', of: bracketDepth },
  { role: 'line ends', words: 'how far the line has come', of: placeInLine },
  { role: 'words', words: 'being at a gap between words', of: (text) => each(text, (it) => /\s/.test(it)) },
  { role: 'capitals', words: 'capital letters', of: (text) => each(text, (it) => /\p{Lu}/u.test(it)) },
  { role: 'comments', words: 'being inside a comment', of: insideComments },
];

/** For each feature that the text has, the unit whose cell or hidden state goes with it best. */
export function findWatchers(recording: Recording, text: string, sequence = 0): Finding[] {
  return features
    .flatMap(({ role, words, of }): Finding[] => {
      const values = of(text);
      if (values.every((value) => value === values[0])) return [];
      const { cell, units, hidden } = recording.layers.at(-1)!;
      const layer = recording.layers.length - 1;
      const series = (from: Float32Array, unit: number) =>
        Float32Array.from(values, (_, t) => from[(t * recording.batch + sequence) * units + unit]);
      const byUnit = Array.from({ length: units }, (_, unit) => {
        const [c, h] = [cell, hidden].map((from) => correlation(series(from, unit), values));
        return Math.abs(c) >= Math.abs(h)
          ? { r: c, state: 'cell' as const }
          : { r: h, state: 'hidden' as const };
      });
      const unit = strongest(byUnit.map(({ r }) => r));
      const { r, state } = byUnit[unit];
      const found = Math.abs(r) >= 0.5;
      const sense = r < 0 ? 'falls' : 'rises';
      const why = found
        ? `Unit ${unit + 1} watches ${role}: its ${state} state ${sense} with ${words} (correlation ${figure(r)}).`
        : `No unit watches ${role} clearly; unit ${unit + 1} comes nearest (correlation ${figure(r)}).`;
      return [{ role, state, layer, unit, strength: Math.abs(r), found, why }];
    })
    .sort((a, b) => b.strength - a.strength);
}

/** 1 between a quotation mark and the next one of its kind; a mark within a word is an apostrophe, and a line end ends all. */
export function insideQuotes(text: string): Float32Array {
  let open = '';
  return Float32Array.from(text, (it, i) => {
    if (it === '\n' && open !== '`') open = '';
    else if (open) {
      if (it === open || (open === '“' && it === '”')) open = '';
    } else if ('"`“'.includes(it) || (it === "'" && !/[\p{L}\d]/u.test(text[i - 1] ?? ''))) open = it;
    return open ? 1 : 0;
  });
}

/** How many brackets of any kind are open, at most 8. */
export function bracketDepth(text: string): Float32Array {
  let depth = 0;
  return Float32Array.from(text, (it) => {
    if ('([{'.includes(it)) depth++;
    else if (')]}'.includes(it)) depth = Math.max(0, depth - 1);
    return Math.min(depth, 8);
  });
}

/** Characters since the last line end. */
export function placeInLine(text: string): Float32Array {
  let at = 0;
  return Float32Array.from(text, (it) => {
    at = it === '\n' ? 0 : at + 1;
    return at;
  });
}

/** 1 behind // up to the line end, and between slash-star and star-slash. */
export function insideComments(text: string): Float32Array {
  const inside = new Float32Array(text.length);
  for (const { index, 0: comment } of text.matchAll(/\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g)) {
    inside.fill(1, index, index + comment.length);
  }
  return inside;
}

function each(text: string, is: (character: string) => boolean): Float32Array {
  const values = new Float32Array(text.length);
  for (let i = 0; i < text.length; i++) values[i] = Number(is(text[i]));
  return values;
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

function figure(value: number): string {
  return (value < 0 ? '−' : '') + Math.abs(value).toFixed(2);
}

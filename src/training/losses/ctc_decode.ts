// Label sequences as they are read off the scores of a model that was trained with CTC.
import { OptionError, ShapeError, show } from '../../core/errors.ts';
import { shown } from '../../core/options.ts';

/** What `ctcGreedyDecode` and `ctcBeamSearch` take beside the scores. */
export interface DecodeOptions {
  /** Default 0. */
  blank?: number;
  /** Steps of each sequence; default: all. */
  lengths?: ArrayLike<number>;
}

/** Scores of sequences, batch-major as `predict` gives them. */
export interface Scores {
  /** [N, T, C] */
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/**
 * Reads label sequences off scores [N,T,C]: the best class of each step, repetitions taken as one, without blanks.
 * @throws ShapeError for scores of another rank.
 */
export function ctcGreedyDecode(scores: Scores, { blank = 0, lengths }: DecodeOptions = {}): number[][] {
  const [N, T, C] = expectScores('ctcGreedyDecode', scores);
  return Array.from({ length: N }, (_, n) => {
    const labels: number[] = [];
    let before = blank;
    for (let t = 0; t < Math.min(lengths?.[n] ?? T, T); t++) {
      const first = (n * T + t) * C;
      let best = 0;
      for (let c = 1; c < C; c++) if (scores.data[first + c] > scores.data[first + best]) best = c;
      if (best !== blank && best !== before) labels.push(best);
      before = best;
    }
    return labels;
  });
}

export interface BeamSearchOptions extends DecodeOptions {
  /** How many label sequences are followed at a time; default 100. */
  beams?: number;
  /** Whether scores are logits (default) or probabilities. */
  fromLogits?: boolean;
}

/**
 * Reads label sequences off scores [N,T,C] by prefix beam search, which adds up the ways to spread each label sequence
 * over the steps; Graves and Jaitly 2014.
 * @throws ShapeError for scores of another rank, OptionError unless `beams` is a positive integer.
 */
export function ctcBeamSearch(scores: Scores, options: BeamSearchOptions = {}): number[][] {
  const { blank = 0, lengths, beams = 100, fromLogits = true } = options;
  const [N, T, C] = expectScores('ctcBeamSearch', scores);
  if (!Number.isSafeInteger(beams) || beams < 1) {
    throw new OptionError(`[ctcBeamSearch/beams] must be a positive integer, got ${shown(beams)}`);
  }
  return Array.from({ length: N }, (_, n) => {
    let prefixes: Prefix[] = [{ labels: [], blank: 0, label: Number.NEGATIVE_INFINITY }];
    for (let t = 0; t < Math.min(lengths?.[n] ?? T, T); t++) {
      const first = (n * T + t) * C;
      const step = Array.from({ length: C }, (_, c) => scores.data[first + c]);
      prefixes = extended(prefixes, fromLogits ? logSoftmax(step) : step.map(Math.log), blank)
        .sort((a, c) => logAdd(c.blank, c.label) - logAdd(a.blank, a.label))
        .slice(0, beams);
    }
    return [...prefixes[0].labels];
  });
}

/** A label sequence and the logarithms of the probabilities of its ways that end in a blank, or in its last label. */
interface Prefix {
  readonly labels: readonly number[];
  blank: number;
  label: number;
}

function extended(prefixes: readonly Prefix[], step: readonly number[], blank: number): Prefix[] {
  const found = new Map<string, Prefix>();
  const at = (labels: readonly number[]): Prefix => {
    const key = labels.join(' ');
    const prefix = found.get(key) ?? {
      labels,
      blank: Number.NEGATIVE_INFINITY,
      label: Number.NEGATIVE_INFINITY,
    };
    found.set(key, prefix);
    return prefix;
  };
  for (const { labels, blank: ended, label: open } of prefixes) {
    const either = logAdd(ended, open);
    const last = labels.at(-1);
    const same = at(labels);
    same.blank = logAdd(same.blank, either + step[blank]);
    if (last !== undefined) same.label = logAdd(same.label, open + step[last]);
    for (let c = 0; c < step.length; c++) {
      if (c === blank) continue;
      const longer = at([...labels, c]);
      longer.label = logAdd(longer.label, (c === last ? ended : either) + step[c]);
    }
  }
  return [...found.values()];
}

function logAdd(a: number, c: number): number {
  const m = Math.max(a, c);
  return m === Number.NEGATIVE_INFINITY ? m : m + Math.log1p(Math.exp(-Math.abs(a - c)));
}

function logSoftmax(x: readonly number[]): number[] {
  const largest = Math.max(...x);
  const sum = x.reduce((a, value) => a + Math.exp(value - largest), 0);
  return x.map((value) => value - largest - Math.log(sum));
}

function expectScores(where: string, { shape, data }: Scores): readonly number[] {
  if (shape.length !== 3 || data.length !== shape.reduce((a, n) => a * n, 1)) {
    throw new ShapeError(
      `[${where}] expected scores [N, T, C], got ${show(shape)} of ${data.length} numbers`,
    );
  }
  return shape;
}

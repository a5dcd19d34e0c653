// What the tab and its worker say to each other: two lessons, one worker each.

export type Kind = 'segment' | 'add';

/** What a network is to learn, and how large it is. */
export type LessonOptions =
  | {
      kind: 'segment';
      units: number;
      rate: number;
      /** A text that came with the page, or the visitor's own. */
      source: 'tales' | 'documentation' | { text: string };
    }
  | {
      kind: 'add';
      units: number;
      rate: number;
      /** Of each of the two numbers, 1 to 3. */
      digits: number;
    };

/** A lesson, and the number by which the page tells a network from those before it. */
export interface Run {
  lesson: LessonOptions;
  run: number;
}

export type Command =
  /** After a lost device, with the number of the run that was kept: goes on with its weights. */
  | ({ type: 'begin' } & Run)
  | { type: 'train' }
  | { type: 'pause' }
  /** The text is answered now and again after every measurement. */
  | { type: 'ask'; text: string }
  | { type: 'save' }
  /** The model of a file is taught the lesson; a file that is none changes nothing. */
  | ({ type: 'open'; bytes: Uint8Array } & Run);

/** Where a character stands in its word: at the beginning, in the middle, at the end, or as the only one. */
export const TAGS = ['B', 'M', 'E', 'S'] as const;

/** A held-out sentence, with the tags that were found and those that are right. */
export interface TaggedRow {
  text: string;
  tags: number[];
  wanted: number[];
}

/** A held-out sum. */
export interface SumRow {
  text: string;
  said: string;
  wanted: string;
}

export type Answer =
  | { kind: 'segment'; text: string; tags: number[] }
  | {
      kind: 'add';
      text: string;
      /** What was written, letter by letter; a space ends a short answer. */
      letters: string[];
      /** How sure it was of each. */
      probabilities: number[];
      /** Row by row: how much each written letter looked at each letter of `text`; what it gave to the filling is left out. */
      weights: number[];
    };

export interface Measured {
  /** F1 of words, or the part of sums without a wrong digit. */
  score: number;
  rows: TaggedRow[] | SumRow[];
}

export type Event =
  | {
      type: 'begun';
      run: number;
      step: number;
      parameters: number;
      examples: number;
      heldOut: number;
      units: number;
      digits?: number;
    }
  | { type: 'state'; training: boolean }
  | { type: 'progress'; step: number; loss: number; millisecondsPerStep: number; examplesPerSecond: number }
  | ({ type: 'measured'; step: number } & Measured)
  | { type: 'answer'; step: number; answer: Answer }
  | { type: 'saved'; bytes: Uint8Array | undefined };

// What the page asks of the writing job, and what the job tells it.
import type { RunSettings, Sampling } from './settings.ts';

/** The text of a run; one of the visitor's own comes as the bytes of its file. */
export type CorpusRequest =
  | { readonly kind: 'source' }
  | { readonly kind: 'fables' }
  | { readonly kind: 'own'; readonly name: string; readonly bytes: Uint8Array };

export type Command =
  /** Trains a new model, or goes on with the one that there is. */
  | { type: 'train'; run: number; settings: RunSettings; corpus: CorpusRequest }
  /** After a restart: sets up the last weights of this run, and trains on where a text is given. */
  | { type: 'recover'; run: number; settings: RunSettings; corpus: CorpusRequest | undefined }
  | { type: 'pause' }
  /** Forgets the model. */
  | { type: 'reset' }
  | { type: 'rate'; rate: number }
  | { type: 'sampling'; sampling: Sampling }
  /** Whether the model writes; also false while nobody looks. */
  | { type: 'writing'; on: boolean }
  /** Lets the model read this, and go on from there. */
  | { type: 'begin'; text: string }
  | { type: 'save'; request: number }
  | { type: 'open'; request: number; run: number; bytes: Uint8Array; name: string };

/** News of another run than that of the page came too late; replies name what they answer. */
export type Event = Reply | (News & { run: number });

export type News =
  | { type: 'phase'; phase: Phase; step: number }
  /** What the job is doing before the first step, in words. */
  | { type: 'doing'; text: string }
  | { type: 'text'; text: TextFacts }
  /** A model is there: `tokens` are its characters by id. */
  | { type: 'model'; model: ModelFacts; tokens: readonly string[] }
  /** NaN for speeds that were not measured. */
  | { type: 'loss'; step: number; epoch: number; loss: number; tokensPerSecond: number; stepMs: number }
  | { type: 'validation'; step: number; loss: number }
  | { type: 'memory'; bytes: number }
  | { type: 'written'; written: Written }
  | { type: 'note'; text: string }
  /** Training or preparing ended by an error. */
  | { type: 'error'; message: string };

export type Reply =
  /** `passage`: what was kept back of the text that it learns. */
  | { type: 'saved'; request: number; bytes: Uint8Array | undefined; passage: string | undefined }
  | { type: 'opened'; request: number; settings: Partial<RunSettings>; step: number }
  | { type: 'failed'; request: number; message: string };

/** empty: no model yet; ready: a model that writes and does not train. */
export type Phase = 'empty' | 'preparing' | 'training' | 'ready';

export interface TextFacts {
  readonly name: string;
  readonly characters: number;
  /** Kept back for validation. */
  readonly validation: number;
  /** Of these, those on which the loss is measured. */
  readonly measured: number;
  /** Distinct characters. */
  readonly distinct: number;
  readonly stepsPerEpoch: number;
  /** N in use: fewer than asked for where the text is short. */
  readonly batch: number;
}

export interface ModelFacts {
  readonly weights: number;
  readonly settings: Pick<RunSettings, 'cell' | 'layers' | 'units'>;
}

/** Alternatives that are told of each character. */
export const ALTERNATIVES = 10;

/** Characters with what the model thought before each; rows of `ALTERNATIVES`, likeliest first. */
export interface Written {
  /** Ids, -1 where the text was begun anew. */
  readonly ids: Int32Array;
  /** Of the character itself, by the model (temperature 1, all characters); NaN for the first one. */
  readonly probability: Float32Array;
  /** Its place among all characters, from 0. */
  readonly rank: Uint32Array;
  /** 1 where the visitor gave it. */
  readonly given: Uint8Array;
  readonly alternatives: Uint32Array;
  /** By the model. */
  readonly byModel: Float32Array;
  /** As it was drawn, by temperature and top-k. */
  readonly asDrawn: Float32Array;
}

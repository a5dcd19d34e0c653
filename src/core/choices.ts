// Decisions between ways of computing the same thing: by a cost model, or by what a measurement found on this device.
import type { Builder } from './builder.ts';
import { OptionError } from './errors.ts';
import { shown } from './options.ts';
import type { Tensor } from './tensor.ts';

/** One way of computing something. */
export interface Candidate {
  readonly name: string;
  /** Microseconds by the cost model: good enough to order candidates, not to be believed. */
  readonly estimate: number;
  /** What a reader of the plan should know of it, such as `weights in f32` where f16 was allowed. */
  readonly remark?: string;
}

/** Normal values of standard deviation `scale`; with `halves` such as f16 holds, for candidates that round their input. */
export interface TrialInput {
  readonly tensor: Tensor;
  readonly scale: number;
  readonly halves?: boolean;
}

/** An operation on tensors of its own, to be checked and timed alone. */
export interface Trial {
  /** Filled before a run. */
  readonly inputs: readonly TrialInput[];
  /** What the operation leaves; every candidate must leave the same, within the tolerances. */
  readonly outputs: readonly Tensor[];
  /** Emits the operation once; may be called again to fill a block of time. */
  emit(): void;
}

/** `check` asks for shapes small enough for the CPU reference, with the same specialisation; `time` for the real ones. */
export type TrialSize = 'check' | 'time';

export interface Choice {
  /** Operation and shape, such as `matmul nn 1024x512x64`; what is measured is stored under it. */
  readonly key: string;
  /** Those that this device can run; never empty. */
  readonly candidates: readonly Candidate[];
  /** Makes the operation's tensors in a plan of its own. */
  trial(b: Builder, candidate: string, size: TrialSize): Trial;
}

/** A choice as a plan took it. */
export interface Chosen extends Choice {
  readonly chosen: string;
  readonly by: Decider;
}

/** What decided: the cost model, a measurement, the user, or the run that this one goes on from. */
export type Decider = 'model' | 'measured' | 'forced' | 'resumed';

/** What decides choices before the cost model, such as measurements or a Map that a user gives. */
export interface Tuned {
  /** The name of the candidate to take for this key; undefined leaves the choice to the cost model. */
  get(key: string): string | undefined;
  /** Who gave the name for this key; without it the user did. */
  decider?(key: string): Decider;
  /**
   * Told of a name that is no candidate of the choice, before the cost model decides; may throw. Without it a Map is
   * taken at its word (see `reject`), and any other answer counts as nothing, as it may be meant for some choices only.
   */
  noCandidate?(choice: Choice, name: string): void;
}

/**
 * Takes the candidate that `tuned` names, else the one with the least estimate; limits that no backend has made may name
 * candidates by an object { key: name }.
 * @throws OptionError as `reject` and `tunedBy`.
 */
export function take(choice: Choice, given: Tuned | Readonly<Record<string, string>> | undefined): Chosen {
  const tuned = given === undefined || answers(given) ? given : tunedBy(given, 'limits/tuned');
  const found = tuned?.get(choice.key);
  const named = choice.candidates.find((c) => c.name === found);
  if (tuned && found !== undefined && !named) reject(tuned, choice, found);
  const chosen = named ?? choice.candidates.reduce((a, b) => (b.estimate < a.estimate ? b : a));
  const by = named ? (tuned?.decider?.(choice.key) ?? 'forced') : 'model';
  return { ...choice, chosen: chosen.name, by };
}

/**
 * Choices as a user forces them: an object `{ key: name }`, a Map, or whatever has a `get`.
 * @throws OptionError for anything else, and for a name that is no text.
 */
export function tunedBy(given: unknown, where: string): Tuned {
  if (typeof given !== 'object' || given === null || Array.isArray(given) || given instanceof Promise) {
    throw new OptionError(
      `[${where}] takes an object { key: name }, a Map, or an object with get(key), got ${shown(given)}`,
    );
  }
  const names = given instanceof Map ? given : answers(given) ? [] : Object.entries(given);
  for (const [key, name] of names) {
    if (typeof name !== 'string') {
      throw new OptionError(`[${where}] must name a candidate for ${key}, got ${shown(name)}`);
    }
  }
  return answers(given) ? given : new Map(Object.entries(given));
}

/** Whether it answers by itself, as a Map does. */
function answers(given: object): given is Tuned {
  return typeof (given as Tuned | null)?.get === 'function';
}

/**
 * Deals with a name that is no candidate as `tuned` wants it.
 * @throws OptionError with the candidates where a Map names one that its choice does not have.
 */
export function reject(tuned: Tuned, choice: Choice, name: string): void {
  if (tuned.noCandidate) tuned.noCandidate(choice, name);
  else if (tuned instanceof Map) {
    const names = choice.candidates.map((c) => c.name).join(', ');
    throw new OptionError(`[limits/tuned] ${choice.key} has no candidate ${name}; it has ${names}`);
  }
}

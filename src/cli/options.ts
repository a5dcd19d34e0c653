// What the commands' options share: parsers of numbers that name their range, and choices.
import { InvalidArgumentError, Option } from 'commander';

export interface Range {
  min: number;
  max: number;
  /** Whether `min` itself is outside. */
  above?: boolean;
}

/** A parser of whole numbers in a range, for an option of commander. */
export function whole({ min, max }: Range): (text: string) => number {
  return (text) => {
    const isWhole = /^[+-]?\d+$/.test(text.trim());
    const value = isWhole ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) {
      const written = isWhole ? '' : ', digits only';
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}${written}.`);
    }
    return value;
  };
}

/** A parser of numbers in a range, for an option of commander. */
export function number({ min, max, above = false }: Range): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (!(value >= min && value <= max && !(above && value === min))) {
      const from = above ? `above ${min} and at most` : `from ${min} to`;
      throw new InvalidArgumentError(`It must be a number ${from} ${max}.`);
    }
    return value;
  };
}

/** A parser of one of a few names; unlike commander's own choices it leaves the list to the description. */
export function oneOf(names: readonly string[]): (text: string) => string {
  return (text) => {
    if (!names.includes(text)) throw new InvalidArgumentError(`It must be one of ${names.join(', ')}.`);
    return text;
  };
}

/** The largest part of a text that may be kept for validation. */
const MAX_FRACTION = 0.5;

/** A parser of `--validation`: a number is a fraction, anything else a file. */
export function fractionOrFile(text: string): number | string {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (text.trim() !== '' && Number.isNaN(value)) return text;
  if (!(value >= 0 && value <= MAX_FRACTION)) {
    throw new InvalidArgumentError(`It must be a fraction from 0 to ${MAX_FRACTION}, or a file.`);
  }
  return value;
}

export const backendNames = ['auto', 'webgpu', 'cpu'] as const;
export type BackendName = (typeof backendNames)[number];

/** `--backend`, which every command that computes has. */
export function backendOption(): Option {
  return new Option(
    '--backend <name>',
    `${backendNames.join(', ')}: auto is the GPU, and the CPU where no adapter is found`,
  )
    .argParser(oneOf(backendNames))
    .default('auto');
}

/** `--json` of commands that print one object. */
export function jsonOption(): Option {
  return new Option('--json', 'print one JSON object instead of text');
}

/** `--seed`, a whole number that JavaScript holds exactly. */
export function seedOption(description: string): Option {
  return new Option('--seed <n>', description).argParser(whole({ min: 0, max: Number.MAX_SAFE_INTEGER }));
}

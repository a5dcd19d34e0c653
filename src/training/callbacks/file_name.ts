// File names with places for the epoch and the logs, as Keras' checkpoints have: model.{epoch:02d}-{val_loss:.2f}.
import { OptionError } from '../../core/errors.ts';

/** A name in braces with, behind a colon, how it is written: zeros, width, digits, and d, f, e or g. */
const PLACE = /\{\{|\}\}|\{([^{}:]*)(?::([^{}]*))?\}/g;
const FORMAT = /^(0?)(\d*)(?:\.(\d+))?([dfeg]?)$/;

/**
 * Fills the places of a name with numbers; {{ and }} are braces.
 * @throws OptionError for a name that `values` lacks, or a format that is not known.
 */
export function fileName(where: string, pattern: string, values: Readonly<Record<string, number>>): string {
  return pattern.replaceAll(PLACE, (place, name?: string, format = '') => {
    if (name === undefined) return place[0];
    if (!Object.hasOwn(values, name)) {
      throw new OptionError(
        `[${where}] there is no ${name} to put into ${pattern}; there are ${Object.keys(values).join(', ')}`,
      );
    }
    return written(where, place, values[name], format);
  });
}

/**
 * The names in the places of a pattern.
 * @throws OptionError for a format that is not known.
 */
export function placesOf(where: string, pattern: string): string[] {
  const names: string[] = [];
  for (const [place, name, format = ''] of pattern.matchAll(PLACE)) {
    if (name === undefined) continue;
    written(where, place, 0, format);
    names.push(name);
  }
  return names;
}

function written(where: string, place: string, value: number, format: string): string {
  const parts = FORMAT.exec(format);
  if (!parts)
    throw new OptionError(`[${where}] cannot write ${place}; it takes {name}, {name:02d} and {name:.2f}`);
  const [, zero, width, digits, kind] = parts;
  const text = numberText(value, kind, digits === undefined ? undefined : Number(digits));
  const sign = text.startsWith('-') ? '-' : '';
  if (zero) return sign + text.slice(sign.length).padStart(Number(width) - sign.length, '0');
  return text.padStart(Number(width));
}

function numberText(value: number, kind: string, digits: number | undefined): string {
  if (kind === 'd') return String(Math.trunc(value));
  if (kind === 'f') return value.toFixed(digits ?? 6);
  if (kind === 'e') return exponential(value, digits ?? 6);
  if (digits === undefined && !kind) return String(value);
  return String(Number(value.toPrecision(Math.max(digits ?? 6, 1))));
}

/** Two digits of the exponent at least, as C and Python write it. */
function exponential(value: number, digits: number): string {
  return value.toExponential(digits).replace(/e([+-])(\d)$/, 'e$10$2');
}

// Options of layers and plans as users write them: known names, and values shown as they were given.
import { OptionError } from './errors.ts';

/**
 * @throws OptionError when `options` is no object or has a name that is not known; the message lists those that are.
 */
export function checkOptions(where: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new OptionError(
      `[${where}] takes an object of options (${known.join(', ')}), got ${shown(options)}`,
    );
  }
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new OptionError(`[${where}] has no option ${unknown}; it has ${known.join(', ')}`);
  }
}

/** A value as its user wrote it: texts in quotes, objects by their kind. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'an array';
  if (value instanceof Promise) return 'a promise (await it)';
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}

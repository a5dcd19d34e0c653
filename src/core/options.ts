// Options of layers and plans as users write them: known names, what was probably meant, and values shown as they were given.
import { OptionError } from './errors.ts';

/**
 * @throws OptionError when `options` is no object or has a name that is not known; the message lists those that are.
 */
export function checkOptions(where: string, options: unknown, known: readonly string[]): void {
  expectOptions(where, options, known);
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new OptionError(
      `[${where}] has no option ${unknown}; it has ${known.join(', ')}${suggestion(unknown, known)}`,
    );
  }
}

/** @throws OptionError unless `options` is a plain object: no number, array or tensor in its place. */
export function expectOptions(
  where: string,
  options: unknown,
  known: readonly string[],
): asserts options is object {
  const fine = typeof options === 'object' && options !== null;
  const several = Array.isArray(options) && options.some(isSymbolic);
  if (fine && !Array.isArray(options) && !isSymbolic(options)) return;
  if (known.length === 0) throw new OptionError(`[${where}] takes no options, got ${shown(options)}`);
  const own = known.find((name) => !ofAll.has(name));
  const object = several && own === undefined ? '' : `{ ${own ?? known[0]}: ${written(options)} }`;
  // A name with underscores is that of a layer, and not of the function that makes it.
  const call = /^[a-z]+[A-Za-z0-9]*$/.test(where) ? `${where}(${object})` : object;
  const applied = several ? ', and is then applied: layer([a, b])' : ', and is then applied: layer(x)';
  throw new OptionError(
    `[${where}] takes an object of options (${known.join(', ')}): ${call}` +
      `${several || isSymbolic(options) ? applied : ''}; got ${shown(options)}`,
  );
}

/** A value as it stands in an example of a call, where it is short. */
function written(value: unknown): string {
  const plain = (one: unknown): boolean =>
    ['number', 'string', 'boolean'].includes(typeof one) || (Array.isArray(one) && one.every(plain));
  const text = plain(value) ? JSON.stringify(value) : '';
  return text !== '' && text.length <= 40 ? text : '...';
}

/** Options that say nothing of what a layer does. */
const ofAll: ReadonlySet<string> = new Set(['name', 'trainable', 'inputShape', 'batchInputShape', 'dtype']);

/** Whether a value is what layers are applied to in the functional style. */
function isSymbolic(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    'node' in value &&
    'index' in value &&
    Symbol.iterator in value
  );
}

/** `; did you mean ...?` where one of the names is close to what was given, else nothing. */
export function suggestion(given: unknown, names: Iterable<string>): string {
  if (typeof given !== 'string') return '';
  let best: string | undefined;
  // One slip in three letters may be a slip; names that differ in case and underscores alone are the same.
  let least = Math.min(3, Math.ceil(given.length / 3) + 0.5);
  for (const name of names) {
    const distance = editDistance(plainName(given), plainName(name));
    if (distance < least && distance < name.length) [best, least] = [name, distance];
  }
  return best === undefined ? '' : `; did you mean ${best}?`;
}

/** Upper and lower case, and underscores, say nothing. */
export function plainName(name: string): string {
  return name.replaceAll('_', '').toLowerCase();
}

/** Letters to put in, take out, change or swap with their neighbour, to make one text of the other. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, k) => k);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let k = 1; k <= b.length; k++) {
      const same = a[i - 1] === b[k - 1] ? 0 : 1;
      row[k] = Math.min(row[k - 1] + 1, last[k] + 1, last[k - 1] + same);
      const swapped = i > 1 && k > 1 && a[i - 1] === b[k - 2] && a[i - 2] === b[k - 1];
      if (swapped) row[k] = Math.min(row[k], before[k - 2] + 1);
    }
    [before, last] = [last, row];
  }
  return last[b.length];
}

/** @throws OptionError that a function such as meanSquaredError was given instead of what it returns. */
export function refuseFactory(
  where: string,
  given: unknown,
  factories: Readonly<Record<string, unknown>>,
): void {
  const name = typeof given === 'function' && Object.keys(factories).find((key) => factories[key] === given);
  if (name) throw new OptionError(`[${where}] ${name} is a function that makes one; call it: ${name}()`);
}

/** A value as its user wrote it: texts in quotes, objects by their kind. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') {
    if ('build' in value) return `a layer (${value.name})`;
    return value.name ? `a function (call it: ${value.name}())` : 'a function';
  }
  if (Array.isArray(value)) return 'an array';
  if (value instanceof Promise) return 'a promise (await it)';
  if (isSymbolic(value)) return 'a symbolic tensor';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value === 'bigint') return `${value}n (a BigInt)`;
  return String(value);
}

/** @throws OptionError unless each is true or false. */
export function expectFlags(where: string, flags: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(flags)) {
    if (typeof value === 'boolean') continue;
    throw new OptionError(`[${where}/${key}] must be true or false, got ${shown(value)}`);
  }
}

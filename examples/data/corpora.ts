// Texts and series that lie beside the project, in ../shared/corpora, and are not part of it.
import { existsSync, readFileSync } from 'node:fs';
import { DataError } from 'webgpu-rnn';

/**
 * The text of a file in ../shared/corpora.
 * @throws DataError where it is missing.
 */
export function corpus(name: string): string {
  const file = new URL(`../../../shared/corpora/${name}`, import.meta.url);
  if (!existsSync(file)) throw new DataError(`../shared/corpora/${name} is missing: this example needs it`);
  return readFileSync(file, 'utf8');
}

/**
 * Columns of numbers of a file with commas, whose first line names them; no field may hold a comma.
 * @throws DataError for a column that is not there, or what is no number.
 */
export function columns(name: string, wanted: readonly string[]): number[][] {
  const [head, ...lines] = corpus(name)
    .trim()
    .split(/\r?\n/)
    .map((line) => line.replaceAll('"', '').split(','));
  const places = wanted.map((column) => head.indexOf(column));
  const missing = wanted.find((_, i) => places[i] < 0);
  if (missing !== undefined) throw new DataError(`${name} has no column ${missing}: ${head.join(', ')}`);
  return lines.map((fields, i) =>
    places.map((place) => {
      const value = Number(fields[place] || Number.NaN);
      if (!Number.isFinite(value))
        throw new DataError(`${name}, line ${i + 2}: ${fields[place]} is no number`);
      return value;
    }),
  );
}

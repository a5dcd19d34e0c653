// Finds the columns of numbers in files of separated values, however these were written.
import Papa from 'papaparse';
import { type DecimalMark, isMissing, isNumber, likelyMark, numberOf } from './written_numbers.ts';

export interface Column {
  /** As the file names it, told apart from others of that name. */
  readonly name: string;
  readonly values: Float64Array;
  /** How many values were missing: each is the one before it. */
  readonly missing: number;
}

export interface NumericFile {
  readonly columns: readonly Column[];
  /** Whether the file has more rows than are taken. */
  readonly cut: boolean;
  /** Whether its dates went back in time, for which the rows are turned around. */
  readonly turned: boolean;
  /** What was left out although it looks like numbers, each column with a field that is none. */
  readonly leftOut: readonly { readonly name: string; readonly field: string }[];
}

/** Rows that are taken; a longer file is cut there. */
export const mostRows = 20_000;
export const fewestRows = 60;
/** A column is made of numbers where so many of its fields are that are not missing, and so many of all. */
const SHARE = 0.9;
const KNOWN = 0.5;
/** Rows that may come before the names of the columns, and those by which a separator is judged. */
const [BEFORE, LOOKED_AT] = [50, 300];
/** A comma comes last: it also stands before decimals. The last is in no text: a file of one column has none. */
const [ALONE, ...separators] = ['\u001f', '\t', ';', '|', ','];

interface Table {
  readonly names: readonly string[];
  /** One for each row, by column. */
  readonly rows: readonly (readonly string[])[];
}

/** The text of a file, in UTF-8, in UTF-16 with its mark, or as older programs of Windows write it. */
export function textOf(bytes: Uint8Array): string {
  const [a, b] = bytes;
  const wide = a === 0xff && b === 0xfe ? 'utf-16le' : a === 0xfe && b === 0xff ? 'utf-16be' : undefined;
  for (const encoding of wide ? [wide] : ['utf-8', 'windows-1252']) {
    try {
      const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
      if (!Array.from(text.slice(0, 1e5)).some((it) => it < ' ' && !'\t\n\v\f\r'.includes(it))) return text;
    } catch {
      // The next one may be it.
    }
  }
  throw new Error('This is not a text file. Nothing was changed.');
}

/**
 * The numeric columns of a file: those in which at least half of the fields are numbers, and nine of ten of those that
 * are not missing. A missing number takes the value before it. Separators, the mark before decimals and the row of names are found by what fits; rows that begin
 * with # are comments. Rows whose dates go back in time are turned around.
 * @throws Error in the visitor's words where there is no such column, where there are too few rows, and where a row has
 * more fields than the columns have names.
 */
export function numericColumns(text: string): NumericFile {
  const said = /^\uFEFF?sep=(.)[ \t]*[\r\n]+/i.exec(text);
  const lines = text
    .slice(said?.[0].length ?? 0)
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n');
  const separator = said?.[1] ?? separatorOf(lines);
  const { data, errors, meta } = parsed(lines, separator, mostRows + BEFORE);
  const odd = errors.find(({ type }) => type === 'Quotes');
  if (odd) throw new Error(`${shown(data[odd.row ?? 0], separator)} has quotation marks that do not match.`);
  const { names, rows: all } = tableOf(data);
  const rows = all.slice(0, mostRows);
  const long = rows.find((row) => lengthOf(row) > names.length);
  if (long) {
    throw new Error(
      `${shown(long, separator)} has ${long.length} fields, where there are ${names.length} columns. A field with the separator “${separator}” in it needs quotation marks around it.`,
    );
  }
  const turned = names.some((_, place) => goesBack(rows.map((row) => row[place]?.trim() ?? '')));
  if (turned) rows.reverse();
  const readings = names.flatMap((name, place) => {
    const read = readingOf(rows.map((row) => row[place] ?? ''));
    return read ? [{ name, ...read }] : [];
  });
  const points = readings.reduce((sum, read) => sum + read.points, 0);
  const leftOut: { name: string; field: string }[] = [];
  const columns = readings.flatMap(({ name, fields, by, ...read }): Column[] => {
    const values = by[markOf(fields, read.points || points, separator)];
    const known = values.filter(Number.isFinite);
    const there = fields.filter((field) => !isMissing(field)).length;
    if (known.length < SHARE * there || known.length < KNOWN * values.length) {
      const odd = fields.find((field, i) => !isMissing(field) && !Number.isFinite(values[i]));
      if (known.length >= KNOWN * there) leftOut.push({ name, field: odd?.trim() ?? '' });
      return [];
    }
    let last = known[0];
    for (let i = 0; i < values.length; i++) {
      if (Number.isFinite(values[i])) last = values[i];
      else values[i] = last;
    }
    return [{ name, values, missing: values.length - known.length }];
  });
  if (columns.length === 0) {
    throw new Error(
      'No column of this file is made of numbers: a series needs one, a number in each line. Columns stand apart by commas, semicolons or tabs.',
    );
  }
  if (rows.length < fewestRows) {
    throw new Error(
      `A series to learn from takes at least ${fewestRows} rows; this file has ${rows.length}.`,
    );
  }
  return { columns, cut: meta.truncated || all.length > mostRows, turned, leftOut };
}

function parsed(text: string, delimiter: string, preview: number): Papa.ParseResult<string[]> {
  return Papa.parse<string[]>(text, {
    ...{ delimiter, preview, newline: '\n', comments: '#', skipEmptyLines: 'greedy' },
  });
}

/** The first that divides nearly all rows into as many fields as there are names. */
function separatorOf(text: string): string {
  const tables = separators.map((separator) => {
    const { data, errors } = parsed(text, separator, LOOKED_AT);
    const { names, rows } = tableOf(data);
    const usual = commonest(rows.map(({ length }) => length));
    const even = rows.map((row) => row.length === usual && lengthOf(row) <= names.length);
    return { separator, width: names.length, fits: usual > 1 && errors.length === 0 && share(even) >= SHARE };
  });
  const fitting = tables.find(({ fits }) => fits);
  if (fitting) return fitting.separator;
  const alone = tableOf(parsed(text, ALONE, LOOKED_AT).data).rows;
  if (alone.length > 0 && share(alone.map(([field]) => isNumber(field))) >= SHARE) return ALONE;
  return tables.reduce((best, one) => (one.width > best.width ? one : best)).separator;
}

/** Parts the rows into names and values: what comes before the names is left out, and what follows the values. */
function tableOf(all: readonly (readonly string[])[]): Table {
  const head = headOf(all);
  const rows = all.slice(head.to);
  const usual = commonest(rows.map(lengthOf));
  const hasNumber = (row: readonly string[]) => row.some(isNumber);
  const from = rows.findIndex(hasNumber);
  const to = rows.findLastIndex((row) => hasNumber(row) && row.length >= usual);
  const named = head.to > 0 ? all[head.from] : undefined;
  const width = named ? lengthOf(named) : usual;
  const names: string[] = [];
  for (let i = 0; i < width; i++) {
    const name = named?.[i]?.trim() || `column ${i + 1}`;
    names.push(names.includes(name) ? `${name} (column ${i + 1})` : name);
  }
  return { names, rows: from < 0 ? [] : rows.slice(from, to + 1) };
}

/** Where the names of the columns are, and where the rows after them begin; both 0 where there are no names. */
function headOf(rows: readonly (readonly string[])[]): { from: number; to: number } {
  const near = rows.slice(0, BEFORE);
  const isHead = (row: readonly string[] | undefined) =>
    row !== undefined && lengthOf(row) > 0 && row.every((field) => isWord(field) || field.trim() === '');
  const heads = near.map(isHead);
  const values = near.findIndex(([field]) => !isWord(field) && !isMissing(field));
  let to = 0;
  // Remarks above the names may hold numbers, but begin with a word as they do.
  if (values > 0) to = heads.lastIndexOf(true, values - 1) + 1;
  else if (heads[0]) to = heads.includes(false) ? heads.indexOf(false) : near.length;
  let from = Math.max(0, to - 1);
  // A row of units below the names is as long as they are.
  while (from > 0 && heads[from - 1] && lengthOf(near[from - 1]) === lengthOf(near[to - 1])) from--;
  if (to > 0) return { from, to };
  // Names of which some are numbers, such as years: a word stands above numbers.
  const rest = rows.slice(1, LOOKED_AT);
  const named = (rows[0] ?? []).some(
    (field, i) => isWord(field) && share(rest.map((row) => isNumber(row[i] ?? ''))) >= SHARE,
  );
  return { from: 0, to: named ? 1 : 0 };
}

/** Neither a number nor a date nor missing. */
function isWord(field: string): boolean {
  return !isMissing(field) && !isNumber(field) && !/^\s*\d{1,4}[-/.:]\s?\d/.test(field);
}

/** Up to the last field with something in it. */
function lengthOf(row: readonly string[]): number {
  return row.findLastIndex((field) => field.trim() !== '') + 1;
}

interface Reading {
  readonly fields: readonly string[];
  /** The fields as numbers, by the mark before their decimals. */
  readonly by: Readonly<Record<DecimalMark, Float64Array>>;
  /** How many fields only the point makes a number of, less those of which only the comma does. */
  readonly points: number;
}

/** A column read both ways; undefined where it is not made of numbers. */
function readingOf(fields: readonly string[]): Reading | undefined {
  if (!fields.slice(0, LOOKED_AT).some(isNumber)) return undefined;
  const read = (mark: DecimalMark) => Float64Array.from(fields, (field) => numberOf(field, mark));
  const by = { '.': read('.'), ',': read(',') };
  const count = (mark: DecimalMark) => by[mark].filter(Number.isFinite).length;
  return { fields, by, points: count('.') - count(',') };
}

function markOf(fields: readonly string[], points: number, separator: string): DecimalMark {
  if (points !== 0) return points > 0 ? '.' : ',';
  return separator === ',' ? '.' : likelyMark(fields);
}

/** Whether these are dates from the year on, the latest first. */
function goesBack(fields: readonly string[]): boolean {
  const isDate = (field: string | undefined) => /^\d{4}-\d\d/.test(field ?? '');
  if (!isDate(fields[0]) || !isDate(fields.at(-1)) || fields[0] <= fields[fields.length - 1]) return false;
  return share(fields.slice(1).map((field, i) => isDate(field) && field <= fields[i])) >= SHARE;
}

function share(facts: readonly boolean[]): number {
  return facts.length === 0 ? 0 : facts.filter(Boolean).length / facts.length;
}

function commonest(counts: readonly number[]): number {
  const times = new Map<number, number>();
  for (const count of counts) times.set(count, (times.get(count) ?? 0) + 1);
  return [...times].reduce((best, one) => (one[1] > best[1] ? one : best), [0, 0])[0];
}

/** A row in words, by how it begins. */
function shown(row: readonly string[] = [], separator: string): string {
  const text = row.join(separator).replace(/\s+/g, ' ');
  return `The row “${text.length > 40 ? `${text.slice(0, 40)}…` : text}”`;
}

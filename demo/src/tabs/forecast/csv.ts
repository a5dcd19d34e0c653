// Reads files of separated values (RFC 4180, with commas, semicolons or tabs) and finds the columns of numbers in them.

export interface Table {
  readonly names: readonly string[];
  /** One for each row, by column. */
  readonly rows: readonly (readonly string[])[];
}

export interface Column {
  readonly name: string;
  readonly values: Float64Array;
}

/** Rows that are read; a longer file is cut there. */
export const mostRows = 20_000;

/**
 * The numeric columns of a file: those in which at least nine of ten fields are numbers. A missing number takes the
 * value before it. A first line without any number names the columns.
 * @throws Error in the visitor's words where there is no such column, or too few rows.
 */
export function numericColumns(text: string): Column[] {
  const { names, rows } = parseTable(text);
  const columns = names.flatMap((name, place): Column[] => {
    const fields = rows.map((row) => numberOf(row[place] ?? ''));
    const known = fields.filter(Number.isFinite);
    if (known.length < 0.9 * rows.length || known.length === 0) return [];
    let last = known[0];
    const values = Float64Array.from(fields, (value) => {
      if (Number.isFinite(value)) last = value;
      return last;
    });
    return [{ name, values }];
  });
  if (columns.length === 0) {
    throw new Error('No column of this file is made of numbers: a series needs one, a number in each line.');
  }
  if (rows.length < fewestRows) {
    throw new Error(
      `A series to learn from takes at least ${fewestRows} rows; this file has ${rows.length}.`,
    );
  }
  return columns;
}

export const fewestRows = 60;

/** The names of the columns and the fields of each row. */
export function parseTable(text: string): Table {
  const separator = separatorOf(text);
  const rows = fieldsOf(text.replace(/^\uFEFF/, ''), separator);
  const [first = []] = rows;
  const named = first.length > 0 && first.every((field) => !Number.isFinite(numberOf(field)));
  const width = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const names = Array.from({ length: width }, (_, i) => (named && first[i]?.trim()) || `column ${i + 1}`);
  return { names, rows: named ? rows.slice(1) : rows };
}

/** A number, also with a decimal comma; an empty field is none. */
function numberOf(field: string): number {
  const plain = field.trim();
  if (plain === '') return Number.NaN;
  return Number(/^[-+]?\d+,\d+$/.test(plain) ? plain.replace(',', '.') : plain);
}

/** What separates the fields of the first line, outside of quotes. */
function separatorOf(text: string): string {
  const line = (/^[^\r\n]*/.exec(text)?.[0] ?? '').replace(/"[^"]*"/g, '');
  const counts = ['\t', ';', ','].map((separator) => ({ separator, count: line.split(separator).length }));
  return counts.reduce((best, one) => (one.count > best.count ? one : best)).separator;
}

function fieldsOf(text: string, separator: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  const endRow = () => {
    row.push(field);
    // A line with nothing in it is no row.
    if (row.length > 1 || row[0].trim() !== '') rows.push(row);
    row = [];
    field = '';
  };
  for (let i = 0; i < text.length && rows.length <= mostRows; i++) {
    const it = text[i];
    if (quoted) {
      if (it !== '"') field += it;
      else if (text[i + 1] === '"') {
        field += it;
        i++;
      } else quoted = false;
    } else if (it === '"') quoted = true;
    else if (it === separator) {
      row.push(field);
      field = '';
    } else if (it === '\n') endRow();
    else if (it !== '\r') field += it;
  }
  if (field !== '' || row.length > 0) endRow();
  return rows;
}

// Files of separated values as programs and people write them: the series that comes out of each, or what is said of it.
import { describe, expect, test } from 'vitest';
import { fewestRows, mostRows, numericColumns, textOf } from '../../demo/src/tabs/forecast/csv.ts';

const days = Array.from({ length: 70 }, (_, i) => i);
const day = (i: number) => new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10);
/** A file with a line for each day. */
const file = (head: string, line: (i: number) => string, end = '\n') =>
  head + days.map((i) => line(i) + end).join('');
/** From 0.25 on, by 1.5 a day, past a hundred. */
const value = (i: number) => 0.25 + 1.5 * i;
const comma = (number: number) => number.toFixed(2).replace('.', ',');
const bytes = (text: string, of: (code: number) => number[]) =>
  Uint8Array.from([...text].flatMap((it) => of(it.charCodeAt(0))));

/** What stands in each file, and its last column. */
const files: Record<string, { text: string; names?: string[]; values?: (i: number) => number }> = {
  'a date first, and names': {
    text: file('day,height\n', (i) => `${day(i)},${value(i)}`),
    names: ['height'],
  },
  'a mark of UTF-8 and line ends of Windows': {
    text: `\uFEFF${file('height,level\r\n', (i) => `${i},${value(i)}`, '\r\n')}`,
    names: ['height', 'level'],
  },
  'line ends of old Macs': { text: file('level\r', (i) => `${value(i)}`, '\r'), names: ['level'] },
  'line ends of both kinds': {
    text: file('day,level\r\n', (i) => `${day(i)},${value(i)}${i % 2 ? '\r' : ''}`),
    names: ['level'],
  },
  'tabs and no names': {
    text: file('', (i) => `${i}\t${value(i)}`),
    names: ['column 1', 'column 2'],
  },
  'semicolons and decimal commas': {
    text: file('Tag;Pegel, cm\n', (i) => `${i % 28}.01.2024;${comma(value(i))}`),
    names: ['Pegel, cm'],
  },
  'one column of decimal commas': { text: file('Pegel\n', (i) => comma(value(i))), names: ['Pegel'] },
  'decimal commas and points between thousands': {
    text: file('Tag;Umsatz\n', (i) => `${day(i)};${i + 1}.211.${String(i).padStart(3, '0')},50 €`),
    names: ['Umsatz'],
    values: (i) => (i + 1) * 1e6 + 211_000 + i + 0.5,
  },
  'commas between thousands, in quotation marks': {
    text: file('day,sales\n', (i) => `${day(i)},${i < 9 ? 910 + i : `"1,2${10 + i}"`}`),
    names: ['sales'],
    values: (i) => (i < 9 ? 910 + i : 1210 + i),
  },
  'decimal commas in quotation marks between commas': {
    text: file('"day","level"\n', (i) => `"${day(i)}","${comma(value(i))}"`),
    names: ['level'],
  },
  'points between thousands alone': {
    text: file('sales;day\n', (i) => `${i < 9 ? 910 + i : `1.2${10 + i}`};${day(i)}`),
    names: ['sales'],
    values: (i) => (i < 9 ? 910 + i : 1210 + i),
  },
  'three decimals of each number': {
    text: file('n;level\n', (i) => `${i};${(1 + value(i)).toFixed(3)}`),
    names: ['n', 'level'],
    values: (i) => 1 + value(i),
  },
  'dollars, blanks between thousands, percent, powers and a long minus': {
    text: file('a;b;c;d\n', (i) => `$1,000.5;12 345.5;1e-3;\u2212${value(i) + 1} %`),
    names: ['a', 'b', 'c', 'd'],
    values: (i) => -1 - value(i),
  },
  'separators, line ends and quotation marks in quotation marks': {
    text: file('note,"level, ""real"""\n', (i) => `"a, ""b""\n${i}","${value(i)}"`),
    names: ['level, "real"'],
  },
  'a quotation mark within a field': {
    text: file('note,level\n', (i) => `5" pipe,${value(i)}`),
    names: ['level'],
  },
  'values that are missing': {
    text: file('day,level\n', (i) => `${day(i)},${i % 20 === 5 ? ['', 'NA', '-'][i % 3] : value(i)}`),
    names: ['level'],
    values: (i) => value(i % 20 === 5 ? i - 1 : i),
  },
  'two columns of one name, and one of none': {
    text: file('level,level,\n', (i) => `${i},${i + 1},`),
    names: ['level', 'level (column 2)'],
    values: (i) => i + 1,
  },
  'comments with other separators': {
    text: `# one; two; three\n# four\n${file('day,level\n', (i) => `${day(i)},${value(i)}`)}# the end, 7\n`,
    names: ['level'],
  },
  'remarks above the names, and a source below': {
    text: `Levels\nStation,4711\n\n${file('day,level,n\n', (i) => `${day(i)},${value(i)},${i}`)}\nSource: the port, 2024\n`,
    names: ['level', 'n'],
    values: (i) => i,
  },
  'a row of units and a sum': {
    text: `${file('day,level\n,cm\n', (i) => `${day(i)},${value(i)}`)}sum\n`,
    names: ['level'],
  },
  'years as names': {
    text: file('station,2023,2024\n', (i) => `${i},${i},${value(i)}`),
    names: ['station', '2023', '2024'],
  },
  'the latest day first': {
    text: file('day,level\n', (i) => `${day(69 - i)},${i === 5 ? '' : value(69 - i)}`),
    names: ['level'],
    values: (i) => value(i === 64 ? 63 : i),
  },
  'a first line that names the separator': {
    text: `sep=|\r\n${file('day|level\r\n', (i) => `${day(i)}|${value(i)}`, '\r\n')}`,
    names: ['level'],
  },
  'semicolons in a name, empty lines and blanks': {
    text: file('\n day , level; in cm\n', (i) => ` ${day(i)} , ${value(i)} \n  `),
    names: ['level; in cm'],
  },
};

test.each(Object.keys(files))('%s', (name) => {
  const { text, names, values = value } = files[name];
  const { columns, cut } = numericColumns(text);
  expect(columns.map((column) => column.name)).toEqual(names);
  expect(Array.from(columns.at(-1)!.values)).toEqual(days.map((i) => expect.closeTo(values(i), 9)));
  expect(cut).toBe(false);
});

test('missing values are counted; the first known one takes the place of those before it', () => {
  const { columns } = numericColumns(file('a;b\n', (i) => `${i};${i < 2 || i === 9 ? 'null' : i / 4}`));
  expect(columns.map(({ missing }) => missing)).toEqual([0, 3]);
  expect(Array.from(columns[1].values.subarray(0, 4))).toEqual([0.5, 0.5, 0.5, 0.75]);
});

test('a column with many gaps is kept; one with words among its numbers is left out, and named with a word', () => {
  const { columns, leftOut } = numericColumns(
    file('t,v,w\n', (i) => `${i},${i % 3 === 0 ? '?' : i},${i % 5 === 0 ? 'high' : i}`),
  );
  expect(columns.map(({ name, missing }) => [name, missing])).toEqual([
    ['t', 0],
    ['v', 24],
  ]);
  expect(leftOut).toEqual([{ name: 'w', field: 'high' }]);
});

test('a long file is cut, and says so', () => {
  for (const [count, cut] of [
    [30_000, true],
    [mostRows, false],
  ] as const) {
    const read = numericColumns(`n\n${Array.from({ length: count }, (_, i) => `${i}\n`).join('')}`);
    const { values } = read.columns[0];
    expect([read.cut, values.length, values.at(-1)]).toEqual([cut, mostRows, mostRows - 1]);
  }
});

describe('what cannot be read is told in plain words', () => {
  const none = 'No column of this file is made of numbers';
  test.each([
    ['no file', '', none],
    ['names alone', 'day,level\n', none],
    ['words', 'a,b\nno,numbers\n', none],
    ['dates alone', file('day\n', day), none],
    ['one row', 'day,level\n2024-01-01,3\n', `at least ${fewestRows} rows; this file has 1`],
    [
      'commas between thousands without quotation marks',
      file('day,sales\n', (i) => `${day(i)},${i < 9 ? 910 : '1,211'}`),
      'The row “2024-01-10,1,211” has 3 fields, where there are 2 columns. A field with the separator “,” in it',
    ],
    [
      'a quotation mark that stays open',
      file('day,level\n', (i) => `${i === 30 ? '"' : ''}${day(i)},${i}`),
      /^The row “2024-01-31.* has quotation marks that do not match/,
    ],
  ])('%s', (_, text, words) => {
    expect(() => numericColumns(text)).toThrow(words);
  });
});

test('the text of a file, whichever of the usual encodings it has', () => {
  const text = 'Höhe;Wärme\n1;2\n';
  expect(textOf(new TextEncoder().encode(text))).toBe(text);
  expect(textOf(bytes(text, (code) => [code]))).toBe(text);
  expect(textOf(bytes(`\uFEFF${text}`, (code) => [code & 255, code >> 8]))).toBe(text);
  expect(textOf(bytes(`\uFEFF${text}`, (code) => [code >> 8, code & 255]))).toBe(text);
  for (const odd of [
    [0x89, 0x50, 0, 0, 0xff, 0xfe],
    [0x50, 0x4b, 3, 4],
    [0xff, 0xfe, 0x31],
  ]) {
    expect(() => textOf(Uint8Array.from(odd))).toThrow('This is not a text file');
  }
});

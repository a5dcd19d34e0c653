// Where the series comes from: generated, or a column of the visitor's file.
import { announce, dropZone, h, panel, say, select } from '../../kit.ts';
import type { Choice, Control } from '../../types.ts';
import type { Column, NumericFile } from './csv.ts';
import { seriesNames, seriesNotes } from './series_names.ts';
import { type Chosen, standard } from './settings.ts';

export interface SeriesPanel {
  readonly element: HTMLElement;
  /** The visitor's file with the column that is chosen. */
  readonly file: { readonly name: string; readonly column: Column } | undefined;
  /** Shows which series is chosen. */
  set(series: Chosen['series']): void;
  /** Chooses a column of the file; false where it has none of this name. */
  choose(column: string): boolean;
  /** The chosen series in words. */
  nameOf(series: Chosen['series']): string;
}

export interface SeriesPanelOptions {
  onSeries(series: Chosen['series']): void;
  /** A file has come. */
  onFile(): void;
  onColumn(): void;
}

export function seriesPanel({ onSeries, onFile, onColumn }: SeriesPanelOptions): SeriesPanel {
  let columns: readonly Column[] = [];
  let remarks: readonly string[] = [];
  let name = '';
  let control: Control<string> | undefined;
  const sources = select<Chosen['series']>({
    label: 'Series',
    value: standard.series,
    options: Object.entries(seriesNames).map(
      ([value, label]) => ({ value, label }) as Choice<Chosen['series']>,
    ),
    onChange: onSeries,
  });
  const note = h('p', { class: 'hint' });
  const place = h('div');
  const drop = dropZone({
    label: 'A series of your own (CSV)',
    accept: '.csv,.tsv,.txt,text/csv,text/plain',
    onBytes: take,
  });
  const file = (): SeriesPanel['file'] => {
    const column = columns.find((one) => one.name === control?.value) ?? columns.at(-1);
    return column && { name, column };
  };

  async function take(bytes: Uint8Array, from: string): Promise<void> {
    let read: NumericFile;
    try {
      const { numericColumns, textOf } = await import('./csv.ts');
      read = numericColumns(textOf(bytes));
    } catch (error) {
      say('error', `“${from}”: ${(error as Error).message}`);
      return;
    }
    ({ columns } = read);
    remarks = remarksOf(read);
    name = from;
    if (sources.element.querySelector('option[value="file"]') === null) {
      sources.element.querySelector('select')!.append(h('option', { value: 'file' }, 'Your file'));
    }
    control = select({
      label: 'Column',
      value: columns[columns.length - 1].name,
      options: columns.map((column) => ({ value: column.name, label: column.name })),
      onChange: onColumn,
    });
    place.replaceChildren(control.element);
    announce(`${name}: ${columns.length} columns of numbers.`);
    onFile();
  }

  return {
    element: panel('The series', sources.element, note, place, drop),
    get file() {
      return file();
    },
    set(series) {
      sources.set(series);
      place.hidden = series !== 'file';
      const there = file();
      note.textContent =
        series !== 'file' ? seriesNotes[series] : there ? noteOf(there.name, there.column, remarks) : '';
    },
    choose(column) {
      const there = columns.some((one) => one.name === column);
      if (there) control?.set(column);
      return there;
    },
    nameOf: (series) => (series === 'file' ? `${name}, ${file()?.column.name}` : seriesNames[series]),
  };
}

function inDigits(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e12)) return (+value.toPrecision(4)).toExponential();
  return value.toLocaleString('en', { maximumSignificantDigits: 6 });
}

/** What was read, so that the visitor sees whether it was read as it was meant. */
function noteOf(name: string, { values, missing }: Column, remarks: readonly string[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)].map(inDigits);
  const gaps = [
    ...(missing === 1 ? ['One is missing and repeats the value before it.'] : []),
    ...(missing > 1 ? [`${missing.toLocaleString('en')} are missing and repeat the value before them.`] : []),
  ];
  const count = values.length.toLocaleString('en');
  return [`“${name}”, ${count} values from ${least} to ${most}.`, ...gaps, ...remarks].join(' ');
}

function remarksOf({ columns, cut, turned, leftOut }: NumericFile): string[] {
  const count = columns[0].values.length.toLocaleString('en');
  return [
    ...(turned ? ['Its dates go back in time: the rows are turned around.'] : []),
    ...leftOut.map(({ name, field }) =>
      field === ''
        ? `The column “${name}” is left out: most of it is missing.`
        : `The column “${name}” is left out: “${field.slice(0, 30)}” in it is no number.`,
    ),
    ...(cut ? [`The file is longer: its first ${count} rows are taken.`] : []),
  ];
}

// The tables of the report and of the terminal: rows of text, whatever they are printed as.
import type { BenchResults, Counts, Measurement } from '../results.ts';
import { cellName, inOrder, isOurs, modeName, placeName } from './names.ts';
import { duration, figure, percent, storage, times, whole, withSpread } from './numbers.ts';

export interface Table {
  /** A column's name; a name that starts with `>` is a column of figures, to the right. */
  columns: string[];
  rows: string[][];
}

const none = '–';

/** Every measurement, or the reason why there is none. */
export function measurementTable(measurements: readonly Measurement[]): Table {
  return {
    columns: [
      'work',
      'cell',
      'what',
      'where',
      'engine',
      '>time',
      '>runs',
      '>tokens/s',
      '>loss off by',
      '>third loss',
      'checked',
    ],
    rows: inOrder(measurements).map((m) => [
      ...caseCells(m),
      placeName(m.place),
      m.form === undefined ? m.engine : `${m.engine}, ${m.form}`,
      m.milliseconds ? withSpread(m.milliseconds, duration) : `none: ${m.reason ?? 'no reason given'}`,
      m.milliseconds ? whole(m.milliseconds.runs) : none,
      m.tokensPerSecond === undefined ? none : figure(m.tokensPerSecond),
      m.lossDifference === undefined ? none : tiny(m.lossDifference),
      m.laterLossDifference === undefined ? none : tiny(m.laterLossDifference),
      m.lossDifference === undefined ? none : checkedChunk(m),
    ]),
  };
}

/** The chunk whose losses were compared: the one that is timed, or a shorter one and what is known of the whole. */
function checkedChunk({ checkedChunk, wholeChunk }: Measurement): string {
  if (!checkedChunk) return 'whole';
  const { N, T } = checkedChunk;
  if (!wholeChunk) return `N ${N}, T ${T} only`;
  return `N ${N}, T ${T}; whole: ${tiny(wholeChunk.difference)} from ${wholeChunk.against}`;
}

export function ratioTable({ ratios }: BenchResults): Table {
  return {
    columns: ['work', 'cell', 'what', 'where', 'peer', '>times as long', '>pairs'],
    rows: inOrder(ratios).map((r) => [
      ...caseCells(r),
      placeName(r.place),
      r.peer,
      withSpread(r.ratio, times),
      r.unpaired ? 'none' : whole(r.ratio.runs),
    ]),
  };
}

/** Milliseconds by size: a row a size, a column an engine. */
export function growthTables({ growth }: BenchResults): { axis: string; table: Table }[] {
  const axes = [...new Set(growth.map((row) => row.axis))];
  return axes.map((axis) => {
    const rows = growth.filter((row) => row.axis === axis);
    const engines = [...new Set(rows.map((row) => row.engine))].sort(
      (a, b) => Number(isOurs(b)) - Number(isOurs(a)),
    );
    const values = [...new Set(rows.map((row) => row.value))].sort((a, b) => a - b);
    const cell = (value: number, engine: string) => {
      const found = rows.find((row) => row.value === value && row.engine === engine);
      return found ? withSpread(found.milliseconds, duration) : none;
    };
    return {
      axis,
      table: {
        columns: [`>${axis}`, ...engines.map((engine) => `>${engine}`)],
        rows: values.map((value) => [whole(value), ...engines.map((engine) => cell(value, engine))]),
      },
    };
  });
}

/** Every kernel of a step, longest first within its work. */
export function kernelTable({ kernels }: BenchResults): Table {
  const works = [...new Set(kernels.map(({ work, cell }) => `${work} ${cell}`))];
  const total = new Map(
    works.map((work) => [
      work,
      kernels.filter((k) => `${k.work} ${k.cell}` === work).reduce((sum, k) => sum + k.milliseconds, 0),
    ]),
  );
  const rank = (k: (typeof kernels)[number]) => works.indexOf(`${k.work} ${k.cell}`);
  return {
    columns: [
      'work',
      'cell',
      'kernel',
      'scope',
      '>calls',
      '>time',
      '>of the step',
      '>GFLOP/s',
      '>GB/s',
      '>of matmul',
      '>of copy',
    ],
    rows: [...kernels]
      .sort((a, b) => rank(a) - rank(b) || b.milliseconds - a.milliseconds)
      .map((k) => [
        k.work,
        cellName(k.cell),
        k.kernel,
        k.scope,
        whole(k.calls),
        duration(k.milliseconds),
        percent(k.milliseconds / total.get(`${k.work} ${k.cell}`)!),
        figure(k.gflops),
        figure(k.gbs),
        percent(k.shareOfMatmul),
        percent(k.shareOfCopy),
      ]),
  };
}

const counted: readonly (keyof Counts)[] = ['dispatches', 'submits', 'bindGroups', 'buffers', 'bytes'];

/** What one step makes the API do, for every engine that was counted. */
export function countTable(measurements: readonly Measurement[]): Table {
  return {
    columns: ['work', 'cell', 'what', 'where', 'engine', ...countColumns],
    rows: inOrder(measurements).flatMap((m) =>
      m.counts ? [[...caseCells(m), placeName(m.place), m.engine, ...countCells(m.counts)]] : [],
    ),
  };
}

/** The counted figures that --compare judges, of the works and cells that were run. */
export function ownCountTable({ counts, measurements }: BenchResults): Table {
  const wasRun = (name: string) => {
    const [work, cell = 'lstm'] = name.split(' ');
    return measurements.some((m) => m.work === work && m.cell === cell);
  };
  return {
    columns: ['step of webgpu-rnn', ...countColumns],
    rows: Object.entries(counts).flatMap(([name, row]) => (wasRun(name) ? [[name, ...countCells(row)]] : [])),
  };
}

const countColumns = ['>dispatches', '>submits', '>bind groups', '>buffers', '>bytes'];

function countCells(counts: Counts): string[] {
  return counted.map((name) => (name === 'bytes' ? storage(counts[name]) : whole(counts[name])));
}

export function firstStepTable(measurements: readonly Measurement[]): Table {
  return {
    columns: ['work', 'cell', 'what', 'where', 'engine', '>first step', '>later steps'],
    rows: inOrder(measurements).flatMap((m) =>
      m.firstStep === undefined
        ? []
        : [
            [
              ...caseCells(m),
              placeName(m.place),
              m.engine,
              duration(m.firstStep),
              m.milliseconds ? duration(m.milliseconds.median) : none,
            ],
          ],
    ),
  };
}

function caseCells({ work, cell, mode }: Pick<Measurement, 'work' | 'cell' | 'mode'>): string[] {
  return [work, cellName(cell), modeName(mode)];
}

function tiny(n: number): string {
  return n === 0 ? '0' : n.toExponential(1);
}

/** As GitHub shows it. */
export function asMarkdown({ columns, rows }: Table): string[] {
  const escaped = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [
    escaped(columns.map((name) => name.replace(/^>/, ''))),
    `|${columns.map((name) => (name.startsWith('>') ? '---:' : '---')).join('|')}|`,
    ...rows.map(escaped),
  ];
}

/** Aligned by blanks, for a terminal. */
export function asText({ columns, rows }: Table): string[] {
  const lines = [columns.map((name) => name.replace(/^>/, '')), ...rows];
  const widths = columns.map((_, i) => Math.max(...lines.map((row) => [...row[i]].length)));
  const padded = (cell: string, i: number) => {
    const blanks = ' '.repeat(widths[i] - [...cell].length);
    return columns[i].startsWith('>') ? blanks + cell : cell + blanks;
  };
  return lines.map((row) => row.map(padded).join('  ').trimEnd());
}

// What the report calls things, and the order it shows them in.
import type { BenchResults, Measurement } from '../results.ts';

type Case = Pick<Measurement, 'work' | 'cell' | 'mode'>;

const cells: Record<Measurement['cell'], string> = { lstm: 'LSTM', gru: 'GRU', rnn: 'RNN' };
const modes: Record<Measurement['mode'], string> = {
  train: 'training step',
  forward: 'forward pass',
  single: 'one step, one sequence',
};
const places: Record<Measurement['place'], string> = { node: 'Node', browser: 'the browser' };
const kinds = { cells: Object.keys(cells), modes: Object.keys(modes), places: Object.keys(places) };

/** `M LSTM, training step`. */
export function caseName({ work, cell, mode }: Case): string {
  return `${work} ${cellName(cell)}, ${modeName(mode)}`;
}

export function cellName(cell: Measurement['cell']): string {
  return cells[cell] ?? cell;
}

/** A kernel and the layer that it works for, where it works for one. */
export function kernelName({ kernel, scope }: { kernel: string; scope: string }): string {
  return scope === '' ? kernel : `${kernel} in ${scope}`;
}

export function modeName(mode: Measurement['mode']): string {
  return modes[mode] ?? mode;
}

export function placeName(place: Measurement['place']): string {
  return places[place] ?? place;
}

/** Whether an engine is this project's own. */
export function isOurs(engine: string): boolean {
  return engine === 'webgpu-rnn' || engine.startsWith('webgpu-rnn ');
}

/** The order of tables and plots: Node before browser, training first, then as measured. */
export function inOrder<Row extends Case & Pick<Measurement, 'place'>>(rows: readonly Row[]): Row[] {
  const works = [...new Set(rows.map((row) => row.work))];
  const rank = (row: Row) => [
    kinds.places.indexOf(row.place),
    kinds.modes.indexOf(row.mode),
    works.indexOf(row.work),
    kinds.cells.indexOf(row.cell),
  ];
  return [...rows].sort((a, b) => {
    const [left, right] = [rank(a), rank(b)];
    const i = left.findIndex((value, at) => value !== right[at]);
    return i < 0 ? 0 : left[i] - right[i];
  });
}

/** Rows with an equal key together, in the order of their first ones. */
export function groupBy<Row>(rows: readonly Row[], key: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group) group.push(row);
    else groups.set(key(row), [row]);
  }
  return groups;
}

/** The machine in one line under every plot's title. */
export function machineLine({ machine, date }: BenchResults): string {
  return `${adapterName(machine)} · ${date.slice(0, 10)}`;
}

/** The adapter, called a software adapter where it is one and does not say so itself. */
export function adapterName({ adapter, software }: BenchResults['machine']): string {
  return software && !/software/i.test(adapter) ? `${adapter} (software adapter)` : adapter;
}

/** What the names of a run's files begin with: a part of the whole never replaces the results of a device. */
export function fileStem(machine: BenchResults['machine'], partial: boolean): string {
  return `${deviceSlug(machine)}${partial ? '.partial' : ''}`;
}

/** The device as part of a file's name: letters, digits and dashes. */
export function deviceSlug(machine: BenchResults['machine']): string {
  const name = adapterName(machine).toLowerCase();
  return (
    name
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-+|-+$/g, '')
      .slice(0, 60)
      .replace(/-+$/, '') || 'unnamed-adapter'
  );
}

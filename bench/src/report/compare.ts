// What changed since an earlier run: counted figures are judged, times are only shown, because they change with the machine.
import type { BenchResults, Counts, Spread } from '../results.ts';
import { adapterName, caseName, cellName, kernelName, placeName } from './names.ts';
import { duration, figure, storage, times, whole } from './numbers.ts';
import { asText, type Table } from './tables.ts';

export interface Comparison {
  text: string;
  /** Whether a counted figure grew past the threshold, or is counted no more. */
  failed: boolean;
}

/**
 * Shows every figure beside its earlier value.
 *
 * @param options.threshold  percent by which a counted figure may grow; one that was 0 may not grow at all
 */
export function compare(
  now: BenchResults,
  baseline: BenchResults,
  { threshold }: { threshold: number },
): Comparison {
  if (!(threshold >= 0)) throw new RangeError(`a threshold is a percentage of 0 or more, got ${threshold}`);
  const counts = countChanges(now, baseline, threshold);
  const worse = counts.filter(({ verdict }) => verdict !== '');
  const isOther = adapterName(now.machine) !== adapterName(baseline.machine);
  const sections: [string, Change[]][] = [
    [`counted in a step (fails past +${threshold} % and where one is gone)`, counts],
    ['time of a step', changes(timesOf(now), timesOf(baseline), duration)],
    ['first step', changes(firstStepsOf(now), firstStepsOf(baseline), duration)],
    ['times as long as webgpu-rnn', changes(ratiosOf(now), ratiosOf(baseline), times)],
    ['time of a kernel', changes(kernelsOf(now), kernelsOf(baseline), duration)],
    ['time of a step by size', changes(growthOf(now), growthOf(baseline), duration)],
    ['ceilings', changes(ceilingsOf(now), ceilingsOf(baseline), figure)],
  ];
  const lines = [
    `now       ${describe(now)}`,
    `baseline  ${describe(baseline)}`,
    ...(isOther ? ['The adapters differ: compare no times.'] : []),
    ...sections.flatMap(([title, rows]) => (rows.length > 0 ? ['', title, ...asText(tableOf(rows))] : [])),
    '',
    worse.length === 0
      ? `no counted figure grew by more than ${threshold} %, and none is gone`
      : `grown by more than ${threshold} % or gone: ${worse.map(({ name }) => name).join('; ')}`,
  ];
  return { text: lines.join('\n'), failed: worse.length > 0 };
}

interface Change {
  name: string;
  before: string;
  now: string;
  change: string;
  verdict: string;
}

function tableOf(rows: readonly Change[]): Table {
  return {
    columns: ['', '>baseline', '>now', '>change', ''],
    rows: rows.map(({ name, before, now, change, verdict }) => [name, before, now, change, verdict]),
  };
}

const counted: Record<keyof Counts, [string, (n: number) => string]> = {
  dispatches: ['dispatches', whole],
  submits: ['submits', whole],
  bindGroups: ['bind groups', whole],
  buffers: ['buffers', whole],
  bytes: ['bytes', storage],
};

function countChanges(now: BenchResults, baseline: BenchResults, threshold: number): Change[] {
  const works = [...new Set([...Object.keys(baseline.counts), ...Object.keys(now.counts)])];
  return works.flatMap((work) =>
    (Object.keys(counted) as (keyof Counts)[]).flatMap((key) => {
      const [name, show] = counted[key];
      const before = baseline.counts[work]?.[key];
      const after = now.counts[work]?.[key];
      if (before === undefined && after === undefined) return [];
      if (before === undefined) return [change(`${work}: ${name}`, before, after, show, '')];
      // What is no longer counted can hide anything.
      const verdict = after === undefined ? 'gone' : grew(before, after, threshold) ? 'grown' : '';
      return [change(`${work}: ${name}`, before, after, show, verdict)];
    }),
  );
}

function grew(before: number, after: number, threshold: number): boolean {
  return before === 0 ? after > 0 : after > before * (1 + threshold / 100);
}

/** All figures of two runs by name, those that only one of them has included. */
function changes(
  now: ReadonlyMap<string, number>,
  before: ReadonlyMap<string, number>,
  show: (n: number) => string,
): Change[] {
  const names = [...new Set([...before.keys(), ...now.keys()])];
  return names.map((name) => change(name, before.get(name), now.get(name), show, ''));
}

function change(
  name: string,
  before: number | undefined,
  now: number | undefined,
  show: (n: number) => string,
  verdict: string,
): Change {
  const shown = (n: number | undefined) => (n === undefined ? 'not measured' : show(n));
  return { name, before: shown(before), now: shown(now), change: difference(before, now), verdict };
}

function difference(before: number | undefined, now: number | undefined): string {
  if (before === undefined || now === undefined) return '';
  if (before === now) return '=';
  if (before === 0) return 'new';
  const percent = (100 * (now - before)) / Math.abs(before);
  return `${percent > 0 ? '+' : ''}${percent.toFixed(Math.abs(percent) < 9.95 ? 1 : 0)} %`;
}

function timesOf({ measurements }: BenchResults): Map<string, number> {
  return named(measurements, (m) => [`${caseName(m)}, ${placeName(m.place)}, ${m.engine}`, m.milliseconds]);
}

function firstStepsOf({ measurements }: BenchResults): Map<string, number> {
  return named(measurements, (m) => [`${caseName(m)}, ${placeName(m.place)}, ${m.engine}`, m.firstStep]);
}

function ratiosOf({ ratios }: BenchResults): Map<string, number> {
  return named(ratios, (r) => [`${caseName(r)}, ${placeName(r.place)}, ${r.peer}`, r.ratio]);
}

function kernelsOf({ kernels }: BenchResults): Map<string, number> {
  return named(kernels, (k) => [`${k.work} ${cellName(k.cell)}, ${kernelName(k)}`, k.milliseconds]);
}

function growthOf({ growth }: BenchResults): Map<string, number> {
  return named(growth, (g) => [`${g.axis} = ${whole(g.value)}, ${g.engine}`, g.milliseconds]);
}

function ceilingsOf({ ceilings }: BenchResults): Map<string, number> {
  return new Map([
    ['matrix product, GFLOP/s', ceilings.matmulGflops],
    ['copy, GB/s', ceilings.copyGbs],
  ]);
}

/** Figures by their names; rows without one are left out. */
function named<Row>(
  rows: readonly Row[],
  of: (row: Row) => [string, Spread | number | undefined],
): Map<string, number> {
  const figures = new Map<string, number>();
  for (const row of rows) {
    const [name, value] = of(row);
    if (value !== undefined) figures.set(name, typeof value === 'number' ? value : value.median);
  }
  return figures;
}

function describe({ machine, commit, date }: BenchResults): string {
  return `${adapterName(machine)}, ${commit}, ${date.slice(0, 10)}`;
}

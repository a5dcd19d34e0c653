// The door of the reports: a Markdown page with plots, and the same tables for a terminal.
import fs from 'node:fs/promises';
import path from 'node:path';
import { reasonOf } from '../../../src/cli/file_errors.ts';
import { DataError } from '../../../src/core/errors.ts';
import type { BenchResults } from '../results.ts';
import { type Draw, loadCharts } from './charts.ts';
import { growthPlot } from './growth_plot.ts';
import { markdown } from './markdown.ts';
import { adapterName, fileStem } from './names.ts';
import { ratioPlots } from './ratio_plot.ts';
import { rooflinePlot } from './roofline_plot.ts';
import { stepPlot } from './step_plot.ts';
import type { Plot } from './style.ts';
import { asText, measurementTable, ownCountTable, ratioTable, type Table } from './tables.ts';

/** Every plot that these results have data for. */
export function plots(results: BenchResults): Plot[] {
  return [...ratioPlots(results), ...growthPlot(results), ...stepPlot(results), ...rooflinePlot(results)];
}

/**
 * Writes `<device>.md` and its plots `<device>-<plot>.svg` into a folder, which is made where it is missing; those of a
 * narrowed run are `<device>.partial.md` and so on. Where the chart library is missing there are no plots.
 * @returns the files' paths, the report first, and why there are no plots where some could be drawn
 * @throws DataError where the folder cannot be written
 */
export async function writeReport(
  results: BenchResults,
  folder: string,
  { partial = false } = {},
): Promise<{ files: string[]; note?: string }> {
  const device = fileStem(results.machine, partial);
  const worthwhile = plots(results);
  const charts = worthwhile.length > 0 ? await charted() : {};
  const { draw, note } = charts;
  const drawn = (draw ? worthwhile : []).map((plot) => ({
    ...plot,
    file: `${device}-${plot.name}.svg`,
    svg: draw!(plot),
  }));
  const files: [string, string][] = [
    ...drawn.map(({ file, svg }): [string, string] => [file, `${svg}\n`]),
    [`${device}.md`, markdown(results, drawn, { partial })],
  ];
  try {
    await fs.mkdir(folder, { recursive: true });
    // The report comes last: it never links to a plot that is not there yet.
    for (const [file, content] of files) await replace(path.join(folder, file), content);
  } catch (error) {
    throw new DataError(`cannot write the report into ${folder}: ${reasonOf(error)}`);
  }
  const report = files.pop()!;
  return {
    files: [report, ...files].map(([file]) => path.join(folder, file)),
    ...(note !== undefined && { note }),
  };
}

/** How plots are drawn, or why they are not: a run of our own engines needs no packages. */
async function charted(): Promise<{ draw?: Draw; note?: string }> {
  try {
    return { draw: await loadCharts() };
  } catch (error) {
    return { note: `no plots: ${(error as Error).message}` };
  }
}

/** Writes beside and renames. */
async function replace(file: string, content: string): Promise<void> {
  const beside = `${file}.${process.pid}.tmp`;
  try {
    await fs.writeFile(beside, content);
    await fs.rename(beside, file);
  } catch (error) {
    await fs.rm(beside, { force: true });
    throw error;
  }
}

/** The results for a terminal. */
export function table(results: BenchResults): string {
  const part = (title: string, rows: Table) => (rows.rows.length > 0 ? ['', title, ...asText(rows)] : []);
  const { omitted } = results;
  return [
    `adapter: ${adapterName(results.machine)}`,
    ...part('time of a step: median (quartiles)', measurementTable(results.measurements)),
    ...part('times as long as webgpu-rnn on the GPU: median (quartiles)', ratioTable(results)),
    ...part('counted in a step, with the model of an unknown GPU', ownCountTable(results)),
    ...(omitted.length > 0 ? ['', 'left out', ...omitted.map((reason) => `  ${reason}`)] : []),
  ].join('\n');
}

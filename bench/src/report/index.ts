// The door of the reports: a Markdown page with plots, and the same tables for a terminal.
import fs from 'node:fs/promises';
import path from 'node:path';
import { reasonOf } from '../../../src/cli/file_errors.ts';
import { DataError } from '../../../src/core/errors.ts';
import type { BenchResults } from '../results.ts';
import { loadCharts } from './charts.ts';
import { growthPlot } from './growth_plot.ts';
import { markdown } from './markdown.ts';
import { adapterName, deviceSlug } from './names.ts';
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
 * Writes `<device>.md` and its plots `<device>-<plot>.svg` into a folder, which is made where it is missing.
 * @returns the files' paths, the report first
 * @throws Error that says how to install the packages it needs, where they are missing
 * @throws DataError where the folder cannot be written
 */
export async function writeReport(results: BenchResults, folder: string): Promise<string[]> {
  const draw = await loadCharts();
  const device = deviceSlug(results.machine);
  const drawn = plots(results).map((plot) => ({
    ...plot,
    file: `${device}-${plot.name}.svg`,
    svg: draw(plot),
  }));
  const files: [string, string][] = [
    ...drawn.map(({ file, svg }): [string, string] => [file, `${svg}\n`]),
    [`${device}.md`, markdown(results, drawn)],
  ];
  try {
    await fs.mkdir(folder, { recursive: true });
    // The report comes last: it never links to a plot that is not there yet.
    for (const [file, content] of files) await replace(path.join(folder, file), content);
  } catch (error) {
    throw new DataError(`cannot write the report into ${folder}: ${reasonOf(error)}`);
  }
  const report = files.pop()!;
  return [report, ...files].map(([file]) => path.join(folder, file));
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
    ...part('counted in a step', ownCountTable(results)),
    ...(omitted.length > 0 ? ['', 'left out', ...omitted.map((reason) => `  ${reason}`)] : []),
  ].join('\n');
}

// What a run leaves: a table on stdout, the results in a file, a report beside it, and a comparison with a baseline.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { reasonOf } from '../../src/cli/file_errors.ts';
import { DataError } from '../../src/core/errors.ts';
import type { BenchOptions } from './options.ts';
import { isPartial } from './options.ts';
import { compare } from './report/compare.ts';
import { table, writeReport } from './report/index.ts';
import { fileStem } from './report/names.ts';
import type { BenchResults } from './results.ts';

/** Where results go that no option sends elsewhere. */
const home = fileURLToPath(new URL('../results', import.meta.url));

/**
 * Writes results and report, prints the table and compares; returns the exit status.
 * @throws DataError where the folder cannot be written.
 */
export async function publish(
  results: BenchResults,
  options: BenchOptions,
  baseline: BenchResults | undefined,
): Promise<number> {
  const folder = path.resolve(options.out ?? home);
  const partial = isPartial(options);
  const files = [writeResults(results, folder, partial)];
  if (options.report) {
    const { files: report, note } = await writeReport(results, folder, { partial });
    files.push(...report);
    if (note !== undefined) process.stderr.write(`${note}\n`);
  }
  print(table(results));
  print(`\nwritten: ${files.map((file) => path.relative(process.cwd(), file)).join(', ')}`);
  let status = 0;
  if (baseline) {
    const { text, failed } = compare(results, baseline, { threshold: options.threshold });
    print(`\n${text}`);
    if (failed) status = 1;
  }
  if (options.json) print(JSON.stringify(results));
  return status;
}

/** A part of the whole never replaces the results of a device. */
function writeResults(results: BenchResults, folder: string, partial: boolean): string {
  const file = path.join(folder, `${fileStem(results.machine, partial)}.json`);
  const beside = `${file}.${process.pid}.tmp`;
  try {
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(beside, `${JSON.stringify(results, null, 1)}\n`);
    fs.renameSync(beside, file);
  } catch (error) {
    fs.rmSync(beside, { force: true });
    throw new DataError(`cannot write the results into ${folder}: ${reasonOf(error)}`);
  }
  return file;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

// Reads the results of an earlier run, and says what is wrong with a file that holds none.
import fs from 'node:fs';
import { reasonOf } from '../../../src/cli/file_errors.ts';
import { FormatError } from '../../../src/core/errors.ts';
import type { BenchResults } from '../results.ts';

const current: BenchResults['format'] = 1;

/**
 * Reads a file that the benchmark wrote.
 * @throws FormatError for a missing, broken or foreign file, or one of another format
 */
export function readBaseline(file: string): BenchResults {
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    throw new FormatError(`cannot read the baseline ${file}: ${reasonOf(error)}`);
  }
  return parseBaseline(text, file);
}

/** The results in a file's text; `file` is for messages. */
export function parseBaseline(text: string, file: string): BenchResults {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new FormatError(`the baseline ${file} is no whole JSON (${(error as Error).message})`);
  }
  if (!isRecord(parsed) || !('format' in parsed)) throw foreign(file, 'it has no field "format"');
  const { format } = parsed;
  if (format !== current) {
    throw new FormatError(
      `the baseline ${file} has format ${JSON.stringify(format)} and this version reads format ${current};` +
        ' measure the baseline again',
    );
  }
  for (const field of ['measurements', 'ratios', 'kernels', 'growth', 'omitted']) {
    if (!Array.isArray(parsed[field])) throw foreign(file, `its "${field}" is no list`);
  }
  for (const field of ['machine', 'method', 'ceilings', 'counts']) {
    if (!isRecord(parsed[field])) throw foreign(file, `its "${field}" is no object`);
  }
  for (const [work, counts] of Object.entries(parsed.counts as object)) {
    const wrong = isRecord(counts)
      ? Object.entries(counts).find(([, count]) => typeof count !== 'number')
      : ['counts', counts];
    if (wrong) throw foreign(file, `its counts of ${work} have a ${wrong[0]} that is no number`);
  }
  return parsed as unknown as BenchResults;
}

function foreign(file: string, why: string): FormatError {
  return new FormatError(`${file} holds no results of this benchmark: ${why}`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

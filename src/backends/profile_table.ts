// A profile as a table for people: where the time of a step goes, and how near each kernel comes to what the device can do.
import { OptionError } from '../core/errors.ts';
import { shown } from '../core/options.ts';
import type { KernelTime } from './backend.ts';

const headings = ['kernel', 'scope', 'calls', 'ms', 'share', 'GFLOP/s', 'GB/s'] as const;
/** Columns of words; the others are numbers and stand to the right. */
const WORDS = 2;

/**
 * One line for each kernel and scope in the order of the rows (`executable.profile()` puts the longest first), and the sum;
 * a last line says how many runs the times are the medians of, where the rows tell. GFLOP/s and GB/s are what the kernel's own cost says it must do, divided by its time; `-` where it tells none.
 * @throws OptionError for what are no such rows.
 */
export function profileTable(rows: readonly KernelTime[]): string {
  if (!Array.isArray(rows)) {
    throw new OptionError(
      `[profileTable] takes the rows that \`await executable.profile()\` gives, got ${shown(rows)}`,
    );
  }
  const total = rows.reduce((sum, r) => sum + r.milliseconds, 0);
  const cells = rows.map((row) => line(row, total));
  const calls = rows.reduce((sum, r) => sum + r.calls, 0);
  cells.push(line({ ...sums(rows), kernel: 'all', scope: '', calls, milliseconds: total }, total));
  const all = [[...headings], ...cells];
  const widths = headings.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const lines = all.map((row) =>
    row
      .map((cell, i) => (i < WORDS ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join('  ')
      .trimEnd(),
  );
  const rule = '-'.repeat(Math.max(...lines.map((l) => l.length)));
  const runs = rows[0]?.runs;
  const note = runs === undefined ? [] : [runs === 1 ? 'one run' : `medians of ${runs} runs`];
  return [lines[0], rule, ...lines.slice(1, -1), rule, lines[lines.length - 1], ...note].join('\n');
}

function line({ kernel, scope, calls, milliseconds, flops, bytes }: KernelTime, total: number): string[] {
  const share = total > 0 ? `${((100 * milliseconds) / total).toFixed(1)}%` : '-';
  return [
    kernel,
    scope,
    String(calls),
    milliseconds.toFixed(3),
    share,
    rate(flops, milliseconds),
    rate(bytes, milliseconds),
  ];
}

/** 10^9 a second. */
function rate(amount: number | undefined, milliseconds: number): string {
  if (!amount || milliseconds <= 0) return '-';
  const value = amount / milliseconds / 1e6;
  if (value < 0.01) return '<0.01';
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function sums(rows: readonly KernelTime[]): { flops: number; bytes: number } {
  return {
    flops: rows.reduce((sum, r) => sum + (r.flops ?? 0), 0),
    bytes: rows.reduce((sum, r) => sum + (r.bytes ?? 0), 0),
  };
}

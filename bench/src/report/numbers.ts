// Numbers, times and sizes as the report prints them: three digits, with units.
import type { Spread } from '../results.ts';

/** Three significant digits, thousands grouped: 0.00123, 12.3, 1,230. */
export function figure(n: number): string {
  if (!Number.isFinite(n)) return String(n);
  if (n === 0) return '0';
  const size = Math.abs(n);
  if (size >= 1e7 || size < 1e-4) return n.toExponential(2);
  if (size >= 999.5) return Math.round(n).toLocaleString('en-US');
  return n.toPrecision(3);
}

/** A count, whole: 1,234. */
export function whole(n: number): string {
  return Math.round(n).toLocaleString('en-US');
}

/** Milliseconds as 850 µs, 12.3 ms or 1.23 s. */
export function duration(milliseconds: number): string {
  if (milliseconds === 0) return '0 ms';
  if (Math.abs(milliseconds) < 0.9995) return `${figure(milliseconds * 1000)} µs`;
  if (Math.abs(milliseconds) < 999.5) return `${figure(milliseconds)} ms`;
  return `${figure(milliseconds / 1000)} s`;
}

/** Bytes as 512 B, 1.50 KiB, 3.20 MiB. */
export function storage(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  let size = bytes;
  let unit = 0;
  for (; Math.abs(size) >= 1023.5 && unit < units.length - 1; unit++) size /= 1024;
  return `${unit === 0 ? whole(size) : figure(size)} ${units[unit]}`;
}

/** A ratio: 3.20×. */
export function times(ratio: number): string {
  return `${figure(ratio)}×`;
}

/** A share of one: 7.1 %, 43 %. */
export function percent(share: number): string {
  const value = share * 100;
  return `${Math.abs(value) < 9.95 ? value.toFixed(1) : whole(value)} %`;
}

/** A median with its quartiles, each as `show` prints it: `12.3 ms (12.1 ms – 12.9 ms)`. */
export function withSpread(spread: Spread, show: (n: number) => string): string {
  return `${show(spread.median)} (${show(spread.low)} – ${show(spread.high)})`;
}

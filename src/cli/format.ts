// Numbers and durations as people read them.

/** 1234567 as 1,234,567. */
export function grouped(n: number): string {
  return Math.round(n).toLocaleString('en-US');
}

/** Four significant digits without an exponent where that is readable. */
export function short(n: number): string {
  if (!Number.isFinite(n)) return String(n);
  if (n !== 0 && (Math.abs(n) >= 1e6 || Math.abs(n) < 1e-3)) return n.toExponential(2);
  return Math.abs(n) >= 1000 ? grouped(n) : n.toPrecision(4);
}

/** Seconds as 0:07, 12:34 or 1:02:03. */
export function clockTime(seconds: number): string {
  if (!Number.isFinite(seconds)) return '-:--';
  const s = Math.max(0, Math.round(seconds));
  const two = (n: number) => String(n).padStart(2, '0');
  const hours = Math.floor(s / 3600);
  const minutes = Math.floor(s / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`;
}

/** `1 epoch`, `3 epochs`. */
export function plural(n: number, what: string): string {
  return `${grouped(n)} ${what}${n === 1 ? '' : 's'}`;
}

/** Rows with their columns aligned: the first to the left, the others as `right` says. */
export function table(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row
      .map((cell, i) => (right.includes(i) ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
      .join('  ')
      .trimEnd(),
  );
}

/** A name or number as a shell reads it back. */
export function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}

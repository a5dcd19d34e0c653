// How the tab spells symbols and numbers: as they are seen, and as they are read aloud.

/** A symbol as it can be seen. */
export function spelled(symbol: string): string {
  if (symbol === '\n') return '↵';
  if (symbol === '\t') return '⇥';
  return symbol === ' ' ? '·' : symbol;
}

/** A symbol in words. */
export function spoken(symbol: string): string {
  return { '\n': 'line end', '\t': 'tabulator', ' ': 'space' }[symbol] ?? `“${symbol}”`;
}

/** A number with two decimals and a minus that is one. */
export function figure(value: number): string {
  return (value < 0 ? '−' : '') + Math.abs(value).toFixed(2);
}

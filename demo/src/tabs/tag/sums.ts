// Sums as a visitor types them.

/** "57+5" of what was typed. @throws Error in the visitor's words */
export function readSum(text: string, digits: number): string {
  const [, a, b] = /^\s*(\d+)\s*\+\s*(\d+)\s*=?\s*$/.exec(text) ?? [];
  const most = 10 ** digits - 1;
  if (a === undefined || Number(a) > most || Number(b) > most) {
    throw new Error(`Type a sum of two numbers up to ${most}, such as ${digits === 1 ? '7+5' : '57+5'}.`);
  }
  return `${Number(a)}+${Number(b)}`;
}

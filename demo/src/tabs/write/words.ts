// How the tab says numbers and characters.

/** A character as it can be seen. */
export function glyph(character: string): string {
  if (character === '\n') return '↵';
  if (character === '\t') return '⇥';
  if (character === ' ') return '␣';
  return /\p{C}|\p{Z}/u.test(character)
    ? `U+${character.codePointAt(0)!.toString(16).toUpperCase()}`
    : character;
}

/** A character as it is read aloud. */
export function spoken(character: string): string {
  return { '\n': 'line end', '\t': 'tabulator', ' ': 'space' }[character] ?? character;
}

/** A share, such as `42 %`. */
export function percent(p: number): string {
  if (p >= 0.9995) return '100 %';
  if (p >= 0.0995) return `${(100 * p).toFixed(0)} %`;
  if (p >= 0.001) return `${(100 * p).toFixed(1)} %`;
  return p > 0 ? '<0.1 %' : '0 %';
}

export function bits(p: number): number {
  return -Math.log2(Math.max(p, 2 ** -30));
}

/** A whole number with its thousands apart. */
export function grouped(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** A count in few digits, such as `1.24 M`. */
export function short(value: number): string {
  if (value >= 999_500) return `${(value / 1e6).toPrecision(3)} M`;
  if (value >= 10_000) return `${(value / 1e3).toPrecision(3)} k`;
  return grouped(value);
}

/** exp(loss) in few digits, such as `12.3` or `1,230`. */
export function perplexity(loss: number): string {
  const value = Math.exp(loss);
  if (value < 999.5) return value.toPrecision(3);
  return value < 999_500_000 ? short(value) : 'over 1000 M';
}

export function bytesInWords(bytes: number): string {
  return bytes < 2 ** 20 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 2 ** 20).toPrecision(3)} MB`;
}

const places = [
  'first',
  'second',
  'third',
  'fourth',
  'fifth',
  'sixth',
  'seventh',
  'eighth',
  'ninth',
  'tenth',
];

/** A place from 0, such as `third choice`. */
export function choice(rank: number): string {
  return `${places[rank] ?? `${rank + 1}th`} choice`;
}

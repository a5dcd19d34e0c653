// Ids as texts have them, and their order by a plain sort: what the cases of the embedding's gradient are given.
import { random } from '../../src/core/random.ts';
import { exactly } from './kernel_case.ts';

/** `rows` ids below `vocabulary`, the low ones much more frequent than the high ones. */
export function frequentIds(name: string, rows: number, vocabulary: number): number[] {
  const next = random(1, name);
  return Array.from({ length: rows }, () => Math.floor(vocabulary * next.uniform() ** 3));
}

/** Ids in rising order and their positions, in each block of `block` positions. */
export function ordered(ids: readonly number[], vocabulary: number, block = ids.length) {
  const known = ids.map((id) => Math.min(id, vocabulary - 1));
  const places = known.map((_, m) => m);
  const rank = (m: number) => Math.floor(m / block);
  places.sort((a, b) => rank(a) - rank(b) || known[a] - known[b] || a - b);
  return {
    sorted: exactly(
      [ids.length],
      places.map((m) => known[m]),
    ),
    order: exactly([ids.length], places),
  };
}

// The code of the README, as the tests run it.
import { readFileSync } from 'node:fs';

/** The first block of TypeScript in the README. */
export function readmeSnippet(): string {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const found = /```ts\n([\s\S]*?)```/.exec(readme);
  if (!found) throw new Error('the README has no block of TypeScript');
  return found[1];
}

/** The perplexities that the snippet prints, one an epoch. */
export function perplexities(lines: readonly string[]): number[] {
  return lines.flatMap((line) => {
    const found = /perplexity ([\d.]+)/.exec(line);
    return found ? [Number(found[1])] : [];
  });
}

// The code of the README, as the tests run it.
import { readFileSync } from 'node:fs';

/**
 * The block of code of that kind in the README: `ts` trains a language model, `js` measures, saves and loads it; `ts model`,
 * `ts graph` and `js own` are those of the section on models.
 */
export function readmeSnippet(language: 'ts' | 'js' | 'ts model' | 'ts graph' | 'js own' = 'ts'): string {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const found = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(readme);
  if (!found) throw new Error(`the README has no block of ${language}`);
  return found[1];
}

/** The perplexities that the snippet prints, one an epoch. */
export function perplexities(lines: readonly string[]): number[] {
  return lines.flatMap((line) => {
    const found = /perplexity ([\d.]+)/.exec(line);
    return found ? [Number(found[1])] : [];
  });
}

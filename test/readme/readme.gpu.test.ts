// The README's snippet as a script in Node, importing the built package by its name and started by the launcher.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { perplexities, readmeSnippet } from '../harness/readme.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

test('the README snippet trains in Node', () => {
  const folder = `${root}test/output`;
  const script = `${folder}/readme_snippet.mjs`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(script, readmeSnippet());
  try {
    const run = spawnSync(process.execPath, ['src/cli/bin.js', 'launch', script], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(run.status, run.stderr).toBe(0);
    const lines = run.stdout.trim().split('\n');
    const values = perplexities(lines);
    expect(values).toHaveLength(8);
    expect(values.at(-1)).toBeLessThan(0.5 * values[0]);
    expect(lines.at(-1)).toMatch(/^[a-z ;]+$/);
  } finally {
    rmSync(script);
  }
});

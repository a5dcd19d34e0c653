// The README's snippet as a script in Node, importing the built package by its name and started by the launcher.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { perplexities, readmeSnippet } from '../harness/readme.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Runs a script that lies in the project, and so finds the built package by its name. */
function launch(name: string, text: string): string[] {
  const folder = `${root}test/output`;
  const script = `${folder}/${name}.mjs`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(script, text);
  try {
    const run = spawnSync(process.execPath, ['src/cli/bin.js', 'launch', script], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(run.status, run.stderr).toBe(0);
    return run.stdout.trim().split('\n');
  } finally {
    rmSync(script);
  }
}

test('the README snippet trains in Node', () => {
  const lines = launch('readme_train', readmeSnippet());
  const values = perplexities(lines);
  expect(values).toHaveLength(8);
  expect(values.at(-1)).toBeLessThan(0.5 * values[0]);
  expect(lines.at(-1)).toMatch(/^[a-z ;]+$/);
});

test('the second snippet measures the model, and loads it again as it was', () => {
  const compare = `
    const options = { prime: vocabulary.encode('she '), length: 40, temperature: 0 };
    console.log('trained', vocabulary.decode(await writer.generate(options)));
    console.log('loaded', vocabulary.decode(await reader.generate(options)));`;
  const lines = launch('readme_load', readmeSnippet() + readmeSnippet('js') + compare);
  expect(lines.find((line) => line.includes('loss:'))).toMatch(/perplexity: \d\.\d+, tokens: 18/);
  const said = (word: string) => lines.find((line) => line.startsWith(word))?.slice(word.length);
  expect(said('trained')).toHaveLength(41);
  expect(said('loaded')).toBe(said('trained'));
});

test('the model of the README learns what came first', () => {
  const lines = launch('readme_model', readmeSnippet('ts model')).join('\n');
  expect(lines).toContain('Total params: 1,169');
  expect(lines).toMatch(/accuracy: 1\b/);
  expect(Number(/\[ \[ ([\d.]+) \] \]/.exec(lines)?.[1])).toBeGreaterThan(0.8);
});

test('the graph of the README trains, is saved and loaded', () => {
  expect(launch('readme_graph', readmeSnippet('ts graph')).at(-1)).toBe('[ 1, 4, 20 ]');
});

test("a user's own layer and loss train", () => {
  const lines = launch('readme_own', readmeSnippet('js own'));
  const [first, last] = lines.at(-1)!.split(' ').map(Number);
  expect(last).toBeLessThan(first);
});

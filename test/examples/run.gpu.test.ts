// Examples as a reader runs them: `node examples/run.js NAME`, on the GPU and on the CPU; and none is forgotten.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const run = (...args: string[]) =>
  spawnSync(process.execPath, ['examples/run.js', ...args], { cwd: root, encoding: 'utf8' });

describe('examples/run.js', () => {
  test.each([[['echo']], [['echo', '--cpu']]])('runs %s and prints its result', (args) => {
    const { status, stdout, stderr } = run(...args);
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(args.length > 1 ? /^echo on CPU reference/ : /^echo on (?!CPU)/);
    const errors = [...stdout.matchAll(/(?:oneToOne|manyToOne|manyToMany): ([\d.e-]+)/g)];
    expect(errors).toHaveLength(3);
    for (const [, error] of errors) expect(Number(error)).toBeLessThan(0.05);
  });

  test('lists the examples where there is none of that name', () => {
    const { status, stderr } = run('nothing');
    expect(status).toBe(2);
    expect(stderr).toContain('echo');
    expect(stderr).toContain('segmentation');
  });
});

test('each example is linked from the README and run by a test', () => {
  const names = fs.readdirSync(`${root}examples`).filter((file) => file.endsWith('.ts'));
  expect(names.length).toBeGreaterThan(7);
  const readme = fs.readFileSync(`${root}README.md`, 'utf8');
  const tests = fs
    .readdirSync(`${root}test/examples`)
    .map((file) => fs.readFileSync(`${root}test/examples/${file}`, 'utf8'))
    .join('');
  for (const name of names) {
    expect(readme).toContain(`(examples/${name})`);
    expect(tests).toContain(`'../../examples/${name}'`);
  }
});

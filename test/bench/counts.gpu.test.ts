// `npm run bench -- --counts --json`: one line, and a training step that makes nothing.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { works } from '../../bench/src/works.ts';

const script = fileURLToPath(new URL('../../bench/run.js', import.meta.url));

test('a training step is one submit and makes no bind group and no buffer', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [script, '--counts', '--json']);
  const lines = stdout.trim().split('\n');
  const counts = JSON.parse(lines[lines.length - 1]);
  expect(Object.keys(counts)).toEqual(['S', 'M']);
  for (const [name, { dispatches, ...others }] of Object.entries<Record<string, number>>(counts)) {
    const { T } = works.find((work) => work.name === name)!;
    expect(others).toEqual({ submits: 1, bindGroups: 0, buffers: 0, bytes: 0 });
    expect(dispatches).toBeGreaterThan(0);
    expect(dispatches).toBeLessThanOrEqual(2 * T + 24);
  }
});

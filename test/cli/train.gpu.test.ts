// The command line on the GPU adapter: it trains, goes on with the same bits, and writes and measures what the CPU does.
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { cli, events, exampleText, folderOf, tiny } from './cli.ts';

const cwd = folderOf({ 'text.txt': exampleText(60) });
afterAll(() => fs.rmSync(cwd, { recursive: true }));

const options = [...tiny.slice(2), '--backend', 'webgpu', '--dropout', '0.2', '--json'];
const weights = (folder: string): Buffer => fs.readFileSync(path.join(cwd, folder, 'weights.safetensors'));

test('the loss falls, and the model that the GPU made serves on the CPU', async () => {
  const { status, stdout, stderr } = await cli(
    ['train', 'text.txt', ...options, '--epochs', '3', '--out', 'model'],
    { cwd },
  );
  // A driver may have said something before.
  expect(stderr).toMatch(/^adapter: (?!CPU)/m);
  expect(status).toBe(0);
  const [first, , third, done] = events(stdout);
  expect(third.loss).toBeLessThan(first.loss);
  expect(done.adapter).not.toContain('CPU');

  const measure = async (backend: string) =>
    JSON.parse((await cli(['eval', 'model', 'text.txt', '--backend', backend, '--json'], { cwd })).stdout);
  expect((await measure('webgpu')).loss).toBeCloseTo((await measure('cpu')).loss, 4);
  const write = async (backend: string) =>
    (await cli(['sample', 'model', '--length', '30', '--temperature', '0', '--backend', backend], { cwd }))
      .stdout;
  expect(await write('webgpu')).toBe(await write('cpu'));
});

test.skipIf(process.platform === 'win32')(
  'Ctrl-C and --resume give the bits of a run that was never stopped',
  async () => {
    let sent = false;
    const kill = (child: ChildProcess, stdout: string): void => {
      if (sent || !stdout.includes('"epoch":1')) return;
      sent = true;
      setTimeout(() => child.kill('SIGINT'), 20);
    };
    const first = await cli(['train', 'text.txt', ...options, '--epochs', '8', '--out', 'stopped'], {
      cwd,
      onOutput: kill,
    });
    expect(first.status).toBe(130);
    expect(events(first.stdout).at(-1)).toMatchObject({ event: 'done', interrupted: true });
    const second = await cli(['train', '--resume', '--backend', 'webgpu', '--json', '--out', 'stopped'], {
      cwd,
    });
    expect(second.status).toBe(0);
    await cli(['train', 'text.txt', ...options, '--epochs', '8', '--out', 'straight'], { cwd });
    expect(weights('stopped').equals(weights('straight'))).toBe(true);
  },
);

test('info names the adapter, its features and limits', async () => {
  const { stdout, status } = await cli(['info', '--backend', 'webgpu', '--json'], { cwd });
  expect(status).toBe(0);
  const facts = JSON.parse(stdout);
  expect(facts).toMatchObject({ backend: 'webgpu', software: expect.any(Boolean) });
  expect(facts.adapter.includes('(software adapter)')).toBe(facts.software);
  expect(facts.features.length).toBeGreaterThan(0);
});

// The command line measures kernels once for an adapter, a resumed run keeps those that it began with, and a profile saves nothing.
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requestDevice } from '../../src/backends/webgpu/device.ts';
import { tuningIdentity } from '../../src/backends/webgpu/identity.ts';
import { openTuningStore } from '../../src/backends/webgpu/tuning_store.ts';
import { cli, exampleText, expectOneLine, folderOf, tiny } from './cli.ts';

const cwd = folderOf({ 'text.txt': exampleText(60) });
/** The cache of these tests, with the software adapter that the real one may hold. */
const env = { WEBGPU_RNN_CACHE: path.join(cwd, 'cache') };
beforeAll(() => fs.mkdirSync(env.WEBGPU_RNN_CACHE));
afterAll(() => fs.rmSync(cwd, { recursive: true }));

const train = ['train', 'text.txt', ...tiny.slice(2), '--backend', 'webgpu', '--json'];
const record = (folder: string) =>
  JSON.parse(fs.readFileSync(path.join(cwd, folder, 'model.json'), 'utf8')).training;
const weights = (folder: string): Buffer => fs.readFileSync(path.join(cwd, folder, 'weights.safetensors'));

interface Info {
  tuning: { place: string; measurements: Record<string, { microseconds: object }> };
}
const info = async (): Promise<Info['tuning']> =>
  JSON.parse((await cli(['info', '--backend', 'webgpu', '--json'], { cwd, env })).stdout).tuning;

/** Keeps a measurement as an earlier run on this adapter would have left it. */
async function keep(key: string, chosen: string): Promise<void> {
  const before = process.env.WEBGPU_RNN_CACHE;
  Object.assign(process.env, env);
  try {
    const adapter = await requestDevice();
    adapter.device.destroy();
    const store = await openTuningStore(tuningIdentity(adapter));
    await store.add(new Map([[key, { chosen, microseconds: { [chosen]: 1 } }]]));
  } finally {
    if (before === undefined) delete process.env.WEBGPU_RNN_CACHE;
    else process.env.WEBGPU_RNN_CACHE = before;
  }
}

const run = (out: string, ...more: string[]) => cli([...train, '--out', out, ...more], { cwd, env });

test('a run uses what was measured, and a resumed one keeps its kernels whatever is measured meanwhile', async () => {
  await run('off', '--steps', '1', '--autotune', 'off');
  const key = Object.keys(record('off').choices).find((k) => k.startsWith('lstm forward'))!;
  await keep(key, 'sequence 1');
  await run('whole', '--steps', '10');
  expect(record('whole').choices[key]).toBe('sequence 1');
  await run('part', '--steps', '5');
  await keep(key, 'step');
  const resumed = await cli(['train', '--resume', '--json', '--out', 'part', '--steps', '10'], { cwd, env });
  expect(resumed).toMatchObject({ status: 0 });
  expect(record('part').choices).toEqual(record('whole').choices);
  expect(weights('part').equals(weights('whole'))).toBe(true);
  await run('new', '--steps', '1');
  expect(record('new').choices[key]).toBe('step');
});

test('--autotune full says what it measures, keeps it, and does not measure it again', async () => {
  const { stderr, status } = await run('first', '--steps', '1', '--autotune', 'full');
  expect(status).toBe(0);
  expect(stderr).toMatch(/\nready after [\d.]+ s/);
  const { place, measurements } = await info();
  expect(path.dirname(place)).toBe(env.WEBGPU_RNN_CACHE);
  // A software adapter's cost model may leave nothing open for so small a model.
  const several = Object.values(measurements).filter((m) => Object.keys(m.microseconds).length > 1);
  expect(/measuring kernels for \d+ operations?, once for this adapter\n/.test(stderr)).toBe(
    several.length > 0,
  );
  const second = await run('second', '--steps', '1', '--autotune', 'full');
  expect(second.stderr).not.toContain('measuring');
  expect((await cli(['info', '--backend', 'webgpu'], { cwd, env })).stdout).toMatch(
    /kernels measured, kept in/,
  );
});

test('--profile prints where the time of a step goes, and saves nothing', async () => {
  const args = [...train.slice(0, -1), '--out', 'profiled', '--profile'];
  const { stdout, status } = await cli(args, { cwd, env });
  expect(status).toBe(0);
  expect(stdout).toMatch(/^kernel +scope +calls +ms +share +GFLOP\/s +GB\/s$/m);
  expect(stdout).toMatch(/^adam +adam +1 /m);
  expect(stdout).toMatch(/^all .* 100\.0%/m);
  expect(fs.existsSync(path.join(cwd, 'profiled'))).toBe(false);
  const rows = JSON.parse((await cli([...args, '--json'], { cwd, env })).stdout);
  expect(rows[0]).toMatchObject({ kernel: expect.any(String), calls: expect.any(Number) });
});

test('an unknown mode is one line', async () => {
  expectOneLine(await cli(['train', 'text.txt', '--autotune', 'often'], { cwd, env }), /off, cached, full/);
});

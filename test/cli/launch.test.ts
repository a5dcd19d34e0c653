// The launcher is transparent: status, signals, arguments and environment of the program it starts are as without it.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const launcher = fileURLToPath(new URL('../../src/cli/launch.js', import.meta.url));
const adapter = new URL('../../src/cli/software_adapter.js', import.meta.url).href;
const known = { WEBGPU_RNN_ADAPTER: 'software: none is needed here' };
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'webgpu-rnn-test-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

function start(argv: string[], env: Record<string, string> = known): ChildProcess {
  return spawn(process.execPath, argv, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
}

async function finish(child: ChildProcess) {
  const text = { stdout: '', stderr: '' };
  child.stdout?.on('data', (data) => {
    text.stdout += data;
  });
  child.stderr?.on('data', (data) => {
    text.stderr += data;
  });
  const [status, signal] = await once(child, 'close');
  return { status, signal, ...text };
}

test('arguments and the exit status pass through', async () => {
  const child = start([
    launcher,
    '-e',
    'console.log(process.argv.slice(1).join()); process.exit(7)',
    'a b',
    'c',
  ]);
  expect(await finish(child)).toMatchObject({ status: 7, stdout: 'a b,c\n' });
});

test('a package binary is found by its name', async () => {
  expect((await finish(start([launcher, 'vitest', '--version']))).stdout).toMatch(/^vitest\//);
});

test.skipIf(process.platform === 'win32')('a signal that ends the program ends the launcher', async () => {
  const child = start([launcher, '-e', 'process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 1000)']);
  expect(await finish(child)).toMatchObject({ status: null, signal: 'SIGTERM' });
});

test.skipIf(process.platform === 'win32')(
  'an interrupt reaches the program, which is waited for',
  async () => {
    const program = `process.on('SIGINT', () => setTimeout(() => { console.log('saved'); process.exit(5); }, 100));
    console.log('ready'); setInterval(() => {}, 1000);`;
    const child = start([launcher, '-e', program]);
    child.stdout?.once('data', () => child.kill('SIGINT'));
    expect(await finish(child)).toMatchObject({ status: 5, stdout: 'ready\nsaved\n' });
  },
);

test('REQUIRE_GPU=1 turns a missing adapter into status 2 and one line', async () => {
  const env = { WEBGPU_RNN_ADAPTER: 'none: nothing here', REQUIRE_GPU: '1' };
  const { status, stdout, stderr } = await finish(start([launcher, '-e', 'console.log(1)'], env));
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(/^webgpu-rnn: REQUIRE_GPU=1 and no GPU adapter: nothing here\n$/);
});

test('a script in a clone finds the library, which is built when it is missing', async () => {
  const clone = path.join(folder, 'clone');
  const root = fileURLToPath(new URL('../../', import.meta.url));
  for (const name of ['src', 'shaders', 'package.json', 'vite.config.ts']) {
    fs.cpSync(path.join(root, name), path.join(clone, name), { recursive: true });
  }
  fs.symlinkSync(path.join(root, 'node_modules'), path.join(clone, 'node_modules'), 'junction');
  const script = path.join(clone, 'script.mjs');
  fs.writeFileSync(script, "console.log(typeof (await import('webgpu-rnn')).languageTrainer)");
  const run = () => finish(start([path.join(clone, 'src', 'cli', 'bin.js'), 'launch', script]));
  expect(await run()).toMatchObject({ status: 0, stdout: 'function\n', stderr: 'building…\n' });
  expect(await run()).toMatchObject({ status: 0, stdout: 'function\n', stderr: '' });
});

const bundled = process.platform === 'linux' && process.arch === 'x64';

test.skipIf(!bundled)('two processes that unpack at once both get a whole folder', async () => {
  const cache = path.join(folder, 'cache');
  const program = `const { softwareVulkan } = await import(${JSON.stringify(adapter)});
    console.log((await softwareVulkan()).folder);`;
  const unpack = () =>
    finish(start(['--input-type=module', '-e', program], { ...known, WEBGPU_RNN_CACHE: cache }));
  const [a, b] = await Promise.all([unpack(), unpack()]);
  expect(a).toMatchObject({ status: 0, stderr: '' });
  expect(b).toEqual(a);
  const unpacked = a.stdout.trim();
  expect(unpacked.startsWith(cache)).toBe(true);
  expect(fs.statSync(path.join(unpacked, 'libvulkan.so.1')).size).toBeGreaterThan(1e6);
  expect(fs.readdirSync(path.dirname(unpacked))).toEqual(['vulkan']);
});

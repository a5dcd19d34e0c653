// A run that is interrupted and resumed gives the same bits as one that never was.
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { cli, events, exampleText, expectOneLine, folderOf, tiny } from './cli.ts';

const cwd = folderOf({ 'text.txt': exampleText(80), 'long.txt': exampleText(500) });
afterAll(() => fs.rmSync(cwd, { recursive: true }));

const options = [...tiny, '--dropout', '0.2', '--json'];
const weights = (folder: string): Buffer => fs.readFileSync(path.join(cwd, folder, 'weights.safetensors'));
const record = (folder: string) => JSON.parse(fs.readFileSync(path.join(cwd, folder, 'model.json'), 'utf8'));

/** Steps of an epoch of these texts. */
const EPOCH = 42;
const LONG_EPOCH = 267;

test.each([
  ['in the midst of an epoch', 30, 100],
  ['after an epoch', EPOCH, 2 * EPOCH],
  ['past an epoch', EPOCH + 1, 3 * EPOCH + 1],
])(
  'stopped by --steps %s',
  async (name, first, total) => {
    const folder = (kind: string) => `${kind} ${name}`.replaceAll(' ', '-');
    const whole = await cli(
      ['train', 'text.txt', ...options, '--steps', `${total}`, '--out', folder('whole')],
      { cwd },
    );
    await cli(['train', 'text.txt', ...options, '--steps', `${first}`, '--out', folder('part')], { cwd });
    const resumed = await cli(
      ['train', '--resume', '--backend', 'cpu', '--json', '--steps', `${total}`, '--out', folder('part')],
      { cwd },
    );
    expect(resumed).toMatchObject({ status: 0 });
    expect(weights(folder('part')).equals(weights(folder('whole')))).toBe(true);
    const losses = (stdout: string) => events(stdout).map(({ epoch, steps, loss }) => [epoch, steps, loss]);
    expect(losses(resumed.stdout).at(-1)).toEqual(losses(whole.stdout).at(-1));
    expect(
      record(folder('part')).training.epochs.map((e: { epoch: number; loss: number }) => [e.epoch, e.loss]),
    ).toEqual(
      record(folder('whole')).training.epochs.map((e: { epoch: number; loss: number }) => [e.epoch, e.loss]),
    );
  },
  60_000,
);

test.skipIf(process.platform === 'win32').each(['SIGINT', 'SIGTERM'] as const)(
  'stopped by %s in the midst of an epoch',
  async (signal) => {
    const args = [...options, '--units', '48', '--epochs', '3'];
    const straight = `straight-${signal}`;
    const stopped = `stopped-${signal}`;
    let sent = false;
    const kill = (child: ChildProcess, stdout: string): void => {
      if (sent || !stdout.includes('"epoch":1')) return;
      sent = true;
      setTimeout(() => child.kill(signal), 200);
    };
    const first = await cli(['train', 'long.txt', ...args, '--out', stopped], { cwd, onOutput: kill });
    expect(first.status).toBe(signal === 'SIGINT' ? 130 : 143);
    expect(first.stderr).toContain(`go on with: npx webgpu-rnn train --resume --out ${stopped}`);
    const done = events(first.stdout).at(-1);
    expect(done).toMatchObject({ event: 'done', interrupted: true, out: stopped });
    expect(done.steps % LONG_EPOCH, 'the signal came in the midst of an epoch').not.toBe(0);

    const second = await cli(['train', '--resume', '--backend', 'cpu', '--json', '--out', stopped], { cwd });
    expect(second.status).toBe(0);
    expect(events(second.stdout).at(-1)).toMatchObject({ steps: 3 * LONG_EPOCH, interrupted: false });
    await cli(['train', 'long.txt', ...args, '--out', straight], { cwd });
    expect(weights(stopped).equals(weights(straight))).toBe(true);
  },
  60_000,
);

test.skipIf(process.platform === 'win32')(
  'stopped by a reader that closes the pipe: saved without a word',
  async () => {
    const args = ['train', 'long.txt', ...options, '--units', '48', '--epochs', '500', '--out', 'piped'];
    const { status, stderr } = await cli(args, { cwd, onOutput: (child) => child.stdout?.destroy() });
    expect(status).toBe(141);
    expect(stderr).toContain('into piped\n');
    expect(stderr).not.toMatch(/stop|saved|EPIPE|error/i);
    const { steps } = record('piped').training;
    expect(steps).toBeGreaterThan(LONG_EPOCH);
    const more = ['--steps', `${steps + 1}`, '--json', '--out', 'piped'];
    const resumed = await cli(['train', '--resume', '--backend', 'cpu', ...more], { cwd });
    expect(resumed.status).toBe(0);
    expect(events(resumed.stdout).at(-1)).toMatchObject({ steps: steps + 1 });
  },
  60_000,
);

test('the standard input is a text, which a resumed run must be given again', async () => {
  const input = exampleText(80);
  const steps = (n: number) => ['--steps', `${n}`, '--out', 'from-input'];
  const first = await cli(['train', '-', ...tiny, ...steps(5)], { cwd, input });
  expect(first.status).toBe(0);
  expect(first.stdout).toContain('text: standard input: ');
  await cli(['train', 'text.txt', ...tiny, '--steps', '5', '--out', 'from-file'], { cwd });
  expect(weights('from-input').equals(weights('from-file'))).toBe(true);
  const again = ['train', '-', '--resume', '--backend', 'cpu', ...steps(6)];
  expect(await cli(again, { cwd, input })).toMatchObject({ status: 0 });
  expectOneLine(
    await cli(again, { cwd, input: `${input} more` }),
    /standard input is not the text that this model was trained on/,
  );
  const both = ['train', '-', ...tiny, '--validation', '-', '--steps', '5', '--out', 'both'];
  expectOneLine(await cli(both, { cwd, input }), /standard input can be read once/);
});

test('line ends \\r\\n are those of the text that a run began with, also where they are tokens of its own', async () => {
  const text = exampleText(80);
  const write = (end: string, more = '') =>
    fs.writeFileSync(path.join(cwd, 'ends.txt'), `${text.replaceAll('\n', end)}${more}`);
  const begin = (out: string) => cli(['train', 'ends.txt', ...tiny, '--steps', '3', '--out', out], { cwd });
  const goOn = (out: string) =>
    cli(['train', '--resume', '--backend', 'cpu', '--steps', '4', '--out', out], { cwd });
  write('\r\n');
  await begin('ends');
  expect(await goOn('ends')).toMatchObject({ status: 0 });
  // Read as \r\n, as all of a text was before line ends were read as one.
  write('\r\r\n');
  await begin('old-ends');
  expect(record('old-ends').vocabulary.tokens).toContain('\r');
  write('\r\n', 'more');
  expectOneLine(await goOn('old-ends'), /ends.txt is not the text that this model was trained on/);
  write('\r\n');
  expect(await goOn('old-ends')).toMatchObject({ status: 0 });
});

test('a run whose kernels are gone goes on with others, and says so', async () => {
  await cli(['train', 'text.txt', ...tiny, '--steps', '5', '--out', 'renamed'], { cwd });
  const changed = record('renamed');
  const [key] = Object.keys(changed.training.choices);
  for (const name of Object.keys(changed.training.choices)) changed.training.choices[name] = 'gone';
  fs.writeFileSync(path.join(cwd, 'renamed', 'model.json'), JSON.stringify(changed));
  const args = ['train', '--resume', '--backend', 'cpu', '--steps', '6', '--out', 'renamed'];
  const { status, stdout } = await cli(args, { cwd });
  expect(status).toBe(0);
  expect(stdout.split('\n').filter((line) => line.includes('gone'))).toEqual([
    `gone for ${key} is gone: the run goes on with other kernels, which round otherwise`,
  ]);
});

test.skipIf(process.platform === 'win32')('stopped before the first step, no model is kept', async () => {
  // Interrupts the program when it has named the adapter, before it trains.
  const preload = `const write = process.stdout.write;
    process.stdout.write = (text, ...rest) => {
      if (text.startsWith('adapter:')) process.emit('SIGINT', 'SIGINT');
      return write.call(process.stdout, text, ...rest);
    };`;
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(preload)}` };
  const args = ['train', 'text.txt', ...tiny, '--epochs', '50', '--out', 'never/made'];
  const { status, stdout, stderr } = await cli(args, { cwd, env });
  expect(stderr).toContain('stopped before the first step; no model is kept\n');
  expect(stdout).not.toContain('NaN');
  expect(status).toBe(130);
  expect(fs.existsSync(path.join(cwd, 'never'))).toBe(false);

  const trained = await cli([...args.slice(0, -4), '--steps', '3', '--out', 'kept'], { cwd });
  expect(trained.status).toBe(0);
  const before = weights('kept');
  const resumed = ['train', '--resume', '--backend', 'cpu', '--epochs', '50', '--out', 'kept'];
  expect((await cli(resumed, { cwd, env })).stdout).not.toContain('NaN');
  expect(weights('kept').equals(before)).toBe(true);
});

test('a run that is complete says so and goes on when asked for more', async () => {
  const out = ['--out', 'complete'];
  await cli(['train', 'text.txt', ...options, '--epochs', '1', ...out], { cwd });
  const again = await cli(['train', '--resume', '--backend', 'cpu', '--json', ...out], { cwd });
  expect(again.status).toBe(0);
  expect(again.stderr).toContain('nothing is left to do');
  expect(events(again.stdout)).toMatchObject([{ event: 'done', epoch: 1, steps: EPOCH }]);
  const short = await cli(['train', '--resume', '--backend', 'cpu', '--steps', '10', ...out], { cwd });
  expect(short.stdout).toMatch(/^nothing is left to do, 42 steps done already[^\n]*\n$/);
  const more = await cli(['train', '--resume', '--backend', 'cpu', '--json', '--epochs', '2', ...out], {
    cwd,
  });
  expect(events(more.stdout)).toMatchObject([
    { event: 'epoch', epoch: 2 },
    { event: 'done', steps: 2 * EPOCH },
  ]);
});

test('the same seed gives the same bits, another seed others', async () => {
  const run = (seed: string, out: string) =>
    cli(['train', 'text.txt', ...options, '--steps', '5', '--seed', seed, '--out', out], { cwd });
  await run('7', 'seed-a');
  await run('7', 'seed-b');
  await run('8', 'seed-c');
  expect(weights('seed-a').equals(weights('seed-b'))).toBe(true);
  expect(weights('seed-a').equals(weights('seed-c'))).toBe(false);
});

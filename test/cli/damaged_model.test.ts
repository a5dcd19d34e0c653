// Model folders that are damaged, and disks that take no more: one line, exit status 2, and what was there before stays whole.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../src/io/safetensors.ts';
import { bin, cli, exampleText, expectOneLine, folderOf, tiny } from './cli.ts';

const cwd = folderOf({ 'text.txt': exampleText(40) });
afterAll(() => fs.rmSync(cwd, { recursive: true }));

beforeAll(async () => {
  const trained = await cli(['train', 'text.txt', ...tiny, '--steps', '3', '--out', 'model'], { cwd });
  expect(trained).toMatchObject({ status: 0 });
}, 120_000);

const train = ['train', 'text.txt', ...tiny, '--steps', '2', '--json'];

describe('a damaged model folder', () => {
  let number = 0;
  /** A copy of the model with a damage done to it. */
  const damaged = (damage: (folder: string) => void): string => {
    const name = `damaged${number++}`;
    fs.cpSync(path.join(cwd, 'model'), path.join(cwd, name), { recursive: true });
    damage(path.join(cwd, name));
    return name;
  };
  const edit = (folder: string, file: string, change: (text: string) => string): void => {
    const name = path.join(folder, file);
    fs.writeFileSync(name, change(fs.readFileSync(name, 'utf8')));
  };
  const editTensors = (folder: string, change: (tensors: Map<string, never>) => void): void => {
    const file = path.join(folder, 'weights.safetensors');
    const { tensors, metadata } = readSafetensors(fs.readFileSync(file));
    change(tensors as Map<string, never>);
    fs.writeFileSync(file, writeSafetensors(tensors as Map<string, never>, metadata));
  };

  const setNumber = (
    tensors: ReadonlyMap<string, { data: number[] }>,
    name: string,
    index: number,
    value: number,
  ): void => {
    tensors.get(name)!.data[index] = value;
  };

  test.for<[string, (folder: string) => void, RegExp]>([
    [
      'no model.json',
      (f) => fs.rmSync(path.join(f, 'model.json')),
      /is no whole model folder: model.json is missing/,
    ],
    ['no weights', (f) => fs.rmSync(path.join(f, 'weights.safetensors')), /weights.safetensors is missing/],
    [
      'a cut model.json',
      (f) => fs.truncateSync(path.join(f, 'model.json'), 100),
      /model.json is not JSON .*cut short/,
    ],
    [
      'another format',
      (f) => edit(f, 'model.json', (text) => text.replace('webgpu-rnn/1', 'webgpu-rnn/2')),
      /its format is "webgpu-rnn\/2", not "webgpu-rnn\/1"/,
    ],
    [
      'sizes that are none',
      (f) => edit(f, 'model.json', (text) => text.replace('"units": 6', '"units": -6')),
      /architecture.units must be a positive whole number, it is -6/,
    ],
    [
      'other sizes than the weights',
      (f) => edit(f, 'model.json', (text) => text.replace('"units": 6', '"units": 7')),
      /weights.safetensors: lstm\/kernel is \[4, 24\], the model needs \[4, 28\]/,
    ],
    [
      'sizes beyond every memory',
      (f) => edit(f, 'model.json', (text) => text.replace('"units": 6', '"units": 1000000000')),
      /lstm\/kernel is \[4, 24\], the model needs \[4, 4000000000\]|is larger than this device can bind/,
    ],
    [
      'cut weights',
      (f) => fs.truncateSync(path.join(f, 'weights.safetensors'), 2000),
      /weights.safetensors is not a whole safetensors file/,
    ],
    [
      'weights of another format',
      (f) => fs.writeFileSync(path.join(f, 'weights.safetensors'), 'nothing of the kind'),
      /weights.safetensors is not a whole safetensors file/,
    ],
    [
      'a missing tensor',
      (f) => editTensors(f, (tensors) => tensors.delete('dense/bias')),
      /weights.safetensors has no tensor dense\/bias/,
    ],
    [
      'a weight that is no number',
      (f) => editTensors(f, (tensors) => setNumber(tensors, 'lstm/bias', 5, Number.NaN)),
      /weights.safetensors: lstm\/bias holds NaN at index 5/,
    ],
  ])('%s', async ([, damage, message]) => {
    const folder = damaged(damage);
    for (const command of [
      ['summary', folder],
      ['sample', folder, '--backend', 'cpu'],
    ]) {
      const { status, stdout, stderr } = await cli(command, { cwd });
      // The adapter may have been named before the weights are read.
      expect(stderr.replace(/^adapter: .*\n/, '')).toMatch(/^webgpu-rnn: [^\n]+\n$/);
      expect(stderr).toMatch(message);
      expect(stdout).toBe('');
      expect(status).toBe(2);
    }
  });

  test.for<[string, (folder: string) => void, RegExp]>([
    [
      'no record of the training',
      (f) => edit(f, 'model.json', (text) => text.replace('"optimizer"', '"optimiser"')),
      /cannot be resumed: model.json says training.options.optimizer = undefined/,
    ],
    [
      'two sizes of one model',
      (f) => edit(f, 'model.json', (text) => text.replace('"units": 6', '"units": 7')),
      /cannot be resumed: model.json says architecture.units = 7, but training.options.units = 6/,
    ],
    [
      'two levels of one text',
      (f) =>
        edit(f, 'model.json', (text) =>
          text.replace('"level": "char",\n   "limitTokens"', '"level": "word",\n   "limitTokens"'),
        ),
      /says vocabulary.level = char, but training.options.level = word/,
    ],
    [
      'no slots of the optimizer',
      (f) => editTensors(f, (tensors) => tensors.delete('optimizer/adam/mean/dense/bias')),
      /has no tensor optimizer\/adam\/mean\/dense\/bias/,
    ],
    [
      'no carried state',
      (f) => editTensors(f, (tensors) => tensors.delete('state/lstm/c')),
      /has no tensor state\/lstm\/c/,
    ],
  ])('which cannot be resumed: %s', async ([, damage, message]) => {
    const folder = damaged(damage);
    const result = await cli(
      ['train', '--resume', '--out', folder, '--backend', 'cpu', '--steps', '5', '--json'],
      { cwd },
    );
    expectOneLine(result, message);
    expect(fs.readdirSync(path.join(cwd, folder)).sort()).toEqual(['model.json', 'weights.safetensors']);
  });
});

test('a loss that is no number fails eval', async () => {
  fs.cpSync(path.join(cwd, 'model'), path.join(cwd, 'huge'), { recursive: true });
  const file = path.join(cwd, 'huge', 'weights.safetensors');
  const { tensors, metadata } = readSafetensors(fs.readFileSync(file));
  const { data } = tensors.get('dense/kernel')!;
  for (let i = 0; i < data.length; i++) data[i] = i % 2 === 0 ? 3e38 : -3e38;
  fs.writeFileSync(file, writeSafetensors(tensors as Map<string, never>, metadata));
  const { status, stdout, stderr } = await cli(['eval', 'huge', 'text.txt', '--backend', 'cpu'], { cwd });
  expect(stderr).toMatch(/\nwebgpu-rnn: the loss of huge on text.txt is not a finite number[^\n]*\n$/);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
});

describe('a disk that takes no more', () => {
  // A limit on the size of files stands for a full disk.
  const limit = 'trap "" XFSZ; ulimit -f 1; exec "$0" "$@"';

  test.skipIf(process.platform === 'win32')(
    'leaves nothing of a new model, and the whole of an old one',
    () => {
      const run = (args: string[]) =>
        spawnSync('sh', ['-c', limit, process.execPath, bin, ...args], { cwd, encoding: 'utf8' });
      fs.cpSync(path.join(cwd, 'model'), path.join(cwd, 'old'), { recursive: true });
      const before = fs.readFileSync(path.join(cwd, 'old', 'weights.safetensors'));

      const fresh = run([...train, '--out', 'new']);
      expect(fresh.stderr).toMatch(
        /webgpu-rnn: cannot save to new: the file is too large for the file system\n$/,
      );
      expect(fresh.status).toBe(2);
      expect(fs.readdirSync(cwd).filter((name) => name.includes('new'))).toEqual([]);

      const old = run(['train', '--resume', '--out', 'old', '--steps', '5', '--json', '--backend', 'cpu']);
      expect(old.stderr).toMatch(/webgpu-rnn: cannot save to old/);
      expect(old.status).toBe(2);
      expect(fs.readFileSync(path.join(cwd, 'old', 'weights.safetensors'))).toEqual(before);
      expect(fs.readdirSync(path.join(cwd, 'old')).sort()).toEqual(['model.json', 'weights.safetensors']);
    },
  );
});

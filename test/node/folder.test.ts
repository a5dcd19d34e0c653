// A folder keeps files whole, makes the folders they need, and lets no name lead out of it.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DataError, OptionError } from '../../src/core/errors.ts';
import { folder } from '../../src/node/index.ts';

let home = '';
beforeEach(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), 'folder-'));
});
afterEach(() => {
  fs.rmSync(home, { recursive: true, force: true });
});

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

test('writes, replaces, appends and reads', async () => {
  const store = folder(path.join(home, 'runs', '1'));
  await store.write('logs/a.csv', 'epoch\n');
  await store.append('logs/a.csv', '0\n');
  await store.append('logs/b.bin', Uint8Array.of(1, 2));
  expect(text(await store.read('logs/a.csv'))).toBe('epoch\n0\n');
  expect([...(await store.read('logs/b.bin'))]).toEqual([1, 2]);
  await store.write('logs/a.csv', 'anew');
  expect(text(await store.read('logs/a.csv'))).toBe('anew');
  expect(fs.readdirSync(path.join(home, 'runs', '1', 'logs')).sort()).toEqual(['a.csv', 'b.bin']);
});

test('a file that cannot be replaced leaves nothing beside it', async () => {
  fs.mkdirSync(path.join(home, 'taken', 'inside'), { recursive: true });
  await expect(folder(home).write('taken', 'x')).rejects.toThrow();
  expect(fs.readdirSync(home)).toEqual(['taken']);
});

test('what is missing is a DataError, a way out of the folder an OptionError', async () => {
  const store = folder(home);
  await expect(store.read('none')).rejects.toThrow(DataError);
  await expect(store.read('none')).rejects.toThrow(/none: there is no such file/);
  for (const name of ['../out', '/elsewhere/out', 'a/../../out', '', '.']) {
    await expect(store.write(name, 'x'), name).rejects.toThrow(OptionError);
  }
  await store.write('a/../in', 'x');
  expect(fs.existsSync(path.join(home, 'in'))).toBe(true);
  expect(() => folder(3 as never)).toThrow('[folder] takes the path of a folder, got 3');
});

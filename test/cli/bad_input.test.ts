// Every kind of bad input: one line that names the problem and the way out, exit status 2, no stack trace, nothing half-written.
import fs from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli, exampleText, expectOneLine, folderOf, tiny } from './cli.ts';

const cwd = folderOf({
  'text.txt': exampleText(40),
  'empty.txt': '',
  'short.txt': 'too short',
  'binary.bin': Uint8Array.of(80, 75, 3, 4, 0, 0),
  'latin1.txt': Uint8Array.of(0x53, 0x74, 0x72, 0x61, 0xdf, 0x65),
  'script.ts': 'const n: number = 1;',
  'foreign.txt': 'the cat sat on a żółw',
});
afterAll(() => fs.rmSync(cwd, { recursive: true }));

beforeAll(async () => {
  const trained = await cli(['train', 'text.txt', ...tiny, '--steps', '3', '--out', 'model'], { cwd });
  expect(trained).toMatchObject({ status: 0 });
}, 120_000);

const train = (...args: string[]) => ['train', 'text.txt', ...tiny, '--steps', '2', '--out', 'new', ...args];

test.concurrent.for<[string, string[], RegExp]>([
  // Files
  ['a missing file', ['train', 'missing.txt'], /cannot read missing.txt: there is no such file or folder/],
  ['a folder', ['train', '.'], /\. is a folder; give a text file/],
  ['an empty file', ['train', 'empty.txt'], /empty.txt is empty; give a file with text/],
  ['a binary file', ['train', 'binary.bin'], /binary.bin is binary: byte 5 is zero; give a UTF-8 text/],
  ['another encoding', ['train', 'latin1.txt'], /latin1.txt is not UTF-8 text: byte 5 \(0xdf\)/],
  [
    'a file shorter than one chunk',
    ['train', 'short.txt', '--backend', 'cpu'],
    /short.txt is too short: it has 9 tokens, and one update of --batch 16 --window 32 takes 513; take a smaller/,
  ],
  [
    'too small a part of a file',
    ['train', 'text.txt', '--limit-tokens', '10', '--backend', 'cpu'],
    /the first 10 tokens of text.txt are too few: 10 are trained on, and one update .* takes 513; take a larger --limit/,
  ],
  [
    'too little left by the validation',
    ['train', 'short.txt', '--batch', '1', '--window', '6', '--validation', '0.5'],
    /it has 5 tokens besides 4 for validation, and one update of --batch 1 --window 6 takes 7/,
  ],
  ['a validation file that is missing', train('--validation', 'nothing.txt'), /cannot read nothing.txt/],
  [
    'a validation file of other characters',
    train('--validation', 'foreign.txt'),
    /foreign.txt, line 1: the character "ż" is not among the \d+ characters that the model knows/,
  ],
  // Arguments
  [
    'an unknown flag',
    train('--unit', '5'),
    /unknown option '--unit' \(Did you mean --units\?\) \(--help lists/,
  ],
  ['an unknown command', ['trian'], /unknown command 'trian' \(Did you mean train\?\)/],
  ['an argument too many', ['train', 'text.txt', 'again.txt'], /too many arguments/],
  ['an argument too few', ['sample'], /missing required argument 'dir'/],
  ['a flag without its value', ['train', 'text.txt', '--units'], /option '--units <n>' argument missing/],
  [
    'no number',
    train('--units', 'many'),
    /'--units <n>' argument 'many' is invalid. It must be a whole number from 1/,
  ],
  ['a fraction of a unit', train('--units', '1.5'), /It must be a whole number from 1 to 16384/],
  ['no units', train('--units', '0'), /It must be a whole number from 1 to 16384/],
  ['too many layers', train('--layers', '17'), /It must be a whole number from 1 to 16/],
  ['no steps', train('--steps', '0'), /It must be a whole number from 1 to/],
  ['less than no epochs', train('--epochs', '-1'), /It must be a whole number from 1 to/],
  ['no tokens', train('--limit-tokens', '1'), /It must be a whole number from 2 to/],
  ['no learning rate', train('--learning-rate', '0'), /It must be a number above 0 and at most 100/],
  ['an endless learning rate', train('--learning-rate', 'Infinity'), /It must be a number above 0/],
  ['a negative clip', train('--clip', '-1'), /It must be a number from 0 to/],
  ['dropout of everything', train('--dropout', '1'), /It must be a number from 0 to 0.95/],
  [
    'validation on more than half',
    train('--validation', '0.6'),
    /It must be a fraction from 0 to 0.5, or a file/,
  ],
  ['a negative seed', train('--seed', '-1'), /It must be a whole number from 0 to/],
  ['an unknown cell', train('--cell', 'elman'), /It must be one of lstm, gru, rnn/],
  ['an unknown level', train('--level', 'byte'), /It must be one of char, word/],
  [
    'an unknown optimizer',
    train('--optimizer', 'lion'),
    /It must be one of sgd, momentum, adam, adamw, rmsprop/,
  ],
  ['an unknown backend', train('--backend', 'cuda'), /It must be one of auto, webgpu, cpu/],
  [
    'tied weights of two widths',
    train('--tie-weights'),
    /--tie-weights needs --embedding and --units of one size/,
  ],
  [
    'a model beyond what the device can bind',
    train('--units', '16384'),
    /recurrent_kernel \[16384, 65536\] \(of the weights, whatever the batch\) is larger than this device can bind \(\d+ bytes\); take smaller --units or --embedding\n/,
  ],
  // Folders to write
  [
    'a folder that holds a model',
    train('--out', 'model'),
    /model holds a model already; continue it with --resume, or choose another --out/,
  ],
  ['a file in the way', train('--out', 'text.txt'), /text.txt is not a folder; choose another --out/],
  ['a path through a file', train('--out', 'text.txt/new/model'), /: text.txt is not a folder; choose/],
  ['a path through a device', train('--out', '/dev/null/x'), /: \/dev\/null is not a folder; choose/],
  ['a folder without a name', train('--out', ''), /the folder's name is empty/],
  ['a folder without a name to resume', ['train', '--resume', '--out', ''], /the folder's name is empty/],
  // Going on
  ['nothing to resume', train('--resume'), /there is no model new to resume/],
  [
    'nothing of that name to resume',
    ['train', 'text.txt', '--resume'],
    /there is no model runs\/text to resume/,
  ],
  [
    'another architecture',
    ['train', '--resume', '--out', 'model', '--units', '7'],
    /--units 7 does not fit model, which was trained with 6/,
  ],
  [
    'another optimizer',
    ['train', '--resume', '--out', 'model', '--optimizer', 'sgd'],
    /--optimizer sgd does not fit model, which was trained with adam/,
  ],
  [
    'another text',
    ['train', 'foreign.txt', '--resume', '--out', 'model', '--backend', 'cpu'],
    /foreign.txt is not the text that this model was trained on/,
  ],
  // Trained models
  [
    'no model folder',
    ['sample', 'nowhere'],
    /there is no model folder nowhere; train one, or check the name/,
  ],
  ['a file as model folder', ['sample', 'text.txt'], /text.txt is not a model folder/],
  [
    'a folder without a model',
    ['eval', '.', 'text.txt'],
    /\. is no whole model folder: model.json is missing/,
  ],
  [
    'a token outside the vocabulary at eval',
    ['eval', 'model', 'foreign.txt', '--backend', 'cpu'],
    /foreign.txt, line 1: the character "ż" is not among the \d+ characters .* take it out, or train on a text/,
  ],
  ['an empty file at eval', ['eval', 'model', 'empty.txt', '--backend', 'cpu'], /empty.txt is empty/],
  [
    'a prime outside the vocabulary',
    ['sample', 'model', '--prime', 'żółw', '--backend', 'cpu'],
    /--prime, line 1/,
  ],
  ['an empty prime', ['sample', 'model', '--prime', '', '--backend', 'cpu'], /--prime is empty/],
  ['a model folder without a name', ['sample', ''], /the folder's name is empty/],
  [
    'a length with an exponent',
    ['sample', 'model', '--length', '1e2'],
    /It must be a whole number from 1 to 1000000, digits only/,
  ],
  ['a length of nothing', ['sample', 'model', '--length', '0'], /It must be a whole number from 1/],
  ['a negative temperature', ['sample', 'model', '--temperature', '-1'], /It must be a number from 0 to 100/],
  ['a negative top-k', ['sample', 'model', '--top-k', '-1'], /It must be a whole number from 0/],
  [
    'a script in TypeScript',
    ['launch', 'script.ts'],
    /script.ts is not JavaScript: launch runs .js, .mjs and .cjs/,
  ],
  ['a script that is missing', ['launch', 'missing.js'], /there is no script missing.js/],
])('%s', async ([, args, message], { expect: _ }) => {
  const before = listing();
  expectOneLine(await cli(args, { cwd }), message);
  expect(listing()).toEqual(before);
});

function listing(): string[] {
  return fs.readdirSync(cwd, { recursive: true }).map(String).sort();
}

test('no command shows the help and fails', async () => {
  const result = await cli([], { cwd });
  expect(result.status).toBe(2);
  expect(result.stderr).toContain('Usage: webgpu-rnn');
});

describe('no adapter', () => {
  const env = { WEBGPU_RNN_ADAPTER: 'none: for a test', VK_ICD_FILENAMES: '/dev/null', LD_LIBRARY_PATH: '' };

  test('asked for by name', async () => {
    const result = await cli([...train('--backend', 'webgpu')], { cwd, env: { ...env, REQUIRE_GPU: '' } });
    expectOneLine(result, /no GPU adapter: for a test; --backend cpu computes without one/);
  });

  test('required by the environment', async () => {
    const result = await cli([...train('--backend', 'auto')], { cwd, env: { ...env, REQUIRE_GPU: '1' } });
    expectOneLine(result, /REQUIRE_GPU=1 and no GPU adapter: for a test/);
  });

  test('otherwise the CPU serves, and says so', async () => {
    const args = ['sample', 'model', '--length', '5', '--json'];
    const result = await cli(args, { cwd, env: { ...env, REQUIRE_GPU: '' } });
    expect(result.status).toBe(0);
    expect(result.stderr).toContain('no GPU adapter (for a test): computing on the CPU, slowly');
    expect(JSON.parse(result.stdout).adapter).toBe('CPU reference (f32)');
  });
});

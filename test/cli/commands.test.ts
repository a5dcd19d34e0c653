// The good paths of every command, on the CPU.
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../src/io/safetensors.ts';
import { cli, events, exampleText, expectOneLine, folderOf, type Result, tiny } from './cli.ts';

const cwd = folderOf({ 'text.txt': exampleText(40), 'other.txt': exampleText(12).slice(20) });
afterAll(() => fs.rmSync(cwd, { recursive: true }));

let trained: Result;
beforeAll(async () => {
  trained = await cli(['train', 'text.txt', ...tiny, '--epochs', '3', '--json', '--out', 'model'], { cwd });
}, 120_000);

const numberKeys = ['loss', 'perplexity', 'validationLoss', 'validationPerplexity', 'tokensPerSecond'];

describe('train --json', () => {
  test('prints an object after each epoch and one at the end, and nothing else', () => {
    expect(trained).toMatchObject({ status: 0 });
    const lines = events(trained.stdout);
    expect(lines.map((line) => line.event)).toEqual(['epoch', 'epoch', 'epoch', 'done']);
    lines.slice(0, 3).forEach((line, i) => {
      expect(Object.keys(line)).toEqual(['event', 'epoch', 'steps', ...numberKeys]);
      expect(line).toMatchObject({ epoch: i + 1, steps: 21 * (i + 1) });
      for (const key of numberKeys) expect(line[key]).toBeGreaterThan(0);
      expect(line.perplexity).toBeCloseTo(Math.exp(line.loss), 6);
      expect(line.validationPerplexity).toBeCloseTo(Math.exp(line.validationLoss), 6);
    });
    expect(lines[3]).toMatchObject({
      steps: 63,
      out: 'model',
      interrupted: false,
      adapter: 'CPU reference (f32)',
    });
    expect(lines[2].loss).toBeLessThan(lines[0].loss);
    expect(lines[2].validationLoss).toBeLessThan(lines[0].validationLoss);
  });

  test('names the adapter on stderr', () => {
    expect(trained.stderr).toContain('adapter: CPU reference (f32)');
  });

  test('has no validation without a text for it, and reports an epoch that --steps cuts short', async () => {
    const args = [...tiny, '--validation', '0', '--steps', '30', '--json', '--out', 'unvalidated'];
    const { stdout, status } = await cli(['train', 'text.txt', ...args], { cwd });
    expect(status).toBe(0);
    const lines = events(stdout);
    expect(lines.map((line) => [line.event, line.epoch, line.steps])).toEqual([
      ['epoch', 1, 23],
      ['epoch', 2, 30],
      ['done', 2, 30],
    ]);
    for (const line of lines) {
      expect(line.validationLoss).toBeNull();
      expect(line.validationPerplexity).toBeNull();
    }
  });

  test('validates on a file', async () => {
    const args = [...tiny, '--validation', 'other.txt', '--epochs', '1', '--json', '--out', 'validated'];
    const [epoch] = events((await cli(['train', 'text.txt', ...args], { cwd })).stdout);
    expect(epoch.steps).toBe(23);
    expect(epoch.validationLoss).toBeGreaterThan(0);
  });

  test.each([
    ['gru, two layers', '--cell gru --layers 2 --optimizer rmsprop'],
    ['rnn, dropout', '--cell rnn --dropout 0.2 --optimizer momentum --learning-rate 0.05'],
    ['tied words', '--level word --tie-weights --embedding 6 --optimizer adamw --limit-tokens 150 --batch 2'],
    ['plain descent without a limit', '--optimizer sgd --learning-rate 0.5 --clip 0'],
  ])('the loss falls: %s', async (name, options) => {
    const out = name.replaceAll(/\W+/g, '-');
    const args = [
      'train',
      'text.txt',
      ...tiny,
      ...options.split(' '),
      '--epochs',
      '3',
      '--json',
      '--out',
      out,
    ];
    const { stdout, status, stderr } = await cli(args, { cwd });
    expect(stderr).toMatch(/^adapter: [^\n]+\n/);
    expect(status).toBe(0);
    const lines = events(stdout);
    expect(lines[2].loss).toBeLessThan(lines[0].loss);
  });
});

describe('train, for people', () => {
  test('shows the adapter, validation perplexity, a sample, and where the model is', async () => {
    const { stdout, stderr, status } = await cli(['train', 'text.txt', ...tiny, '--epochs', '1'], { cwd });
    expect(status).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^adapter: CPU reference/);
    expect(stdout).toMatch(
      /\nepoch 1\/1, step 21 \| perplexity [\d.]+, validation [\d.]+ \| [\d,]+ tokens\/s\n/,
    );
    for (const line of stdout.split('\n').filter((l) => l.startsWith('epoch')))
      expect(line.length).toBeLessThanOrEqual(80);
    expect(stdout).toMatch(/\n {4}[a-z ]+/);
    expect(stdout).toContain(`saved in ${path.join('runs', 'text')}`);
    const again = await cli(['train', 'text.txt', ...tiny, '--epochs', '1'], { cwd });
    expect(again.stdout).toContain(`saved in ${path.join('runs', 'text-2')}`);
  });

  test('two runs at once get a folder each; one of two gets the folder that both name', async () => {
    const run = (...args: string[]) =>
      cli(['train', 'other.txt', ...tiny, '--steps', '40', '--json', ...args], { cwd });
    const both = await Promise.all([run(), run(), run()]);
    for (const { status } of both) expect(status).toBe(0);
    const folders = ['other', 'other-2', 'other-3'].map((name) => path.join('runs', name));
    expect(both.map(({ stdout }) => events(stdout).at(-1).out).sort()).toEqual(folders);

    fs.mkdirSync(path.join(cwd, 'empty'));
    const empty = await Promise.all([run('--out', 'empty'), run('--out', 'empty')]);
    expect(empty.map(({ status }) => status).sort()).toEqual([0, 2]);
    const one = await Promise.all([run('--out', 'wanted'), run('--out', 'wanted')]);
    expect(one.map(({ status }) => status).sort()).toEqual([0, 2]);
    expect(one.find(({ status }) => status === 2)).toMatchObject({
      stderr: expect.stringContaining('wanted holds a model already'),
    });
    expect(fs.readdirSync(path.join(cwd, 'wanted')).sort()).toEqual(['model.json', 'weights.safetensors']);
  });

  test('a model that is worse than chance is told, with the way out', async () => {
    const wild = ['--optimizer', 'sgd', '--learning-rate', '90', '--clip', '0', '--steps', '40'];
    const args = ['train', 'text.txt', ...tiny, ...wild, '--out', 'wild'];
    const { status, stderr } = await cli(args, { cwd });
    expect(stderr).toMatch(
      /^the model predicts worse than chance among 14 tokens; take a smaller --learning-rate[^\n]+\n$/,
    );
    expect(status).toBe(0);
  });

  test('without a file it trains on its own source', async () => {
    const args = ['train', ...tiny, '--limit-tokens', '2000', '--steps', '2', '--out', 'own'];
    const { stdout, status } = await cli(args, { cwd });
    expect(status).toBe(0);
    expect(stdout).toContain("the program's own source: 1,800 characters");
  });
});

describe('sample', () => {
  const sample = (...args: string[]) =>
    cli(['sample', 'model', '--backend', 'cpu', '--length', '40', ...args], { cwd });

  test('writes the prime and so many tokens, the same ones for the same seed', async () => {
    const first = await sample('--prime', 'the cat');
    expect(first).toMatchObject({ status: 0, stderr: 'adapter: CPU reference (f32)\n' });
    expect(first.stdout).toMatch(/^the cat/);
    expect(first.stdout.replace(/\n$/, '')).toHaveLength(47);
    expect((await sample('--prime', 'the cat')).stdout).toBe(first.stdout);
    expect((await sample('--prime', 'the cat', '--seed', '2')).stdout).not.toBe(first.stdout);
  });

  test('at temperature 0 or with --top-k 1 every seed gives the likeliest text', async () => {
    const greedy = await sample('--temperature', '0', '--seed', '5');
    expect((await sample('--temperature', '0', '--seed', '6')).stdout).toBe(greedy.stdout);
    expect((await sample('--top-k', '1', '--seed', '7')).stdout).toBe(greedy.stdout);
  });

  test('begins where the training stood, and from zero in a model that does not tell', async () => {
    const { tensors, metadata } = readSafetensors(
      fs.readFileSync(path.join(cwd, 'model', 'weights.safetensors')),
    );
    const copy = (folder: string): void => {
      fs.cpSync(path.join(cwd, 'model'), path.join(cwd, folder), { recursive: true });
      const file = path.join(cwd, folder, 'weights.safetensors');
      fs.writeFileSync(file, writeSafetensors(tensors as Map<string, never>, metadata));
    };
    // States that show in every text.
    tensors.get('state/lstm/c')!.data.fill(50 as never);
    copy('elsewhere');
    for (const name of [...tensors.keys()]) if (name.startsWith('state/')) tensors.delete(name);
    copy('foreign');
    const write = async (folder: string, ...args: string[]) =>
      cli(['sample', folder, '--backend', 'cpu', '--length', '200', ...args], { cwd });
    expect(await write('foreign')).toMatchObject({ status: 0 });
    expect((await write('elsewhere')).stdout).not.toBe((await write('foreign')).stdout);
    const prime = ['--prime', 'the'];
    expect((await write('elsewhere', ...prime)).stdout).toBe((await write('foreign', ...prime)).stdout);
  });

  test('--json', async () => {
    const result = JSON.parse((await sample('--json')).stdout);
    expect(result).toMatchObject({ tokens: 40, adapter: 'CPU reference (f32)' });
    expect(result.text).toHaveLength(40);
  });
});

describe('eval', () => {
  test('perplexity, nats and bits of a whole file', async () => {
    const args = ['eval', 'model', 'text.txt', '--backend', 'cpu'];
    const result = JSON.parse((await cli([...args, '--json'], { cwd })).stdout);
    expect(result.tokens).toBe(exampleText(40).length - 1);
    expect(result.perplexity).toBeCloseTo(Math.exp(result.loss), 6);
    expect(result.bits).toBeCloseTo(Math.log2(result.perplexity), 6);
    expect(result.perplexity).toBeGreaterThan(1);
    expect(result.perplexity).toBeLessThan(14);
    const { stdout } = await cli(args, { cwd });
    expect(stdout).toMatch(
      /^perplexity [\d.]+ \| [\d.]+ nats, [\d.]+ bits a character \| \d+ characters predicted\n$/,
    );
  });

  test('what the model has never seen is an error, or left out and counted', async () => {
    const known = exampleText(40);
    fs.writeFileSync(path.join(cwd, 'foreign.txt'), `Ω${known.slice(0, 90)}ΩΩ${known.slice(90)}`);
    const args = ['eval', 'model', 'foreign.txt', '--backend', 'cpu'];
    expectOneLine(await cli(args, { cwd }), /line 1: the character "Ω" is not .*--skip-unknown/);
    const skipping = await cli([...args, '--skip-unknown'], { cwd });
    expect(skipping.stdout).toMatch(/ characters predicted, 3 unknown left out\n$/);
    const result = JSON.parse((await cli([...args, '--skip-unknown', '--json'], { cwd })).stdout);
    const whole = ['eval', 'model', 'text.txt', '--backend', 'cpu', '--json'];
    const { loss, tokens } = JSON.parse((await cli(whole, { cwd })).stdout);
    expect(result).toMatchObject({ loss, tokens, skipped: 3 });
    fs.writeFileSync(path.join(cwd, 'foreign.txt'), 'ΩΩΩ');
    expectOneLine(await cli([...args, '--skip-unknown'], { cwd }), /0 tokens that the model knows/);
  });

  test('- is the standard input', async () => {
    const run = (name: string, input?: string) =>
      cli(['eval', 'model', name, '--backend', 'cpu'], { cwd, ...(input !== undefined && { input }) });
    const { stdout } = await run('text.txt');
    const text = exampleText(40);
    expect((await run('-', `\ufeff${text.replaceAll('\n', '\r\n')}`)).stdout).toBe(stdout);
    expectOneLine(await run('-'), /standard input is empty/);
  });

  test('the validation of a run is that of eval on the same text', async () => {
    const text = exampleText(40);
    fs.writeFileSync(path.join(cwd, 'end.txt'), text.slice(text.length - Math.floor(0.1 * text.length)));
    const { stdout } = await cli(['eval', 'model', 'end.txt', '--backend', 'cpu', '--json'], { cwd });
    const last = events(trained.stdout).at(-1);
    expect(JSON.parse(stdout).loss).toBeCloseTo(last.validationLoss, 5);
  });
});

describe('summary', () => {
  const rows = async (options: string): Promise<[string, number][]> => {
    const out = `summary ${options}`.replaceAll(/\W+/g, '-');
    await cli(['train', 'text.txt', ...tiny, ...options.split(' '), '--steps', '1', '--out', out, '--json'], {
      cwd,
    });
    const { layers } = JSON.parse((await cli(['summary', out, '--json'], { cwd })).stdout);
    return layers.map((layer: { name: string; parameters: number }) => [layer.name, layer.parameters]);
  };
  // V = 14 characters, D = 4, H = 6.
  test('counts as Keras counts', async () => {
    expect(await rows('--cell lstm')).toEqual([
      ['embedding', 14 * 4],
      ['lstm', 4 * 6 * (4 + 6 + 1)],
      ['dense', (6 + 1) * 14],
    ]);
    expect(await rows('--cell gru --layers 2 --dropout 0.1')).toEqual([
      ['embedding', 14 * 4],
      ['dropout', 0],
      ['gru', 3 * 6 * (4 + 6 + 2)],
      ['dropout_1', 0],
      ['gru_1', 3 * 6 * (6 + 6 + 2)],
      ['dropout_2', 0],
      ['dense', (6 + 1) * 14],
    ]);
    expect(await rows('--cell rnn --embedding 6 --tie-weights')).toEqual([
      ['embedding', 14 * 6],
      ['simple_rnn', 6 * (6 + 6 + 1)],
      ['dense', 14],
    ]);
  });

  test('a table', async () => {
    const { stdout } = await cli(['summary', 'model'], { cwd });
    expect(stdout.split('\n').map((line) => line.trimEnd())).toEqual([
      'layer (type)  output shape  parameters',
      '--------------------------------------',
      'embedding     [N, T, 4]             56',
      'lstm          [N, T, 6]            264',
      'dense         [N, T, 14]            98',
      '--------------------------------------',
      'total                              418',
      '',
    ]);
  });
});

describe('info', () => {
  test('of the CPU', async () => {
    const { stdout } = await cli(['info', '--backend', 'cpu', '--json'], { cwd });
    expect(JSON.parse(stdout)).toMatchObject({
      backend: 'cpu',
      adapter: 'CPU reference (f32)',
      limits: { storageBuffers: 8 },
      versions: { node: process.versions.node },
    });
    const { stdout: text } = await cli(['info', '--backend', 'cpu'], { cwd });
    expect(text).toContain('adapter   CPU reference (f32)');
    expect(text).toMatch(/^ {2}precision +f32$/m);
    expect(text).toMatch(/^ {2}timestamps +no$/m);
    expect(text).toMatch(/^ {2}workgroup bytes +16,384$/m);
  });
});

test('help and version need no adapter', async () => {
  for (const args of [
    ['--help'],
    ['train', '--help'],
    ['help', 'sample'],
    ['launch', '--help'],
    ['--version'],
  ]) {
    expect(await cli(args, { cwd })).toMatchObject({ status: 0, stderr: '' });
  }
});

test('launch runs a script with its arguments and gives its exit status', async () => {
  fs.writeFileSync(
    path.join(cwd, 'script.mjs'),
    'console.log(process.argv.slice(2).join("+"), typeof process.env.WEBGPU_RNN_ADAPTER); process.exit(3);',
  );
  const { status, stdout } = await cli(['launch', 'script.mjs', 'a', '--b'], { cwd });
  expect(stdout).toBe('a+--b string\n');
  expect(status).toBe(3);
});

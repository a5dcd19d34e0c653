// What the benchmark's command line takes, what it says to what it does not know, and what then runs.
import { describe, expect, test } from 'vitest';
import { engines, ours } from '../../bench/src/engines/names.ts';
import { isPartial, outDefault, parseOptions } from '../../bench/src/options.ts';
import { expectedTime, select, wantsGrowth } from '../../bench/src/selection.ts';
import { needsPeers } from '../../bench/src/session.ts';
import { OptionError } from '../../src/core/errors.ts';

const parse = (...argv: string[]) => parseOptions(argv)!;

describe('options', () => {
  test('names are separated by commas, and a word stands for every engine that has it', () => {
    const { works, cells, engines: chosen } = parse('--works', 'S, M', '--cells', 'gru', '--engines', 'tfjs');
    expect(works).toEqual(['S', 'M']);
    expect(cells).toEqual(['gru']);
    expect(chosen).toEqual(['tfjs webgpu', 'tfjs webgl', 'tfjs wasm']);
    expect(parse('--engines', 'webgpu').engines).toEqual([ours, 'tfjs webgpu', 'jax-js webgpu']);
  });

  test.each([
    [['--works', 'XL'], /no "XL"; there are S, M, textbook/],
    [['--engines', 'tensorflow'], /no "tensorflow"; there are webgpu-rnn webgpu/],
    [['--places', 'deno'], /no "deno"; there are node, browser/],
    [['--runs', '0'], /whole number from 1/],
    [['--budget', 'long'], /whole number from 1/],
    [['--wroks', 'S'], /--wroks.*--works/s],
    [['S'], /S is no option/],
    [['--counts', '--compare', 'old.json'], /leave --counts out/],
    [['--counts', '--works', 'S'], /whatever --works says: leave one of them out/],
    [['--counts', '--cells', 'gru'], /whatever --cells says/],
    [['--engines', 'tfjs', '--counts'], /whatever --engines says/],
    [['--counts', '--quick'], /whatever --quick says/],
  ])('%j is refused in words', (argv, words) => {
    expect(() => parse(...argv)).toThrow(words);
    expect(() => parse(...argv)).toThrow(OptionError);
  });

  test('counting takes what decides where its output goes', () => {
    expect(parse('--counts', '--json', '--out', 'x').counts).toBe(true);
  });

  test('whatever narrows a run makes it a part', () => {
    expect(isPartial(parse())).toBe(false);
    expect(isPartial(parse('--runs', '3'))).toBe(false);
    for (const argv of [['--works', 'S'], ['--quick'], ['--growth'], ['--places', 'node']]) {
      expect(isPartial(parse(...argv))).toBe(true);
    }
  });
});

test('help of a bundle names the folder that the bundle writes to', () => {
  expect(outDefault(true)).toBe('bench/results');
  expect(outDefault(false)).toMatch(/\$OUT.*bench-results/);
});

describe('selection', () => {
  test('a software adapter runs small works, lstm beside the peers and the other cells alone', () => {
    const { selected, omitted } = select(parse(), true);
    expect(new Set(selected.map(({ work }) => work.name))).toEqual(new Set(['S', 'M']));
    for (const { work, cell, mode, place, peers } of selected) {
      expect(peers.some((name) => name.startsWith('jax-js'))).toBe(cell === 'lstm');
      if (cell !== 'lstm') expect([place, mode]).toEqual(['node', 'train']);
      if (cell !== 'lstm' || mode !== 'train') continue;
      // Training, the comparison that matters, has every peer.
      const able = Object.keys(engines).filter(
        (name) =>
          name !== ours && engines[name].includes(place) && (place === 'node' || name !== 'webgpu-rnn cpu'),
      );
      expect(peers, `${work.name} in ${place}`).toEqual(able);
    }
    expect(omitted.join('\n')).toMatch(
      /ptb-medium lstm, gru, rnn for .* in Node and the browser: about \d+ (s|min|h) .*; --works ptb-medium asks/,
    );
    expect(omitted.join('\n')).toMatch(/M gru for tfjs webgpu.*; --cells gru asks for it/);
  });

  test('what is left out is one line a work and reason', () => {
    for (const software of [true, false]) {
      const { omitted } = select(parse(), software);
      const reasons = omitted.map((line) => `${line.split(' ')[0]} ${line.split('; ')[1]}`);
      expect(omitted.length).toBeGreaterThan(0);
      expect(new Set(reasons).size).toBe(omitted.length);
    }
  });

  test('what is asked for by name runs there too', () => {
    const { selected, omitted } = select(parse('--works', 'textbook', '--cells', 'gru'), true);
    expect(omitted).toEqual([]);
    expect(selected.every(({ work, cell }) => work.name === 'textbook' && cell === 'gru')).toBe(true);
    expect(selected[0].peers).toContain('tfjs webgpu');
  });

  test('a whole run on a software adapter takes about twelve minutes, and says so', () => {
    const words = expectedTime(select(parse(), true).selected, { runs: 10, budget: 3000 }, true);
    const [, pairs, count] = /^measuring (\d+) pairs of engines, about (\d+) min$/.exec(words)!;
    expect(Number(pairs)).toBeGreaterThan(45);
    expect(Number(count)).toBeLessThanOrEqual(12);
    const quick = select(parse('--quick'), true).selected;
    expect(expectedTime(quick, { runs: 3, budget: 3000 }, true)).toMatch(/about (\d+ s|[1-3] min)$/);
  });

  test('a GPU runs everything, in every place where it can', () => {
    const { selected, omitted } = select(parse(), false);
    // But for what the CPU would compute for minutes.
    expect(omitted.every((line) => / for [a-z, -]+ in .* on the CPU; --engines/.test(line))).toBe(true);
    expect(new Set(selected.map(({ work }) => work.name)).size).toBe(6);
    for (const { place, peers } of selected) {
      expect(peers).not.toContain(ours);
      for (const name of peers) expect(engines[name]).toContain(place);
    }
    expect(wantsGrowth(parse(), false)).toBe(true);
    expect(wantsGrowth(parse(), true)).toBe(false);
    expect(wantsGrowth(parse('--growth'), true)).toBe(true);
  });

  test('our own engines alone need no packages', () => {
    const own = select(parse('--works', 'S', '--engines', 'webgpu-rnn,torch'), true);
    expect(needsPeers(own.selected)).toBe(false);
    expect(needsPeers(select(parse('--quick'), true).selected)).toBe(true);
  });
});

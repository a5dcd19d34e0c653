// The works: their sizes, their data and what they compute; and that every engine is given the chunks that ours takes.
import { describe, expect, test } from 'vitest';
import {
  batchMajor,
  CHUNKS,
  chunksOf,
  corpusOf,
  inOrder,
  lossOfLogits,
  weightsOf,
} from '../../bench/src/data.ts';
import { modelOf, oursOnCpu } from '../../bench/src/engines/ours.ts';
import { prepared } from '../../bench/src/tasks.ts';
import {
  cells,
  checkedWork,
  flopsOf,
  modes,
  parameterCount,
  resized,
  type Work,
  works,
} from '../../bench/src/works.ts';
import { buildPlan, defaultLimits, Parameters } from '../../src/index.ts';

const tiny: Work = { ...works[0], N: 2, T: 3, D: 4, H: 5, V: 7 };

/** The parameters that our model of a work declares. */
function declared(work: Work, cell: (typeof cells)[number]): Parameters {
  const parameters = new Parameters();
  buildPlan({ name: 'sizes', limits: defaultLimits, parameters }, (b) => {
    const { N, T, D, input } = work;
    const x = input === 'tokens' ? b.input('ids', [T, N], { dtype: 'u32' }) : b.input('x', [T, N, D]);
    modelOf(work, cell).build(b, x);
  });
  return parameters;
}

describe('works', () => {
  test('names are unique and tied widths agree', () => {
    expect(new Set(works.map(({ name }) => name)).size).toBe(works.length);
    for (const { tied, D, H } of works) if (tied) expect(D).toBe(H);
  });

  test('sizes are those that were promised', () => {
    const sizes = Object.fromEntries(works.map(({ name, N, T, D, H, V }) => [name, [N, T, D, H, V]]));
    expect(sizes).toMatchObject({
      S: [16, 16, 32, 64, 32],
      M: [32, 32, 64, 128, 64],
      textbook: [20, 35, 100, 100, 10000],
      'ptb-medium': [20, 35, 650, 650, 10000],
    });
  });

  test.each(cells)('weights of %s have the shapes that the model declares', (cell) => {
    for (const work of [tiny, ...works.map((w) => resized(w, { N: 1, T: 1 }))]) {
      if (work.V > 1000) continue;
      const { all } = declared(work, cell);
      const weights = inOrder(weightsOf(work, cell));
      expect(weights.map(({ shape }) => [...shape])).toEqual(all.map(({ shape }) => [...shape]));
      expect(weights.reduce((sum, { values }) => sum + values.length, 0)).toBe(parameterCount(work, cell));
    }
  });

  test('a training step counts three times its forward pass, a cell by its gates', () => {
    expect(flopsOf(tiny, 'lstm', 'train')).toBe(3 * flopsOf(tiny, 'lstm', 'forward'));
    // T·N rows of 2·(4H·(D+H) + H·V)
    expect(flopsOf(tiny, 'lstm', 'forward')).toBe(6 * 2 * (20 * 9 + 35));
    expect(flopsOf(tiny, 'rnn', 'forward')).toBe(6 * 2 * (5 * 9 + 35));
  });

  test('what a reference computes takes seconds, whatever the work', () => {
    for (const work of works) {
      const checked = checkedWork(work, 'lstm');
      expect(checked.dropout).toBe(0);
      expect(flopsOf(checked, 'lstm', 'train')).toBeLessThan(2e9);
      expect([checked.D, checked.H, checked.V]).toEqual([work.D, work.H, work.V]);
    }
  });
});

describe('data', () => {
  test('chunks are the windows of the corpus, each label the token after its id', () => {
    const corpus = corpusOf(tiny);
    const { N, T } = tiny;
    expect(corpus).toHaveLength(N * T * CHUNKS + 1);
    chunksOf(tiny).forEach(({ ids, labels }, chunk) => {
      for (let t = 0; t < T; t++) {
        for (let n = 0; n < N; n++) {
          const at = n * T * CHUNKS + chunk * T + t;
          expect([ids[t * N + n], labels[t * N + n]]).toEqual([corpus[at], corpus[at + 1]]);
        }
      }
    });
  });

  test('batch-major data has the steps of a sequence together', () => {
    expect([...batchMajor(Int32Array.from([0, 1, 10, 11, 20, 21]), tiny)]).toEqual([0, 10, 20, 1, 11, 21]);
    expect([...batchMajor(Float32Array.from([0, 1, 2, 3]), { ...tiny, N: 2, T: 1 }, 2)]).toEqual([
      0, 1, 2, 3,
    ]);
  });

  test('the loss of logits is that of their softmax', () => {
    expect(lossOfLogits([0, 0, 0, 0], 2)).toBeCloseTo(Math.log(4), 12);
    expect(lossOfLogits([1000, 0], 0)).toBe(0);
  });
});

describe('our engine', () => {
  // The chunk of a step is read by another path in each: a corpus on the device, or ids that were handed in.
  test.each(cells)('trains and reads %s from the same weights', async (cell) => {
    const losses: Record<string, number> = {};
    for (const mode of ['train', 'forward'] as const) {
      const runner = await oursOnCpu('f64').prepare(prepared({ work: tiny, cell, mode }));
      losses[mode] = await runner.block(1);
      runner.dispose();
    }
    expect(losses.train).toBeCloseTo(losses.forward, 10);
    expect(losses.train).toBeGreaterThan(1);
  });

  test('features train too, and the loss falls', async () => {
    const work: Work = { ...tiny, input: 'features', optimizer: 'sgd' };
    const runner = await oursOnCpu('f64').prepare(prepared({ work, cell: 'lstm', mode: 'train' }));
    const first = await runner.block(1);
    expect(await runner.block(20)).toBeLessThan(first);
    runner.dispose();
  });

  test('a single sequence carries its state from token to token', async () => {
    const work = resized(tiny, { N: 1, T: 1 });
    const one = await oursOnCpu('f64').prepare(prepared({ work, cell: 'lstm', mode: 'single' }));
    const carried = [await one.block(1), await one.block(1)];
    one.dispose();
    const other = await oursOnCpu('f64').prepare(prepared({ work, cell: 'lstm', mode: 'single' }));
    expect(await other.block(2)).toBeCloseTo(carried[1], 12);
    other.dispose();
    expect(modes).toContain('single');
  });
});

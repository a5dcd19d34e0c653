// The clock and the corpus window as plans: windows follow each other through the corpus as the textbook cuts them.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { buildPlan } from '../../src/core/builder.ts';
import { OptionError, ShapeError } from '../../src/core/errors.ts';
import { defaultLimits } from '../../src/core/limits.ts';
import { Parameters } from '../../src/core/parameters.ts';
import { clock } from '../../src/kernels/clock.ts';
import { corpusWindow } from '../../src/kernels/window.ts';

function planOf(length: number, batch: number, window: number) {
  const tokens = Array.from({ length }, (_, i) => (7 * i) % 31);
  const plan = buildPlan({ name: 'cut', limits: defaultLimits, parameters: new Parameters() }, (b) =>
    b.scope('data', () => {
      clock(b);
      const corpus = b.input('corpus', [length], { dtype: 'u32', initial: () => tokens });
      return corpusWindow(b, { corpus, batch, window });
    }),
  );
  return { plan, tokens };
}

describe('the corpus window', () => {
  test.each([
    [50, 3, 4],
    [50, 1, 49],
    [7, 6, 2],
    [2, 1, 1],
  ])('of %i tokens goes through the corpus, N=%i T=%i', async (length, batch, window) => {
    const { plan, tokens } = planOf(length, batch, window);
    const backend = cpu();
    const executable = await backend.load(plan);
    const xs = tokens.slice(0, -1);
    const ts = tokens.slice(1);
    const jump = Math.floor(xs.length / batch);
    let time = 0;
    for (let run = 0; run < 30; run++) {
      executable.run();
      const x: number[] = [];
      const t: number[] = [];
      for (let step = 0; step < window; step++) {
        for (let n = 0; n < batch; n++) {
          x.push(xs[(n * jump + time + step) % xs.length]);
          t.push(ts[(n * jump + time + step) % xs.length]);
        }
      }
      time += window;
      expect([...(await backend.read(plan.outputs.ids))]).toEqual(x);
      expect([...(await backend.read(plan.outputs.labels))]).toEqual(t);
    }
    expect([...(await backend.read(plan.states.clock))]).toEqual([time % xs.length, 30, 0, 0]);
  });

  test('that does not fit the corpus is refused', () => {
    expect(() => planOf(5, 1, 5)).toThrow(ShapeError);
    expect(() => planOf(5, 1, 5)).toThrow('[data] a window of 5 steps needs 6 tokens, the corpus has 5');
    expect(() => planOf(5, 5, 1)).toThrow('[data] a batch of 5 needs 6 tokens, the corpus has 5');
    expect(() => planOf(5, 0, 1)).toThrow(OptionError);
  });
});

test('the clock cannot move in two ways', () => {
  expect(() =>
    buildPlan({ name: 'p', limits: defaultLimits, parameters: new Parameters() }, (b) => {
      clock(b, { stride: 2, modulus: 9 });
      clock(b, { stride: 2, modulus: 9 });
      clock(b, { stride: 3, modulus: 9 });
    }),
  ).toThrow('[clock] moves by 2 modulo 9 already, and cannot move by 3 modulo 9 as well');
});

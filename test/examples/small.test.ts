// The examples that learn small sequences by heart or by rule: exact, all of them, on the CPU.

import { describe, expect, test } from 'vitest';
import { cpu } from 'webgpu-rnn';
import { main as conflict } from '../../examples/conflict.ts';
import { main as counting } from '../../examples/counting.ts';
import { main as echo } from '../../examples/echo.ts';
import { main as memory } from '../../examples/memory.ts';

describe('examples', () => {
  test('echo: one to one, many to one, many to many', async () => {
    const { oneToOne, manyToOne, manyToMany } = await echo({ backend: cpu() });
    // Values lie 0.2 apart: an error below 0.05 leaves no doubt which one is meant.
    expect(Math.max(oneToOne, manyToOne, manyToMany)).toBeLessThan(0.05);
  });

  test('two sequences that conflict are told apart by what came before', async () => {
    const { predicted, wanted } = await conflict({ backend: cpu() });
    expect(predicted).toEqual(wanted);
    expect(wanted).toEqual([
      [0, 1, 2, 3],
      [0, 1, 2, 4],
    ]);
  });

  test('counting is exact, also for numbers that were held out', async () => {
    const { exact, inTraining, heldOut } = await counting({ backend: cpu() });
    expect(heldOut).toEqual([4, 7, 11, 12]);
    expect(heldOut.filter((n) => inTraining.includes(n))).toEqual([]);
    expect(exact).toEqual([...inTraining, ...heldOut]);
  });

  test('memory: the last letter is that of the first', async () => {
    const { written, texts } = await memory({ backend: cpu() });
    expect(written).toEqual(texts);
    expect(texts).toEqual(['AxxxxxxYa', 'BxxxxxxYb']);
  });
});

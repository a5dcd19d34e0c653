// What a training step costs in dispatches: a constant number with all time steps in one, two for each step otherwise.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { defaultLimits } from '../../src/core/limits.ts';
import { dense } from '../../src/layers/dense.ts';
import { embedding } from '../../src/layers/embedding.ts';
import { sequential } from '../../src/models/sequential.ts';
import { languageTrainer } from '../../src/training/language_trainer.ts';
import { adam } from '../../src/training/optimizers.ts';
import { forcing } from '../harness/strategies.ts';
import { layers } from '../layers/strategies.ts';

/** Dispatches of a training step of one layer by a strategy. */
async function dispatches(cell: string, steps: number, strategy: string): Promise<number> {
  const trainer = await languageTrainer({
    model: sequential([
      embedding({ inputDim: 30, outputDim: 8 }),
      layers[cell]({ units: 8, returnSequences: true, stateful: true }),
      dense({ units: 30 }),
    ]),
    backend: cpu({ limits: forcing(defaultLimits, strategy) }),
    tokens: Uint32Array.from({ length: 2000 }, (_, i) => (i * i) % 30),
    batch: 4,
    window: steps,
    optimizer: adam({ globalClipNorm: 1 }),
  });
  const chosen = new Set(trainer.plan.choices.filter((c) => c.key.includes(' T')).map((c) => c.chosen));
  expect([...chosen]).toEqual([strategy]);
  return trainer.plan.counts().dispatches;
}

for (const cell of Object.keys(layers)) {
  describe(cell, () => {
    test('all steps in one dispatch: at most 30, whatever T is', async () => {
      for (const T of [2, 20, 100]) {
        for (const strategy of ['sequence 1', 'register 4']) {
          expect(await dispatches(cell, T, strategy)).toBeLessThanOrEqual(30);
        }
      }
    });

    test('a dispatch for each step and direction, and a few besides', async () => {
      // The reset before the product makes two products of a step; after it, the candidate has a gradient of its own.
      const each = cell === 'gru, reset before' ? 4 : 2;
      const besides = cell === 'gru, reset after' ? 28 : 24;
      for (const T of [2, 100]) {
        expect(await dispatches(cell, T, 'step')).toBeLessThanOrEqual(each * T + besides);
      }
    });
  });
}

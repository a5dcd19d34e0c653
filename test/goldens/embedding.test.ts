// The embedding layer on the CPU against golden values, and its gradient against finite differences.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { random } from '../../src/core/random.ts';
import { goldenIds } from '../harness/golden.ts';
import { checkEmbedding, lookupPlan } from './embedding.ts';

for (const precision of ['f64', 'f32'] as const) {
  describe(`on the CPU in ${precision}`, () => {
    for (const id of goldenIds('embedding')) {
      test(id, () => checkEmbedding(id, cpu({ precision }), precision));
    }
  });
}

test.each([
  ['without padding', undefined],
  ['with padding', 2],
])('the gradient of the table is that of finite differences, %s', async (_name, paddingIndex) => {
  const backend = cpu({ precision: 'f64' });
  const next = random(3);
  const table = Float64Array.from({ length: 6 * 3 }, () => next.normal());
  const ids = Array.from({ length: 4 * 5 }, () => next.below(5));
  const plan = await lookupPlan(backend, {
    ids,
    shape: [4, 5],
    table,
    inputDim: 6,
    outputDim: 3,
    upstream: Array.from({ length: 4 * 5 * 3 }, () => next.normal()),
    ...(paddingIndex !== undefined && { paddingIndex }),
  });
  plan.run();
  const gradient = await backend.read(plan.gradient);
  const epsilon = 1e-6;
  for (let i = 0; i < table.length; i++) {
    const isPadding = Math.floor(i / 3) === paddingIndex;
    const at = async (shift: number) => {
      backend.write(
        plan.weights,
        table.map((w, j) => (j === i ? w + shift : w)),
      );
      return plan.loss();
    };
    const difference = ((await at(epsilon)) - (await at(-epsilon))) / (2 * epsilon);
    expect(gradient[i]).toBeCloseTo(isPadding ? 0 : difference, 7);
  }
});

// The example of cross-validation: every fold does well, and the final model is the same after a file.

import { expect, test } from 'vitest';
import { cpu } from 'webgpu-rnn';
import { main } from '../../examples/cross_validation.ts';

test('five folds, a final model, saved and loaded: it predicts the same', async () => {
  const { accuracies, mean, deviation, difference, bytes } = await main({ backend: cpu() });
  console.log(`five folds: ${(100 * mean).toFixed(1)} ± ${(100 * deviation).toFixed(1)} %`);
  expect(accuracies).toHaveLength(5);
  expect(Math.min(...accuracies)).toBeGreaterThan(0.8);
  expect(mean).toBeGreaterThan(0.9);
  expect(difference).toBe(0);
  expect(bytes).toBeGreaterThan(4 * (3 * 12 * (1 + 12 + 2) + 13 * 3));
});

// What a clipped optimizer does with gradients that are not finite, on any backend.
import { expect } from 'vitest';
import type { Backend } from '../../src/backends/backend.ts';
import { adam } from '../../src/training/optimizers.ts';
import { updatePlan } from '../harness/update_plan.ts';

/** Weights stay as they are, the norm tells, and the next good gradient trains again. */
export async function checkNotFinite(backend: Backend): Promise<void> {
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, -1e30]) {
    const update = await updatePlan(backend, adam({ globalClipNorm: 1 }), [
      { shape: [3], data: [1, 2, 3] },
      { shape: [2], data: [4, 5] },
    ]);
    update.run(1, [
      [1, bad, 3],
      [0.5, 0.5],
    ]);
    expect([...(await update.weights(0)), ...(await update.weights(1))]).toEqual([1, 2, 3, 4, 5]);
    expect(Number.isFinite(await update.norm())).toBe(false);
    update.run(2, [
      [1, 1, 1],
      [1, 1],
    ]);
    const weights = [...(await update.weights(0)), ...(await update.weights(1))];
    weights.forEach((w, i) => {
      expect(w).toBeLessThan(i + 1);
      expect(w).toBeGreaterThan(i + 0.99);
    });
    expect(await update.norm()).toBeCloseTo(Math.sqrt(5), 5);
    update.dispose();
  }
}

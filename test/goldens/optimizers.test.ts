// Optimizers and clipping on the CPU, in f64 and f32, against golden values of torch.
import { describe, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { goldenIds } from '../harness/golden.ts';
import { checkClipping, checkOptimizer } from './optimizers.ts';

for (const precision of ['f64', 'f32'] as const) {
  describe(`on the CPU in ${precision}`, () => {
    for (const id of goldenIds('optim')) {
      test(id, () => checkOptimizer(id, cpu({ precision }), precision));
    }
    for (const id of goldenIds('clip')) {
      test(id, () => checkClipping(id, cpu({ precision }), precision));
    }
  });
}

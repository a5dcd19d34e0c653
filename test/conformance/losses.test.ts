// Published numbers for losses on the CPU, in f64 and f32.
import { describe } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { lossTests } from './losses_suite.ts';

for (const precision of ['f64', 'f32'] as const) {
  describe(`on the CPU in ${precision}`, () => {
    lossTests(() => cpu({ precision }));
  });
}

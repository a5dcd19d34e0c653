// Whole models against published numbers on the CPU, in f64 and f32.
import { describe } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { runner } from './keras_models.ts';
import { conformanceTests } from './suite.ts';

for (const precision of ['f64', 'f32'] as const) {
  describe(`on the CPU in ${precision}`, () => {
    conformanceTests('tfjs_layers.json', runner, () => cpu({ precision }));
  });
}

// Keras' numbers for its optimizers on the CPU, in f64 and f32, by both ways of clipping.
import { describe } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { kerasOptimizerTests } from './keras_optimizers_suite.ts';

for (const precision of ['f64', 'f32'] as const) {
  for (const cheapBarriers of [false, true]) {
    describe(`on the CPU in ${precision}, barriers ${cheapBarriers ? 'cheap' : 'dear'}`, () => {
      kerasOptimizerTests(() => cpu({ precision, limits: { cheapBarriers } }));
    });
  }
}

// Published numbers of operators and of layers that are not recurrent, on the CPU in f64 and f32.
import { describe } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { operatorTests } from './operators_suite.ts';

for (const precision of ['f64', 'f32'] as const) {
  describe(`on the CPU in ${precision}`, () => operatorTests(() => cpu({ precision })));
}

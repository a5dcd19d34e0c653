// Published numbers of recurrent layers on the CPU, in f64 and f32.
import { describe } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { recurrentLayerTests } from './recurrent_layers_suite.ts';

for (const precision of ['f64', 'f32'] as const) {
  describe(`on the CPU in ${precision}`, () => {
    const backend = cpu({ precision });
    recurrentLayerTests(() => backend);
  });
}

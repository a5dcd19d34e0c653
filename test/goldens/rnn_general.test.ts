// General cells against golden values on the CPU: a clip that clips nothing takes them where the fused kernels would do.
import { describe, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { goldenIds } from '../harness/golden.ts';
import { checkRnnGolden } from './rnn.ts';

describe('golden recurrent layers by general cells on the CPU', () => {
  for (const id of goldenIds('rnn')) {
    test(`${id} in f64`, () => checkRnnGolden(id, cpu({ precision: 'f64' }), 'f64', { clip: 1e30 }));
    test(`${id} in f32`, () => checkRnnGolden(id, cpu(), 'f32', { clip: 1e30 }));
  }
});

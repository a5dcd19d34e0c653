// The gradient of an embedding's table on the CPU against plain sums.
import { expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { deviceModel } from '../../src/core/device_model.ts';
import { defaultLimits } from '../../src/core/limits.ts';
import { segmentOf } from '../../src/kernels/embedding_backward.ts';
import { checkTable, tables } from './embedding.ts';

for (const precision of ['f64', 'f32'] as const) {
  test.each(tables)(`of %s in ${precision}`, (...table) => checkTable(cpu({ precision }), precision, table));
}

test('segments are short where there are few sums, and give a large GPU threads', () => {
  const on = (name: string) => ({ ...defaultLimits, model: deviceModel(name, false) });
  expect(segmentOf(256, 256, on('NVIDIA H100'))).toBe(8);
  expect(segmentOf(2048, 384, on('NVIDIA H100'))).toBe(16);
  expect(segmentOf(8192, 4096, on('NVIDIA H100'))).toBe(32);
  expect(segmentOf(256, 256, on('Intel Iris Xe'))).toBe(32);
});

// The gradient of an embedding's table on the CPU against plain sums.
import { test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { checkTable, tables } from './embedding.ts';

for (const precision of ['f64', 'f32'] as const) {
  test.each(tables)(`of %s in ${precision}`, (...table) => checkTable(cpu({ precision }), precision, table));
}

// A profile as a table: shares of the whole, rates from the kernels' own costs, and a rule where a kernel tells none.
import { expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { profileTable } from '../../src/backends/profile_table.ts';
import { smallConfig, smallTrainer } from '../training/whole_models.ts';

test('rows and their sum line up', () => {
  const table = profileTable([
    { kernel: 'matmul', scope: 'dense', calls: 3, milliseconds: 1.5, flops: 3e9, bytes: 1.5e7 },
    { kernel: 'nothing_told', scope: '', calls: 1, milliseconds: 0.5 },
    { kernel: 'clear', scope: 'loss', calls: 2, milliseconds: 0, flops: 0, bytes: 800 },
  ]);
  expect(table.split('\n')).toEqual([
    'kernel        scope  calls     ms   share  GFLOP/s  GB/s',
    '--------------------------------------------------------',
    'matmul        dense      3  1.500   75.0%     2000  10.0',
    'nothing_told             1  0.500   25.0%        -     -',
    'clear         loss       2  0.000    0.0%        -     -',
    '--------------------------------------------------------',
    'all                      6  2.000  100.0%     1500  7.50',
  ]);
  expect(profileTable([]).split('\n').at(-1)).toMatch(/^all +0 +0.000 +-/);
});

test("a plan's own rows carry their costs", async () => {
  const trainer = await smallTrainer(cpu(), smallConfig({ layers: 1 }));
  const rows = await trainer.executable.profile();
  const product = rows.find((r) => r.kernel.startsWith('matmul') && r.scope === 'dense');
  expect(product?.flops).toBeGreaterThan(0);
  expect(product?.bytes).toBeGreaterThan(0);
  expect(profileTable(rows).split('\n')).toHaveLength(rows.length + 4);
});

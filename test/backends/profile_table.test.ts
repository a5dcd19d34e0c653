// A profile as a table: shares of the whole, rates from the kernels' own costs, and a rule where a kernel tells none.
import { expect, test, vi } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { profileTable } from '../../src/backends/profile_table.ts';
import { profileRuns } from '../../src/backends/shared.ts';
import { OptionError } from '../../src/core/errors.ts';
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
  expect(profileTable(rows).split('\n')).toHaveLength(rows.length + 5);
  trainer.dispose();
  await expect(trainer.executable.profile()).rejects.toThrow(/was disposed of/);
});

test('times are medians of a few runs after one to warm up, and fewer where a run takes long', async () => {
  const trainer = await smallTrainer(cpu(), smallConfig({ layers: 1 }));
  const [row] = await trainer.executable.profile();
  expect(row.runs).toBe(5);
  const times = [100, 5, 1, 9, 3, 2];
  const once = () =>
    new Map([['k', { kernel: 'k', scope: 's', calls: 2, milliseconds: times.shift() ?? Number.NaN }]]);
  const rows = await profileRuns(once);
  expect(rows).toEqual([{ kernel: 'k', scope: 's', calls: 2, milliseconds: 3, runs: 5 }]);
  expect(profileTable(rows).split('\n').at(-1)).toBe('medians of 5 runs');
  vi.spyOn(performance, 'now').mockImplementation(() => clock);
  let clock = 0;
  const slow = () => {
    clock += 700;
    return new Map([['k', { kernel: 'k', scope: 's', calls: 1, milliseconds: clock }]]);
  };
  expect(await profileRuns(slow)).toEqual([
    { kernel: 'k', scope: 's', calls: 1, milliseconds: 1750, runs: 2 },
  ]);
  vi.restoreAllMocks();
});

test('a forgotten await is told', () => {
  const take = profileTable as (rows?: unknown) => string;
  expect(() => take(Promise.resolve([]))).toThrow(OptionError);
  expect(() => take(Promise.resolve([]))).toThrow(
    /executable\.profile\(\)` gives, got a promise \(await it\)/,
  );
  expect(() => take()).toThrow(/got undefined/);
});

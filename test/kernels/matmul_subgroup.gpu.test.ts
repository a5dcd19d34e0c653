// The product by matrices of subgroups with all but these as it is: every side that a device may have, on every adapter.
// With the matrices themselves it runs in kernels.gpu.test.ts, where the adapter has them.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type WebGpuBackend, webgpu } from '../../src/backends/webgpu/webgpu.ts';
import { matmulSubgroup, subgroupFits } from '../../src/kernels/matmul_halves.ts';
import { casesByKernel } from '../cases/index.ts';
import { EMULATED_THREADS, emulated } from '../harness/emulated_matrices.ts';
import { runKernelCase } from '../harness/kernel_run.ts';

let backend: WebGpuBackend;
beforeAll(async () => {
  backend = await webgpu();
});
afterAll(() => backend?.dispose());

const kernel = emulated(matmulSubgroup);
/**
 * A few cases each, since a software adapter takes seconds for each of these pipelines. Where subgroups are smaller than the
 * largest, a workgroup has more of them than share the tile.
 */
const devices = [
  { side: 8, threads: EMULATED_THREADS, names: ['off the tile nt 65x33x127 by 32'] },
  {
    ...{ side: 16, threads: 2 * EMULATED_THREADS },
    names: ['off the tile tt 65x33x127 by 32', 'column sums tn 65x37x70 by 32'],
  },
];

describe.each(devices)('matrices of $side, subgroups of up to $threads', ({ side, threads, names }) => {
  for (const name of names) {
    test(name, async () => {
      const limits = { ...backend.limits, matrixSide: side, subgroupThreads: threads, halves: true };
      const it = casesByKernel.get(matmulSubgroup.name)?.find((c) => c.name === name);
      if (!it) throw new Error(`${matmulSubgroup.name} has no such case`);
      expect(subgroupFits(it.params.tile, limits)).toBe(true);
      const result = await runKernelCase(kernel, it, { ...backend, limits });
      expect(result.passed, result.message).toBe(true);
    });
  }
});

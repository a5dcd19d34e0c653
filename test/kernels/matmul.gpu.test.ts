// Matrix products as a GPU with cheap barriers would compute them: all candidates of a plan, and tiles that have no
// memory for two buffers.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { type WebGpuBackend, webgpu } from '../../src/backends/webgpu/webgpu.ts';
import { buildPlan } from '../../src/core/builder.ts';
import { roundToHalf } from '../../src/core/halves.ts';
import { defaultLimits, type Limits } from '../../src/core/limits.ts';
import { Parameters } from '../../src/core/parameters.ts';
import { random } from '../../src/core/random.ts';
import { sizeOf } from '../../src/core/tensor.ts';
import { matmul } from '../../src/kernels/matmul.ts';
import { matmulTiled } from '../../src/kernels/matmul_kernels.ts';
import { product } from '../cases/matmul_case.ts';
import { compare, runKernelCase } from '../harness/kernel_run.ts';

let backend: WebGpuBackend;
let gpuLimits: Limits;
beforeAll(async () => {
  // With all that the device has: candidates in f16 get numbers that are halves, so that they agree with the others.
  backend = await webgpu({ precision: 'f16' });
  gpuLimits = { ...backend.limits, cheapBarriers: true, model: defaultLimits.model };
});
afterAll(() => backend?.dispose());

describe('tiles in little workgroup memory', () => {
  test.each([32, 128] as const)('%i', async (tile) => {
    const limits = { ...gpuLimits, workgroupBytes: tile === 128 ? 16384 : 4096 };
    const it = product('one buffer', { m: 132, n: 36, k: 36, tile, transpose: 'nt' });
    const result = await runKernelCase(matmulTiled, it, { ...backend, limits });
    expect(result.passed, result.message).toBe(true);
  });
});

test.each([
  [3, 70, 300],
  [40, 20, 700],
])('all candidates for %ix%ix%i leave what the reference leaves', async (m, n, k) => {
  const planFor = (tuned?: string) =>
    buildPlan(
      {
        name: 'product',
        limits: tuned ? { ...gpuLimits, tuned: { get: () => tuned } } : gpuLimits,
        parameters: new Parameters(),
      },
      (b) => {
        const c = b.state('c', [m, n]);
        matmul(b, {
          a: { tensor: b.state('a', [k, m]), rows: k, cols: m, transposed: true },
          b: { tensor: b.state('b', [k, n]), rows: k, cols: n },
          c: { tensor: c, rows: m, cols: n },
          bias: b.state('bias', [n]),
          accumulate: 1,
        });
        return { c };
      },
    );
  const run = async (on: typeof backend | ReturnType<typeof cpu>, name: string) => {
    const plan = planFor(name);
    expect(plan.choices[0].chosen).toBe(name);
    const executable = await on.load(plan);
    const next = random(1, 'product');
    for (const t of Object.values(plan.states)) {
      on.write(
        t,
        Float64Array.from({ length: sizeOf(t.shape) }, () => roundToHalf(next.normal())),
      );
    }
    executable.run();
    const c = await on.read(plan.outputs.c);
    executable.dispose();
    return Float64Array.from(c);
  };
  const { candidates } = planFor().choices[0];
  expect(candidates.length).toBeGreaterThan(1);
  const expected = await run(cpu({ precision: 'f64', limits: gpuLimits }), candidates[0].name);
  for (const { name } of candidates) {
    const result = compare(name, await run(backend, name), expected, { sum: k });
    expect(result.passed, `${name}: ${result.message}`).toBe(true);
  }
});

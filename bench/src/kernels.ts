// The kernels of our training step one by one, beside the best matrix product and the best copy of the same device.
import { type Backend, buildPlan, matmul, Parameters, type Plan } from '../../src/index.ts';
import type { Task } from './engines/engine.ts';
import { gpuBackend, trainerOf } from './engines/ours.ts';
import type { BenchResults, KernelRow } from './results.ts';
import { quantile } from './statistics.ts';
import { prepared } from './tasks.ts';

export type Ceilings = BenchResults['ceilings'];

const PROFILES = 5;
const TRIES = 5;

/** Square matrix products of these sizes, and a copy of so many bytes. */
const sizes = {
  software: { matmul: [256, 512], copyBytes: 64 * 2 ** 20 },
  hardware: { matmul: [1024, 2048, 4096], copyBytes: 512 * 2 ** 20 },
} as const;

/** Measures what the device can do: our matrix product at a few sizes, and a copy between two large buffers. */
export async function measureCeilings(): Promise<Ceilings> {
  const backend = await gpuBackend();
  const { matmul: edges, copyBytes } = sizes[backend.software ? 'software' : 'hardware'];
  let matmulGflops = 0;
  for (const n of edges) {
    const seconds = await bestSeconds(backend, productPlan(backend, n));
    matmulGflops = Math.max(matmulGflops, (2 * n ** 3) / seconds / 1e9);
  }
  const { bufferBytes, bindingBytes } = backend.limits;
  const bytes = Math.min(copyBytes, bufferBytes, bindingBytes);
  const seconds = await bestSeconds(backend, copyPlan(backend, bytes / 4));
  // Read and written.
  return { matmulGflops, copyGbs: (2 * bytes) / seconds / 1e9 };
}

function productPlan(backend: Backend, n: number): Plan {
  return buildPlan({ name: `matmul ${n}`, limits: backend.limits, parameters: new Parameters() }, (b) => {
    const matrix = (name: string) => ({ tensor: b.input(name, [n, n]), rows: n, cols: n });
    const c = b.activation('c', [n, n]);
    matmul(b, { a: matrix('a'), b: matrix('b'), c: { tensor: c, rows: n, cols: n } });
    return { c };
  });
}

function copyPlan(backend: Backend, elements: number): Plan {
  return buildPlan({ name: 'copy', limits: backend.limits, parameters: new Parameters() }, (b) => {
    const to = b.activation('to', [elements]);
    b.copy(b.input('from', [elements]), to);
    return { to };
  });
}

/** The shortest time of one run of a plan, in blocks long enough that the wait at their end does not count. */
async function bestSeconds(backend: Backend, plan: Plan): Promise<number> {
  const executable = await backend.load(plan);
  const block = async (runs: number): Promise<number> => {
    const begun = performance.now();
    for (let i = 0; i < runs; i++) executable.run();
    await executable.finished();
    return (performance.now() - begun) / 1000 / runs;
  };
  await block(1);
  const runs = Math.min(200, Math.max(1, Math.ceil(0.1 / (await block(1)))));
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < TRIES; i++) best = Math.min(best, await block(runs));
  executable.dispose();
  return best;
}

/** Times of each kernel and scope of a training step (the median of a few profiles), with what its `cost` says. */
export async function measureKernels(
  task: Task,
  ceilings: Ceilings,
): Promise<Omit<KernelRow, 'work' | 'cell'>[]> {
  const backend = await gpuBackend();
  const trainer = await trainerOf(backend, prepared({ ...task, mode: 'train' }));
  await trainer.train({ steps: 3 });
  const times = new Map<string, { kernel: string; scope: string; calls: number; all: number[] }>();
  for (let i = 0; i < PROFILES; i++) {
    for (const { kernel, scope, calls, milliseconds } of await trainer.executable.profile()) {
      const key = keyOf(kernel, scope);
      const row = times.get(key) ?? { kernel, scope, calls, all: [] };
      row.all.push(milliseconds);
      times.set(key, row);
    }
  }
  const costs = costsOf(trainer.plan);
  trainer.dispose();
  backend.release(trainer.parameters.storage);
  const rows = [...times].map(([key, { kernel, scope, calls, all }]) => {
    const milliseconds = quantile(
      all.sort((a, b) => a - b),
      0.5,
    );
    const { flops, bytes } = costs.get(key) ?? { flops: 0, bytes: 0 };
    // A copy or clear is not timed by itself where the GPU keeps the time.
    const rate = (amount: number) => (milliseconds > 0 ? amount / milliseconds / 1e6 : 0);
    const gflops = rate(flops);
    const gbs = rate(bytes);
    const shareOfMatmul = gflops / ceilings.matmulGflops;
    return {
      kernel,
      scope,
      calls,
      milliseconds,
      gflops,
      gbs,
      shareOfMatmul,
      shareOfCopy: gbs / ceilings.copyGbs,
    };
  });
  return rows.sort((a, b) => b.milliseconds - a.milliseconds);
}

const keyOf = (kernel: string, scope: string) => `${kernel} ${scope}`;

function costsOf(plan: Plan): Map<string, { flops: number; bytes: number }> {
  const costs = new Map<string, { flops: number; bytes: number }>();
  for (const step of plan.steps) {
    if (step.kind !== 'dispatch') continue;
    const cost = step.kernel.cost?.(step.params);
    if (!cost) continue;
    const key = keyOf(step.kernel.name, step.scope);
    const sum = costs.get(key) ?? { flops: 0, bytes: 0 };
    costs.set(key, { flops: sum.flops + cost.flops, bytes: sum.bytes + cost.bytes });
  }
  return costs;
}

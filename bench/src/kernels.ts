// The kernels of our training step one by one, beside the best matrix product and the best copy of the same device.
import { random } from '../../src/core/random.ts';
import { sizeOf } from '../../src/core/tensor.ts';
import { type Backend, buildPlan, type Executable, matmul, Parameters, type Plan } from '../../src/index.ts';
import { activationForward } from '../../src/kernels/activation_forward.ts';
import type { PreparedTask, Task } from './engines/engine.ts';
import { featureTraining, gpuBackend, trainerOf } from './engines/ours.ts';
import type { BenchResults, KernelRow } from './results.ts';
import { prepared } from './tasks.ts';

export type Ceilings = BenchResults['ceilings'];

const WARM_STEPS = 3;
const TRIES = 5;

/** Square matrix products of these sizes, and copies of so many bytes. */
const sizes = {
  software: { matmul: [256, 512], copyBytes: 64 * 2 ** 20 },
  hardware: { matmul: [1024, 2048, 4096], copyBytes: 512 * 2 ** 20 },
} as const;

/** A candidate that took so many times as long as the best in its first block is not run again. */
const BEATEN = 1.5;

/**
 * Measures what our kernels reach at best on the device: the matrix product at a few sizes by every one of its candidates,
 * whatever the cost model thinks of them, and a copy between two large buffers, by the API and by a kernel.
 */
export async function measureCeilings(): Promise<Ceilings> {
  const backend = await gpuBackend();
  const { matmul: edges, copyBytes } = sizes[backend.software ? 'software' : 'hardware'];
  let matmulGflops = 0;
  for (const n of edges) {
    const [choice] = productPlan(backend, n).choices;
    for (const { name } of choice.candidates) {
      const tuned = new Map([[choice.key, name]]);
      const most = (2 * n ** 3) / (matmulGflops * 1e9 || 1);
      const seconds = await bestSeconds(backend, productPlan(backend, n, tuned), BEATEN * most);
      matmulGflops = Math.max(matmulGflops, (2 * n ** 3) / seconds / 1e9);
    }
  }
  const { bufferBytes, bindingBytes } = backend.limits;
  const bytes = Math.min(copyBytes, bufferBytes, bindingBytes);
  const byApi = await bestSeconds(backend, copyPlan(backend, bytes / 4, false));
  const byKernel = await bestSeconds(backend, copyPlan(backend, bytes / 4, true));
  // Read and written.
  return { matmulGflops, copyGbs: (2 * bytes) / Math.min(byApi, byKernel) / 1e9 };
}

function productPlan(backend: Backend, n: number, tuned?: ReadonlyMap<string, string>): Plan {
  const limits = { ...backend.limits, ...(tuned && { tuned }) };
  return buildPlan({ name: `matmul ${n}`, limits, parameters: new Parameters() }, (b) => {
    const matrix = (name: string) => ({ tensor: b.input(name, [n, n]), rows: n, cols: n });
    const c = b.activation('c', [n, n]);
    matmul(b, { a: matrix('a'), b: matrix('b'), c: { tensor: c, rows: n, cols: n } });
    return { c };
  });
}

function copyPlan(backend: Backend, elements: number, byKernel: boolean): Plan {
  return buildPlan({ name: 'copy', limits: backend.limits, parameters: new Parameters() }, (b) => {
    const from = b.input('from', [elements]);
    const to = b.activation('to', [elements]);
    if (byKernel) activationForward(b, 'linear', { x: from, y: to });
    else b.copy(from, to);
    return { to };
  });
}

/** Normal values, a few thousand over and over: zeros would cost less power, and so be faster, than what nets compute with. */
function normalValues(count: number): Float32Array {
  const next = random(3, 'ceilings');
  const period = Float32Array.from({ length: Math.min(count, 65_521) }, () => next.normal());
  const values = new Float32Array(count);
  for (let i = 0; i < count; i += period.length)
    values.set(period.subarray(0, Math.min(period.length, count - i)), i);
  return values;
}

/**
 * The shortest time of one run of a plan on filled inputs, in blocks long enough that the wait at their end does not count;
 * one block alone where that takes longer than `hopeless` seconds a run.
 */
async function bestSeconds(
  backend: Backend,
  plan: Plan,
  hopeless = Number.POSITIVE_INFINITY,
): Promise<number> {
  const executable = await backend.load(plan);
  for (const input of Object.values(plan.inputs)) backend.write(input, normalValues(sizeOf(input.shape)));
  const block = async (runs: number): Promise<number> => {
    const begun = performance.now();
    for (let i = 0; i < runs; i++) executable.run();
    await executable.finished();
    return (performance.now() - begun) / 1000 / runs;
  };
  await block(1);
  const runs = Math.min(200, Math.max(1, Math.ceil(0.1 / (await block(1)))));
  let best = await block(runs);
  for (let i = 1; i < TRIES && best <= hopeless; i++) best = Math.min(best, await block(runs));
  executable.dispose();
  return best;
}

/** Times of each kernel and scope of a training step (the median of a few profiles), with what its `cost` says. */
export async function measureKernels(
  task: Task,
  ceilings: Ceilings,
): Promise<Omit<KernelRow, 'work' | 'cell'>[]> {
  const backend = await gpuBackend();
  const { executable, parameters, dispose } = await warmTraining(
    backend,
    prepared({ ...task, mode: 'train' }),
  );
  const profile = await executable.profile();
  const costs = costsOf(executable.plan);
  dispose();
  backend.release(parameters.storage);
  const rows = profile.map(({ kernel, scope, calls, milliseconds }) => {
    const { flops, bytes } = costs.get(keyOf(kernel, scope)) ?? { flops: 0, bytes: 0 };
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

/** A training that has run a few steps, on tokens or on features. */
async function warmTraining(
  backend: Backend,
  task: PreparedTask,
): Promise<{ executable: Executable; parameters: Parameters; dispose(): void }> {
  if (!task.features) {
    const trainer = await trainerOf(backend, task);
    await trainer.train({ steps: WARM_STEPS });
    return trainer;
  }
  const { executable, parameters, step } = await featureTraining(backend, task);
  for (let i = 0; i < WARM_STEPS; i++) step();
  await executable.finished();
  return { executable, parameters, dispose: () => executable.dispose() };
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

// The conditional random field and metrics on the GPU: loss, gradients, tags and counts are those of the CPU in f64.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Backend } from '../../src/backends/backend.ts';
import { cpu } from '../../src/backends/cpu.ts';
import { type WebGpuBackend, webgpu } from '../../src/backends/webgpu/webgpu.ts';
import { buildPlan } from '../../src/core/builder.ts';
import { Parameters } from '../../src/core/parameters.ts';
import { crf } from '../../src/layers/crf.ts';
import { crfLoss } from '../../src/training/losses.ts';
import { accuracy, f1Score, type MetricState } from '../../src/training/metrics.ts';
import { compare } from '../harness/kernel_run.ts';

const T = 7;
const N = 5;
const K = 4;

const scores = Float32Array.from({ length: T * N * K }, (_, i) => Math.sin(2.3 * i) * 2);
const tags = Array.from({ length: T * N }, (_, i) => (i * 7 + 1) % K);
const mask = Array.from({ length: T * N }, (_, i) => ((i * 5) % 7 < 5 ? 1 : 0));

let gpu: WebGpuBackend;
beforeAll(async () => {
  gpu = await webgpu();
});
afterAll(() => gpu?.dispose());

async function run(backend: Backend): Promise<Record<string, number[]>> {
  const parameters = new Parameters({ seed: 3 });
  const measured: MetricState[] = [];
  const plan = buildPlan({ name: 'crf', limits: backend.limits, parameters, training: true }, (b) => {
    const x = b.input('x', [T, N, K], { differentiable: true });
    const target = b.input('tags', [T, N], { dtype: 'u32' });
    b.setMask(x, b.input('mask', [T, N], { dtype: 'u32' }));
    const decoded = b.scope('crf', () => crf({ transitionsInitializer: 'glorotUniform' }).build(b, x));
    measured.push(accuracy().build(b, decoded, target), f1Score({ classes: K }).build(b, decoded, target));
    const { loss, rows } = crfLoss().emit(b, decoded, target);
    b.backward();
    return { loss, rows, decoded, dx: b.gradOf(x)!, dTransitions: parameters.gradientOf(parameters.all[0]) };
  });
  const executable = await backend.load(plan);
  try {
    backend.write(plan.inputs.x, scores);
    backend.write(plan.inputs.tags, tags);
    backend.write(plan.inputs.mask, mask);
    executable.run();
    const results: Record<string, number[]> = {};
    for (const [name, t] of Object.entries(plan.outputs)) results[name] = Array.from(await backend.read(t));
    for (const [i, { state, result }] of measured.entries()) {
      results[`metric ${i}`] = [result(await backend.read(state))];
    }
    return results;
  } finally {
    executable.dispose();
  }
}

test('a conditional random field gives what it gives on the CPU', async () => {
  const [expected, got] = [await run(cpu({ precision: 'f64' })), await run(gpu)];
  for (const [name, values] of Object.entries(expected)) {
    const result = compare(name, got[name], values, { sum: T * K }, name === 'decoded');
    expect(result.passed, result.message).toBe(true);
  }
  expect(expected.dTransitions.some((slope) => Math.abs(slope) > 0.01)).toBe(true);
});

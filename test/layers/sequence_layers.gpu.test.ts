// Layers of convolution, pooling, normalization and attention on the GPU: outputs and gradients are those of the CPU in f64.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Backend } from '../../src/backends/backend.ts';
import { cpu } from '../../src/backends/cpu.ts';
import { type WebGpuBackend, webgpu } from '../../src/backends/webgpu/webgpu.ts';
import { buildPlan } from '../../src/core/builder.ts';
import { Parameters } from '../../src/core/parameters.ts';
import { random } from '../../src/core/random.ts';
import { sizeOf, type Tensor } from '../../src/core/tensor.ts';
import { additiveAttention, attention } from '../../src/layers/attention.ts';
import { batchNormalization } from '../../src/layers/batch_normalization.ts';
import { conv1D } from '../../src/layers/conv_1d.ts';
import { type AnyLayer, outputsOf } from '../../src/layers/layer.ts';
import { layerNormalization, rmsNormalization } from '../../src/layers/layer_normalization.ts';
import { multiHeadAttention } from '../../src/layers/multi_head_attention.ts';
import { averagePooling1D, globalAveragePooling1D, maxPooling1D } from '../../src/layers/pooling.ts';
import { seedGradient } from '../harness/gradient_check.ts';

let gpu: WebGpuBackend;
beforeAll(async () => {
  gpu = await webgpu();
});
afterAll(() => gpu?.dispose());

const [T, N, D] = [7, 3, 6];
const MASK = Array.from({ length: T * N }, (_, i) => (i % 4 === 1 ? 0 : 1));

/** Outputs, all gradients and all weights after a run in training, the input being masked. */
async function trained(layer: AnyLayer, inputs: number, backend: Backend): Promise<Map<string, number[]>> {
  const parameters = new Parameters({ seed: 5 });
  const gradients: [string, Tensor][] = [];
  const outputs: Tensor[] = [];
  const plan = buildPlan({ name: 'layer', limits: backend.limits, parameters, training: true }, (b) => {
    const x = b.input('x', [T, N, D], { differentiable: true });
    b.setMask(x, b.input('mask', [T, N], { dtype: 'u32' }));
    outputs.push(...outputsOf(layer.build(b, ...Array.from({ length: inputs }, () => x))));
    outputs.forEach((y, i) => {
      seedGradient(b, y, b.input(`upstream ${i}`, y.shape));
      b.output(`y ${i}`, y);
    });
    b.backward();
    gradients.push(['x', b.gradOf(x)!]);
  });
  const executable = await backend.load(plan);
  try {
    for (const t of Object.values(plan.inputs)) {
      const next = random(2, t.name);
      const values = Float32Array.from({ length: sizeOf(t.shape) }, () => next.normal());
      backend.write(t, t.name === 'mask' ? MASK : values);
    }
    executable.run();
    const results = new Map<string, number[]>();
    const note = async (name: string, t: Tensor) => results.set(name, Array.from(await backend.read(t)));
    for (const [i, y] of outputs.entries()) await note(`y ${i}`, y);
    for (const [name, t] of gradients) await note(`d ${name}`, t);
    for (const p of parameters.all) {
      await note(p.name, p);
      if (p.differentiable) await note(`d ${p.name}`, parameters.gradientOf(p));
    }
    return results;
  } finally {
    executable.dispose();
    backend.release(parameters.storage);
  }
}

const returnAttentionScores = true;
const layers: Record<string, [inputs: number, make: () => AnyLayer]> = {
  'layer normalization over time and features': [1, () => layerNormalization({ axis: [1, 2] })],
  'layer normalization by deviations': [1, () => layerNormalization({ rmsScaling: true })],
  'normalization by root mean squares': [1, () => rmsNormalization()],
  'batch normalization, masked': [1, () => batchNormalization({ momentum: 0.5 })],
  'causal convolution': [1, () => conv1D({ filters: 5, kernelSize: 3, padding: 'causal', dilationRate: 2 })],
  'convolution, strides and groups': [1, () => conv1D({ filters: 4, kernelSize: 3, strides: 2, groups: 2 })],
  'largest, overlapping': [1, () => maxPooling1D({ poolSize: 3, strides: 1, padding: 'same' })],
  'mean, overlapping': [1, () => averagePooling1D({ poolSize: 4, strides: 2, padding: 'same' })],
  'mean of what counts': [1, () => globalAveragePooling1D()],
  'causal attention': [2, () => attention({ scaled: true, useCausalMask: true, returnAttentionScores })],
  'attention by sums': [3, () => attention({ scoreMode: 'concat', useScale: true, returnAttentionScores })],
  'additive attention': [2, () => additiveAttention()],
  'attention of heads': [2, () => multiHeadAttention({ numHeads: 3, keyDim: 4, valueDim: 2 })],
};

describe('on the GPU as on the CPU', () => {
  for (const [name, [inputs, make]] of Object.entries(layers)) {
    test(name, async () => {
      const expected = await trained(make(), inputs, cpu({ precision: 'f64' }));
      const got = await trained(make(), inputs, gpu);
      expect([...got.keys()]).toEqual([...expected.keys()]);
      for (const [tensor, values] of expected) {
        const scale = Math.max(1, ...values.map(Math.abs));
        values.forEach((value, i) => {
          expect(Math.abs(got.get(tensor)![i] - value), `${tensor}[${i}]`).toBeLessThan(2e-5 * scale);
        });
      }
    });
  }
});

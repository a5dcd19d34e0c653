// Layers that are not recurrent on the GPU: outputs, masks and gradients agree with the CPU in f64.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Backend } from '../../src/backends/backend.ts';
import { cpu } from '../../src/backends/cpu.ts';
import { type WebGpuBackend, webgpu } from '../../src/backends/webgpu/webgpu.ts';
import { buildPlan } from '../../src/core/builder.ts';
import { Parameters } from '../../src/core/parameters.ts';
import { random } from '../../src/core/random.ts';
import { sizeOf, type Tensor } from '../../src/core/tensor.ts';
import { prelu, softmax } from '../../src/layers/activation_layers.ts';
import { emitConstraints, maxNorm } from '../../src/layers/constraints.ts';
import { dense } from '../../src/layers/dense.ts';
import { dot } from '../../src/layers/dot.ts';
import { dropout, spatialDropout1D } from '../../src/layers/dropout.ts';
import { embedding } from '../../src/layers/embedding.ts';
import { type AnyLayer, outputsOf } from '../../src/layers/layer.ts';
import { lstm } from '../../src/layers/lstm.ts';
import { masking } from '../../src/layers/masking.ts';
import { add, average, concatenate, maximum, multiply } from '../../src/layers/merge.ts';
import { emitPenalties, l1l2 } from '../../src/layers/regularizers.ts';
import {
  cropping1D,
  flatten,
  permute,
  repeatVector,
  reshape,
  upSampling1D,
  zeroPadding1D,
} from '../../src/layers/shape.ts';
import { timeDistributed } from '../../src/layers/time_distributed.ts';
import { seedGradient } from '../harness/gradient_check.ts';

let gpu: WebGpuBackend;
beforeAll(async () => {
  gpu = await webgpu();
});
afterAll(() => gpu?.dispose());

/** Everything that a run of the layer leaves: outputs, mask, gradients of inputs and weights, penalties, weights. */
async function leftBy(layer: AnyLayer, shapes: readonly number[][], masked: boolean, backend: Backend) {
  const parameters = new Parameters({ seed: 5 });
  const ids = layer.takesIds ? 'u32' : 'f32';
  const seen: Record<string, Tensor> = {};
  const plan = buildPlan({ name: 'layer', limits: backend.limits, parameters, training: true }, (b) => {
    const inputs = shapes.map((shape, i) =>
      b.input(`x${i}`, shape, { dtype: ids, differentiable: ids === 'f32' }),
    );
    if (masked) {
      for (const [i, x] of inputs.entries()) {
        b.setMask(x, b.input(`mask${i}`, x.shape.slice(0, 2), { dtype: 'u32' }));
      }
    }
    const outputs = outputsOf(layer.build(b, ...inputs));
    outputs.forEach((y, i) => {
      seen[`y${i}`] = y;
      const mask = b.maskOf(y);
      if (mask) seen[`mask of y${i}`] = mask;
      seedGradient(b, y, b.input(`upstream ${i}`, y.shape));
    });
    emitPenalties(b).forEach((t, i) => {
      seen[`penalty ${i}`] = t;
    });
    b.backward();
    for (const [i, x] of inputs.entries()) if (x.differentiable) seen[`dx${i}`] = b.gradOf(x)!;
    for (const t of parameters.all) {
      seen[`d ${t.name}`] = parameters.gradientOf(t);
      seen[t.name] = t;
    }
    emitConstraints(b);
    return seen;
  });
  const executable = await backend.load(plan);
  const next = random(9, 'values');
  for (const t of Object.values(plan.inputs)) {
    const value = t.dtype === 'u32' ? () => next.below(2) : () => next.normal();
    backend.write(t, Array.from({ length: sizeOf(t.shape) }, value));
  }
  executable.run();
  const values: Record<string, number[]> = {};
  for (const [name, t] of Object.entries(seen)) values[name] = Array.from(await backend.read(t));
  executable.dispose();
  backend.release(parameters.storage);
  return values;
}

const sequence = [5, 3, 4];
const rules = { kernelRegularizer: l1l2({ l1: 0.1, l2: 0.2 }), kernelConstraint: maxNorm({ maxValue: 0.5 }) };
const cases: [string, AnyLayer, number[][], boolean?][] = [
  [
    'dense with rules',
    dense({ units: 3, activation: 'tanh', activityRegularizer: 'l2', ...rules }),
    [sequence],
  ],
  ['embedding with maskZero', embedding({ inputDim: 2, outputDim: 3, maskZero: true }), [[5, 3]], true],
  ['masking', masking(), [sequence], true],
  ['dropout', dropout({ rate: 0.4, noiseShape: [null, null, 1] }), [sequence]],
  ['spatialDropout1D', spatialDropout1D({ rate: 0.4 }), [sequence]],
  ['add', add(), [sequence, [3, 4]]],
  ['average', average(), [sequence, sequence, [5, 3, 1]]],
  ['multiply past masks', multiply(), [sequence, sequence], true],
  ['maximum past masks', maximum(), [sequence, sequence], true],
  ['concatenate', concatenate(), [sequence, [5, 3, 2]], true],
  ['concatenate over time', concatenate({ axis: 1 }), [sequence, [2, 3, 4]], true],
  ['flatten', flatten(), [sequence]],
  ['reshape', reshape({ targetShape: [4, 5] }), [sequence]],
  ['permute', permute({ dims: [2, 1] }), [sequence]],
  ['permute four axes', permute({ dims: [3, 1, 2] }), [[5, 3, 4, 2]]],
  ['dot', dot({ axes: [2, 1] }), [sequence, [4, 3, 2]]],
  ['repeatVector', repeatVector({ n: 4 }), [[3, 4]]],
  ['zeroPadding1D', zeroPadding1D({ padding: [1, 2] }), [sequence]],
  ['cropping1D', cropping1D(), [sequence]],
  ['upSampling1D', upSampling1D(), [sequence]],
  ['prelu', prelu({ alphaInitializer: 'randomNormal', sharedAxes: [1] }), [sequence]],
  ['softmax over time', softmax({ axis: 1 }), [sequence]],
  ['timeDistributed dense', timeDistributed(dense({ units: 2 })), [sequence], true],
  ['timeDistributed lstm', timeDistributed(lstm({ units: 2, returnSequences: true })), [[5, 3, 4, 2]]],
];

for (const [name, layer, shapes, masked = false] of cases) {
  test(name, async () => {
    const expected = await leftBy(layer, shapes, masked, cpu({ precision: 'f64', limits: gpu.limits }));
    const got = await leftBy(layer, shapes, masked, gpu);
    expect(Object.keys(got)).toEqual(Object.keys(expected));
    for (const [key, want] of Object.entries(expected)) {
      want.forEach((value, i) => {
        expect(Math.abs(got[key][i] - value), `${key}[${i}]`).toBeLessThanOrEqual(
          1e-5 + 1e-4 * Math.abs(value),
        );
      });
    }
  });
}

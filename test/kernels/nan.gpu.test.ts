// A broken model must look broken: NaN passes through every activation and every cell on the GPU as it does on the CPU.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type WebGpuBackend, webgpu } from '../../src/backends/webgpu/webgpu.ts';
import { type Builder, buildPlan } from '../../src/core/builder.ts';
import { Parameters } from '../../src/core/parameters.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { activationNames, applyActivation } from '../../src/layers/activation.ts';
import { gru } from '../../src/layers/gru.ts';
import { lstm } from '../../src/layers/lstm.ts';
import type { RecurrentLayer } from '../../src/layers/recurrent.ts';
import { simpleRNN } from '../../src/layers/simple_rnn.ts';
import { sparseCategoricalCrossentropy } from '../../src/training/losses.ts';

let backend: WebGpuBackend;
beforeAll(async () => {
  backend = await webgpu();
});
afterAll(() => backend?.dispose());

/** Runs a plan whose state `x` [2,3,4] holds NaN at its first element. */
async function run(build: (b: Builder, x: Tensor) => Tensor): Promise<number[]> {
  let y!: Tensor;
  const plan = buildPlan({ name: 'nan', limits: backend.limits, parameters: new Parameters() }, (b) => {
    const x = b.state('x', [2, 3, 4], { initial: () => [Number.NaN, ...new Array(23).fill(0.5)] });
    y = b.output('y', build(b, x));
  });
  const executable = await backend.load(plan);
  executable.run();
  const values = Array.from(await backend.read(y));
  executable.dispose();
  return values;
}

describe('NaN passes through', () => {
  for (const kind of activationNames) {
    test(kind, async () => {
      const y = await run((b, x) => applyActivation(b, x, kind));
      expect(y[0]).toBeNaN();
      expect(y.slice(4).every(Number.isFinite)).toBe(true);
    });
  }

  const cells: Record<string, () => RecurrentLayer> = {
    lstm: () => lstm({ units: 3, returnSequences: true }),
    gru: () => gru({ units: 3, returnSequences: true }),
    'gru, reset before': () => gru({ units: 3, returnSequences: true, resetAfter: false }),
    'simpleRNN tanh': () => simpleRNN({ units: 3, returnSequences: true }),
    'simpleRNN relu': () => simpleRNN({ units: 3, returnSequences: true, activation: 'relu' }),
    'simpleRNN sigmoid': () => simpleRNN({ units: 3, returnSequences: true, activation: 'sigmoid' }),
  };
  const sequences = { units: 3, returnSequences: true };
  for (const activation of activationNames) {
    if (activation === 'softmax' || activation === 'logSoftmax') continue;
    cells[`general simpleRNN ${activation}`] = () => simpleRNN({ ...sequences, activation, clip: 2 });
  }
  const general = { clip: 2, layerNormalization: true };
  cells['general lstm'] = () => lstm({ ...sequences, peephole: true, cellClip: 3, clip: 2 });
  cells['general lstm, normalised and projected'] = () => lstm({ ...sequences, ...general, projection: 3 });
  cells['general gru'] = () => gru({ ...sequences, ...general });
  cells['general gru, reset before'] = () => gru({ ...sequences, ...general, resetAfter: false });
  for (const [name, make] of Object.entries(cells)) {
    test(`${name}, in its row of the batch and on to the next step`, async () => {
      const y = await run((b, x) => make().build(b, x));
      expect(y.slice(0, 3).every(Number.isNaN)).toBe(true);
      expect(y.slice(9, 12).every(Number.isNaN)).toBe(true);
      expect(y.slice(3, 9).every(Number.isFinite)).toBe(true);
    });
  }

  test('cross entropy', async () => {
    const y = await run((b, x) => {
      const labels = b.input('labels', [2, 3], { dtype: 'u32' });
      return sparseCategoricalCrossentropy()(b, x, labels);
    });
    expect(y[0]).toBeNaN();
  });
});

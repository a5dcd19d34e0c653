// Models whose recurrent layers hand states to one another, read both ways and stand in stacks: trained, written down, read back.
import { expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { NdArray } from '../../src/data/nd_array.ts';
import { bidirectional } from '../../src/layers/bidirectional.ts';
import { dense } from '../../src/layers/dense.ts';
import { gru } from '../../src/layers/gru.ts';
import { lstm } from '../../src/layers/lstm.ts';
import { lstmCell, rnn, simpleRNNCell } from '../../src/layers/rnn.ts';
import { input } from '../../src/layers/symbolic.ts';
import { timeDistributed } from '../../src/layers/time_distributed.ts';
import { modelFromJSON } from '../../src/models/from_config.ts';
import { model } from '../../src/models/functional.ts';
import type { Model } from '../../src/models/model.ts';
import { adam } from '../../src/training/optimizers.ts';

/** [N,steps,features] of waves that differ from sample to sample. */
function waves(samples: number, steps: number, features: number): NdArray {
  const data = Array.from({ length: samples * steps * features }, (_, i) => Math.sin(0.7 * i + 1) / 2);
  return new NdArray([samples, steps, features], data);
}

test('an encoder of both directions starts a decoder, whose sequence goes through a stack of cells', async () => {
  const source = input({ shape: [null, 2], name: 'source' });
  const target = input({ shape: [3, 2], name: 'target' });
  const [, forwardH, forwardC, backwardH, backwardC] = bidirectional({
    layer: lstm({ units: 3, returnState: true }),
  })(source);
  const [sequence] = gru({ units: 3, returnSequences: true, returnState: true })(target, {
    initialState: forwardH,
  });
  const decoded = bidirectional({ layer: lstm({ units: 3, returnSequences: true }), mergeMode: 'sum' })(
    sequence,
    { initialState: [forwardH, forwardC, backwardH, backwardC] },
  );
  const cell = [lstmCell({ units: 4 }), simpleRNNCell({ units: 2 })];
  const outputs = timeDistributed(dense({ units: 1 }))(rnn({ cell, returnSequences: true })(decoded));
  const made = model({ inputs: [source, target], outputs });
  const compile = (it: Model) =>
    it.compile({ optimizer: adam({ learningRate: 0.02 }), loss: 'meanSquaredError', backend: cpu() });
  compile(made);
  const x = [waves(5, 4, 2), waves(5, 3, 2)];
  const steps = new NdArray(
    [5, 3, 1],
    Array.from({ length: 15 }, (_, i) => (i % 3) / 2),
  );
  const { history } = await made.fit(x, steps, { epochs: 30, batchSize: 2, verbose: 0 });
  expect(history.loss[29]).toBeLessThan(0.2 * history.loss[0]);

  const again = modelFromJSON(made.toJSON());
  compile(again);
  expect(again.weightNames).toEqual(made.weightNames);
  await again.setWeights(await made.getWeights());
  const [expected, got] = [await made.predict(x), await again.predict(x)];
  expect(expected.shape).toEqual([5, 3, 1]);
  expect(Array.from(got.data)).toEqual(Array.from(expected.data));
  await made.dispose();
  await again.dispose();
});

test('a frozen layer of both directions keeps its weights while what stands above it learns', async () => {
  const both = bidirectional({ layer: gru({ units: 3 }) });
  both.trainable = false;
  const x = input({ shape: [4, 2] });
  const made = model({ inputs: x, outputs: dense({ units: 1 })(both(x)) });
  made.compile({ optimizer: 'adam', loss: 'meanSquaredError', backend: cpu() });
  const before = await made.getWeights();
  await made.fit(waves(4, 4, 2), new NdArray([4, 1], [1, 2, 3, 4]), { epochs: 2, verbose: 0 });
  const after = await made.getWeights();
  made.weightNames.forEach((name, i) => {
    const same = Array.from(before[i].data).every((value, k) => Math.fround(value) === after[i].data[k]);
    expect(same, name).toBe(name.startsWith('bidirectional/'));
  });
  await made.dispose();
});

// Both directions of a recurrent layer: names of weights, what it can be made of, carried states, configs, refusals.
import { expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { type Builder, buildPlan } from '../../src/core/builder.ts';
import { defaultLimits } from '../../src/core/limits.ts';
import { Parameters } from '../../src/core/parameters.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { bidirectional } from '../../src/layers/bidirectional.ts';
import { gru } from '../../src/layers/gru.ts';
import type { AnyLayer } from '../../src/layers/layer.ts';
import { lstm } from '../../src/layers/lstm.ts';
import { lstmCell, rnn, simpleRNNCell } from '../../src/layers/rnn.ts';
import { type Numbers, runLayer } from '../harness/layer_run.ts';

const [N, T, D, H] = [3, 4, 2, 5];
const backend = cpu({ precision: 'f64' });
const x: Numbers = {
  shape: [N, T, D],
  data: Array.from({ length: N * T * D }, (_, i) => Math.sin(3 * i + 1)),
};
const run = async (layer: AnyLayer) =>
  (await runLayer(layer, [x], backend)).outputs.map(({ shape, data }) => ({
    shape: [...shape],
    data: Array.from(data),
  }));

test('weights stand under the names of both directions, forward ones first', () => {
  const parameters = new Parameters();
  buildPlan({ name: 'names', limits: defaultLimits, parameters }, (b) => {
    const both = bidirectional({ layer: gru({ units: H, name: 'reader' }) });
    b.scope(both.name, () => both.build(b, b.input('x', [T, N, D])));
    expect(both.parameterCount(D)).toBe(2 * (D + H + 2) * 3 * H);
    expect(both.inner?.map((it) => it.name)).toEqual(['forward_reader', 'backward_reader']);
  });
  const of = (direction: string) =>
    ['kernel', 'recurrent_kernel', 'bias'].map((part) => `bidirectional/${direction}_reader/${part}`);
  expect(parameters.all.map((p) => p.name)).toEqual([...of('forward'), ...of('backward')]);
});

test('stacks of cells go in both directions, and other kinds of layers beside each other', async () => {
  const cell = [lstmCell({ units: 3 }), simpleRNNCell({ units: H })];
  const stack = bidirectional({ layer: rnn({ cell, returnSequences: true, returnState: true }) });
  const outputs = await run(stack);
  expect(outputs.map((y) => y.shape)).toEqual([
    [N, T, 2 * H],
    ...Array(2)
      .fill([
        [N, 3],
        [N, 3],
        [N, H],
      ])
      .flat(),
  ]);
  const mixed = bidirectional({
    layer: lstm({ units: 2 }),
    backwardLayer: gru({ units: 4, goBackwards: true }),
  });
  expect((await run(mixed))[0].shape).toEqual([N, 6]);
});

test('carries the states of both directions from run to run', async () => {
  const layer = () => bidirectional({ layer: lstm({ units: H, stateful: true }) });
  const parameters = new Parameters();
  const state = (b: Builder) => {
    const y = layer().build(b, b.input('x', [T, N, D], { initial: () => x.data }));
    return { y: y as Tensor };
  };
  const plan = buildPlan({ name: 'carried', limits: backend.limits, parameters }, state);
  expect(Object.keys(plan.states).sort()).toEqual(
    ['backward_lstm', 'forward_lstm'].flatMap((name) => [`${name}/c`, `${name}/h`]),
  );
  const executable = await backend.load(plan);
  executable.run();
  const first = Array.from(await backend.read(plan.outputs.y));
  executable.run();
  const second = Array.from(await backend.read(plan.outputs.y));
  for (const half of [0, H]) expect(second.slice(half, half + H)).not.toEqual(first.slice(half, half + H));
});

test('a config makes the same layer again', async () => {
  const it = bidirectional({
    ...{ name: 'both', mergeMode: null, trainable: false },
    layer: lstm({ units: 3, returnSequences: true, name: 'reader' }),
  });
  const config = JSON.parse(JSON.stringify(it.getConfig()));
  expect(config).toMatchObject({
    ...{ name: 'both', mergeMode: 'none', trainable: false },
    layer: { className: 'LSTM', config: { name: 'forward_reader', goBackwards: false } },
    backwardLayer: { className: 'LSTM', config: { name: 'backward_reader', goBackwards: true } },
  });
  const again = bidirectional(config);
  expect(JSON.parse(JSON.stringify(again.getConfig()))).toEqual(config);
  const results = [await run(it), await run(again)];
  expect(results[1]).toEqual(results[0]);
});

test('freezing a layer before it is taken freezes both of its directions', () => {
  const layer = lstm({ units: 2 });
  layer.trainable = false;
  const both = bidirectional({ layer });
  expect([both.forwardLayer, both.backwardLayer].map((it) => it.trainable)).toEqual([false, false]);
});

test('what does not go together is refused', () => {
  const layer = lstm({ units: 2 });
  expect(() => bidirectional({ layer, mergeMode: 'max' as never })).toThrow(
    /\[bidirectional\/mergeMode\] must be concat, sum, ave, mul, none or null, got "max"/,
  );
  expect(() => bidirectional({ layer: 'lstm' as never })).toThrow(
    /\[bidirectional\/layer\] must be a recurrent layer, such as lstm\(\{ units \}\), got "lstm"/,
  );
  expect(() => bidirectional({ layer, backwardLayer: lstm({ units: 2 }) })).toThrow(
    /\[bidirectional\/backwardLayer\] goes the same way as layer/,
  );
  const sequences = lstm({ units: 2, goBackwards: true, returnSequences: true });
  expect(() => bidirectional({ layer, backwardLayer: sequences })).toThrow(
    /\[bidirectional\] returnSequences is false in layer and true in backwardLayer/,
  );
  expect(() => bidirectional({ layer, direction: 'both' } as never)).toThrow(/has no option direction/);
  expect(() => bidirectional({ layer: { className: 'Dense', config: { units: 2 } } })).toThrow(
    /\[bidirectional\/layer\] there is no recurrent layer "Dense"; there are GRU, LSTM, RNN, SimpleRNN/,
  );
  const given = (states: number[][]) =>
    buildPlan({ name: 'states', limits: defaultLimits, parameters: new Parameters() }, (b) => {
      const inputs = states.map((shape, i) => b.input(`s${i}`, shape));
      bidirectional({ layer }).build(b, b.input('x', [T, N, D]), ...inputs);
    });
  expect(() =>
    given([
      [N, 2],
      [N, 2],
      [N, 2],
    ]),
  ).toThrow(
    /\[bidirectional\] takes 4 initial states, 2 of the forward layer and 2 of the backward one, got 3/,
  );
});

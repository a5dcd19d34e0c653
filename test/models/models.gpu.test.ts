// Models on the GPU: what they compute is what the CPU computes, a step is one submit, and the public door gives a device.
import { expect, test } from 'vitest';
import { dense, embedding, input, lstm, type Model, sequential, sgd, webgpu } from '../../src/index.ts';
import { echoData, echoModel, f64, flat } from './echo.ts';

const quiet = { verbose: 0 } as const;

test('training and predicting give what the CPU gives', async () => {
  const backend = await webgpu();
  const { x, y } = echoData(5, 4);
  const [gpu, cpu] = [echoModel(backend), echoModel(f64())];
  const runs: number[][] = [];
  for (const made of [gpu, cpu]) {
    const { history } = await made.fit(x, y, { epochs: 3, batchSize: 2, validationSplit: 0.2, ...quiet });
    runs.push([...history.loss, ...history.val_loss, ...flat([await made.predict(x)])]);
  }
  runs[0].forEach((value, i) => {
    expect(value).toBeCloseTo(runs[1][i], 5);
  });
  const weights = flat(await cpu.getWeights());
  flat(await gpu.getWeights()).forEach((value, i) => {
    expect(value).toBeCloseTo(weights[i], 5);
  });
  await gpu.dispose();
  backend.dispose();
});

test('ids, a mask, a softmax with metrics: the same numbers as on the CPU', async () => {
  const backend = await webgpu();
  const build = (to: Awaited<ReturnType<typeof webgpu>> | ReturnType<typeof f64>): Model => {
    const made = sequential([
      input({ shape: [null], dtype: 'int32' }),
      embedding({ inputDim: 6, outputDim: 3, maskZero: true }),
      lstm({ units: 4, returnSequences: true }),
      dense({ units: 6, activation: 'softmax' }),
    ]);
    made.compile({
      optimizer: sgd({ learningRate: 0.5 }),
      loss: 'sparseCategoricalCrossentropy',
      metrics: ['accuracy', 'perplexity'],
      backend: to,
      seed: 5,
    });
    return made;
  };
  const ids = [
    [1, 2, 3, 4],
    [5, 4, 0, 0],
    [2, 2, 1, 0],
  ];
  const logs: number[][] = [];
  for (const to of [backend, f64()]) {
    const made = build(to);
    const { history } = await made.fit(ids, ids, { epochs: 3, batchSize: 2, shuffle: false, ...quiet });
    logs.push(Object.values(history).flat());
    expect(Object.keys(history)).toEqual(['loss', 'accuracy', 'perplexity']);
  }
  logs[0].forEach((value, i) => {
    expect(value).toBeCloseTo(logs[1][i], 4);
  });
  backend.dispose();
});

test('without a backend a model takes a device of its own finding, and weights move between backends', async () => {
  const { x, y } = echoData(4);
  const made = sequential([lstm({ units: 3 }), dense({ units: 1 })]);
  const first = await made.predict(x);
  made.compile({ loss: 'mse', backend: f64() });
  const moved = await made.predict(x);
  Array.from(moved.data).forEach((value, i) => {
    expect(value).toBeCloseTo(first.data[i], 5);
  });
  expect((await made.evaluate(x, y)).loss).toBeGreaterThan(0);
});

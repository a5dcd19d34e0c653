// Models train, on the CPU: the loss falls, numbers are those of plain loops, and the last smaller batch counts.
import { expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { dense } from '../../src/layers/dense.ts';
import { defineLayer } from '../../src/layers/layer.ts';
import { lstm } from '../../src/layers/lstm.ts';
import { input } from '../../src/layers/symbolic.ts';
import { model } from '../../src/models/functional.ts';
import { sequential } from '../../src/models/sequential.ts';

const backend = cpu({ precision: 'f64' });

test('a sequential model without a shape learns an echo', async () => {
  const echo = sequential([lstm({ units: 8 }), dense({ units: 1 })]);
  echo.compile({ optimizer: 'adam', loss: 'meanSquaredError', backend });
  echo.learningRate = 0.02;
  const x = Array.from({ length: 10 }, (_, i) => [[i / 10], [0.5], [0.2]]);
  const y = x.map(([first]) => first);
  const { history, epoch } = await echo.fit(x, y, { epochs: 60, batchSize: 4, verbose: 0 });
  expect(epoch.length).toBe(60);
  expect(history.loss[59]).toBeLessThan(history.loss[0] / 5);
  const { loss } = await echo.evaluate(x, y);
  expect(loss).toBeLessThan(history.loss[0] / 5);
  const prediction = await echo.predict(x, { batchSize: 3 });
  expect(prediction.shape).toEqual([10, 1]);
  console.log(echo.summary());
});

test('a functional model with a residual and two outputs', async () => {
  const x = input({ shape: [null, 3], name: 'series' });
  const [out, h, c] = lstm({ units: 4, returnState: true, returnSequences: true })(x);
  const shared = defineLayer(dense({ units: 2, name: 'head' }));
  const all = model({ inputs: x, outputs: [shared(out), defineLayer(dense({ units: 1 }))(h)] });
  void c;
  console.log(all.summary());
  all.compile({ optimizer: 'sgd', loss: 'mse', backend, lossWeights: [1, 0.5] });
  const data = Array.from({ length: 5 }, () => Array.from({ length: 6 }, () => [1, 2, 3]));
  const y0 = data.map((row) => row.map(() => [0, 1]));
  const y1 = data.map(() => [1]);
  const { history } = await all.fit(data, [y0, y1], {
    epochs: 3,
    batchSize: 2,
    validationSplit: 0.2,
    verbose: 0,
  });
  console.log(history);
  const [a, b] = await all.predictAll(data);
  expect([a.shape, b.shape]).toEqual([
    [5, 6, 2],
    [5, 1],
  ]);
});

// Means and sums of everything: their gradients, and a loss that a user composes of them.
import { expect, test } from 'vitest';
import { defineLayer, dense, input, type Loss, lstm, sequential, sgd } from '../../src/index.ts';
import { multiplied, subtracted } from '../../src/layers/operations.ts';
import { mean, total } from '../../src/layers/reductions.ts';
import { checkGradients } from '../harness/gradient_check.ts';
import { echoData, f64 } from '../models/echo.ts';

test('gradients of mean and total', async () => {
  for (const reduce of [mean, total]) {
    await checkGradients({
      build(b) {
        const x = b.input('x', [3, 2, 5], { differentiable: true });
        return { outputs: [reduce(b, multiplied(b, x, x))], inputs: [x] };
      },
    });
  }
});

test("a user's own loss of a mean is the mean squared error", async () => {
  const own: Loss = (b, y, target) => {
    const difference = subtracted(b, y, target);
    return mean(b, multiplied(b, difference, difference));
  };
  const { x, y } = echoData(6);
  const losses: (readonly number[])[] = [];
  for (const loss of [own, 'mse'] as const) {
    const made = sequential([input({ shape: [null, 1] }), lstm({ units: 3 }), dense({ units: 1 })]);
    made.compile({ optimizer: sgd({ learningRate: 0.1 }), loss, backend: f64() });
    const { history } = await made.fit(x, y, { epochs: 3, batchSize: 4, verbose: 0 });
    losses.push(history.loss);
  }
  losses[0].forEach((value, i) => {
    expect(value).toBeCloseTo(losses[1][i], 9);
  });
});

test('a layer of a user has weights, which are trained and counted', async () => {
  const gain = defineLayer({
    name: 'gain',
    build: (b, x) =>
      multiplied(
        b,
        x,
        b.param('gain', [x.shape.at(-1)!], () => [1]),
      ),
  });
  const made = sequential([input({ shape: [1] }), gain]);
  made.compile({ optimizer: sgd({ learningRate: 0.2 }), loss: 'mse', backend: f64() });
  expect(made.countParams()).toBe(1);
  await made.fit([[1], [2]], [[3], [6]], { epochs: 50, verbose: 0 });
  expect((await made.getWeights())[0].data[0]).toBeCloseTo(3, 6);
});

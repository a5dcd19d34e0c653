// Outputs of a model: losses that look at one and the same, weights of rows, and the names they go by.
import { describe, expect, test } from 'vitest';
import { activation } from '../../src/layers/activation.ts';
import { dense } from '../../src/layers/dense.ts';
import { multiplied } from '../../src/layers/operations.ts';
import { rowMeans } from '../../src/layers/reductions.ts';
import { input, type Symbolic } from '../../src/layers/symbolic.ts';
import { model } from '../../src/models/functional.ts';
import type { Loss } from '../../src/training/losses/loss.ts';
import { sparseCategoricalCrossentropy } from '../../src/training/losses.ts';
import { sgd } from '../../src/training/optimizers.ts';
import { f64, flat } from './echo.ts';

describe('two losses over one output', () => {
  const rows = [
    [0.1, 0.2],
    [0.3, -0.4],
    [0.5, 0.6],
  ];
  const labels = [0, 2, 1];
  const hot = [
    [1, 0, 0],
    [0, 0, 1],
    [0, 1, 0],
  ];
  const own: Loss = (b, p) => rowMeans(b, multiplied(b, p, p));
  const within: Loss = (b, p, y) => sparseCategoricalCrossentropy()(b, p, y);
  const same = (p: Symbolic) => [p, p];
  const withLogits = (p: Symbolic, z: Symbolic) => [p, z];
  const cross = 'sparseCategoricalCrossentropy';

  test.each([
    ['labels and distributions', same, [cross, 'categoricalCrossentropy'], [labels, hot]],
    ['squares behind a cross entropy', same, [cross, 'mse'], [labels, hot]],
    ['a function of the user behind one', same, [cross, own], [labels, hot]],
    ['a function that calls one before another', same, [within, cross], [labels, labels]],
    ['probabilities and the logits behind them', withLogits, [cross, 'mse'], [labels, hot]],
    ['both of them by labels', withLogits, [cross, cross], [labels, labels]],
  ] as const)('%s: the gradient is that of differences', async (_, outputs, loss, y) => {
    const x = input({ shape: [2] });
    const z = dense({ units: 3 })(x);
    const made = model({ inputs: x, outputs: outputs(activation({ activation: 'softmax' })(z), z) });
    const lossWeights = [1, 0.7];
    const optimizer = sgd({ learningRate: 1 });
    made.compile({ optimizer, loss: [...loss], lossWeights, metrics: [['accuracy'], []], backend: f64() });
    const before = await made.getWeights();
    const lossAt = async (array: number, element: number, by: number) => {
      const moved = before.map(({ shape, data }) => ({ shape, data: Float64Array.from(data) }));
      moved[array].data[element] += by;
      await made.setWeights(moved);
      return (await made.evaluate(rows, [...y])).loss;
    };
    const differences: number[] = [];
    for (const [array, { data }] of before.entries()) {
      for (let i = 0; i < data.length; i++) {
        differences.push(((await lossAt(array, i, 1e-5)) - (await lossAt(array, i, -1e-5))) / 2e-5);
      }
    }
    await made.setWeights(before);
    await made.fit(rows, [...y], { shuffle: false, verbose: 0 });
    const after = flat(await made.getWeights());
    flat(before).forEach((value, i) => {
      expect(value - after[i]).toBeCloseTo(differences[i], 7);
    });
  });
});

// What a user gets wrong is told before anything runs: which layer or argument, both shapes, and the way out.
import { describe, expect, test } from 'vitest';
import { dense } from '../../src/layers/dense.ts';
import { embedding } from '../../src/layers/embedding.ts';
import { gru } from '../../src/layers/gru.ts';
import { lstm } from '../../src/layers/lstm.ts';
import { add } from '../../src/layers/merge.ts';
import { input } from '../../src/layers/symbolic.ts';
import { model } from '../../src/models/functional.ts';
import { sequential } from '../../src/models/sequential.ts';
import type { Callback } from '../../src/training/callback.ts';
import { echoData, echoModel, f64 } from './echo.ts';

const { x, y } = echoData(4);

const tagger = () => {
  const made = sequential([
    input({ shape: [null], dtype: 'int32' }),
    embedding({ inputDim: 5, outputDim: 2 }),
    lstm({ units: 2, returnSequences: true }),
    dense({ units: 3, activation: 'softmax' }),
  ]);
  made.compile({ loss: 'sparseCategoricalCrossentropy', backend: f64() });
  return made;
};

describe('data that do not fit', () => {
  test.each([
    ['a rank too low', x.map(() => 1), y, '[fit/x] expected [N, any, 1], got [4]'],
    [
      'another number of features',
      x.map((r) => r.map(([v]) => [v, v])),
      y,
      'expected [N, any, 1], got [4, 3, 2]',
    ],
    [
      'rows of unequal length',
      [[[1]], [[1], [2]]],
      [[1], [2]],
      'bring sequences to one length with padSequences()',
    ],
    ['NaN', [[[Number.NaN]], [[1]]], [[1], [2]], 'takes finite numbers, got NaN at [0, 0, 0]'],
    ['infinity', x, y.map(() => [Number.POSITIVE_INFINITY]), 'takes finite numbers, got Infinity at [0, 0]'],
    ['text', [['a']], [[1]], 'takes numbers, got "a"'],
    ['fewer targets', x, y.slice(1), 'x has 4 samples [4, 3, 1], but y has 3 [3, 1]'],
    ['no samples', [], [], 'expected [N, any, 1], got [0]'],
    [
      'targets of another width',
      x,
      y.map(() => [1, 2]),
      'takes targets [N, 1] for an output [N, 1], got [4, 2]',
    ],
    [
      'an object',
      { a: 1 },
      y,
      'takes nested arrays of numbers, a typed array, or { shape, data }, got an object',
    ],
  ])('%s', async (_, data, target, message) => {
    const echo = echoModel();
    const before = await echo.getWeights();
    const said = await echo.fit(data, target, { verbose: 0 }).then(
      () => 'nothing',
      (error: Error) => error.message,
    );
    expect(said).toContain(message);
    expect(await echo.getWeights()).toEqual(before);
  });

  test.each([
    [
      'ids outside the vocabulary',
      [[5, 1]],
      [[0, 1]],
      '[fit/x] takes ids, which are integers from 0 to 4, got 5 at [0, 0]',
    ],
    ['ids that are no integers', [[0.5, 1]], [[0, 1]], 'takes ids, which are integers from 0 to 4, got 0.5'],
    ['labels out of range', [[1, 2]], [[0, 3]], 'takes labels, which are integers from 0 to 2, got 3'],
    [
      'labels for fewer steps',
      [[1, 2]],
      [[0]],
      'sparse_categorical_crossentropy takes targets [N, 2] for an output [N, 2, 3], got [1, 1]',
    ],
  ])('%s', async (_, ids, labels, message) => {
    const made = tagger();
    await expect(made.fit(ids, labels, { verbose: 0 })).rejects.toThrow(message);
  });

  test.each([
    ['a mask of the wrong length', { mask: [[1, 1]] }, '[fit/mask] expected [4, 3] = [N, T], got [1, 2]'],
    ['a mask of other numbers', { mask: x.map(() => [2, 0, 1]) }, '[fit/mask] takes 0 and 1'],
    ['lengths beyond the steps', { lengths: [1, 2, 3, 4] }, 'takes integers from 0 to 3, got 4 for sample 3'],
    [
      'lengths and a mask',
      { lengths: [1, 1, 1, 1], mask: x.map(() => [1, 1, 1]) },
      'a mask or lengths, not both',
    ],
    ['weights of another length', { sampleWeight: [1, 2] }, '[fit/sampleWeight] expected [4] = [N]'],
    ['negative weights', { sampleWeight: [1, -2, 0, 0] }, 'takes weights from 0 on, got -2'],
    ['a batch of 0', { batchSize: 0 }, '[sequential/fit/batchSize] must be a positive integer, got 0'],
    ['a part of 1', { validationSplit: 1 }, 'must be at least 0 and below 1, got 1'],
    ['a part that leaves nothing', { validationSplit: 0.9 }, 'leaves 0 of 4 samples for training'],
    [
      'validation data of another shape',
      { validationData: [[[[1, 2]]], [[1]]] },
      '[fit/validationData/x] expected [N, any, 1], got [1, 1, 2]',
    ],
    ['an unknown option', { epoch: 3 }, 'has no option epoch; it has epochs,'],
    ['no callback', { callbacks: [1 as unknown as Callback] }, '[fit/callbacks] takes objects'],
  ])('%s', async (_, options, message) => {
    const echo = echoModel();
    await expect(echo.fit(x, y, { ...options, verbose: 0 })).rejects.toThrow(message);
  });

  test('a mask of steps before a loss with rows within each step', async () => {
    const squares = sequential([input({ shape: [null, 2, 2] }), dense({ units: 1 })]);
    squares.compile({ loss: 'meanSquaredError', backend: f64() });
    const given = [0, 1].map(() =>
      [0, 1, 2].map(() => [
        [1, 2],
        [3, 4],
      ]),
    );
    const wanted = given.map((steps) => steps.map((rows) => rows.map(([v]) => [v])));
    await expect(squares.fit(given, wanted, { lengths: [3, 1], verbose: 0 })).rejects.toThrow(
      'the mask [2, 3] says which steps count, but the output has a loss for each of [2, 3, 2]',
    );
  });

  test('a model that was not compiled, or without a loss', async () => {
    const made = sequential([lstm({ units: 2 }), dense({ units: 1 })]);
    await expect(made.fit(x, y)).rejects.toThrow('needs compile({ optimizer, loss }) before it');
    made.compile({ backend: f64() });
    await expect(made.fit(x, y)).rejects.toThrow('needs a loss');
    expect(() => sequential([lstm({ units: 2 })]).summary()).toThrow('does not know its input yet');
  });
});

describe('models that do not fit together', () => {
  test('shapes, naming the layer', () => {
    const made = sequential([input({ shape: [null, 3] }), lstm({ units: 2 }), gru({ units: 2 })]);
    expect(() => made.summary()).toThrow(
      /\[gru\] expected \[N, T, D\], got \[2, 2\].*returnSequences: true/s,
    );
    const a = input({ shape: [null, 3] });
    const b = input({ shape: [null, 2] });
    expect(() => model({ inputs: [a, b], outputs: add()([a, b]) })).toThrow(/\[add\]/);
  });

  test('a graph that is disconnected', () => {
    const a = input({ shape: [3], name: 'a' });
    const b = input({ shape: [3], name: 'b' });
    expect(() => model({ inputs: a, outputs: add()([a, b]) })).toThrow(
      '[functional] is disconnected: an output depends on b, which is not among the inputs (a)',
    );
    expect(() => model({ inputs: [a, b], outputs: dense({ units: 1 })(a) })).toThrow(
      'is disconnected: no output depends on the input b',
    );
  });

  test('what is no tensor, no layer, no input', () => {
    const a = input({ shape: [null, 3], name: 'a' });
    const three = lstm({ units: 2, returnState: true })(a);
    expect(() => dense({ units: 1 })(three)).toThrow('got all 3 outputs of lstm as one');
    expect(() => dense({ units: 1 })([] as never)).toThrow('[dense] is applied to no tensor');
    expect(() => dense({ units: 1 })(5 as never)).toThrow('[dense] takes symbolic tensors');
    expect(() => model({ inputs: dense({ units: 1 })(a), outputs: a })).toThrow(
      'takes what input({ shape }) gives',
    );
    expect(() => input({ shape: [0] })).toThrow('must be an array of positive integers or null');
    expect(() => sequential([5 as never])).toThrow('[sequential] layer 0 must be a layer, got 5');
    expect(() => sequential([])).toThrow('[sequential] needs at least one layer');
  });

  test.each([
    [{ loss: 'mze' }, 'there is no loss "mze"'],
    [{ loss: 'mse', metrics: ['acuracy'] }, 'there is no metric "acuracy"'],
    [{ optimizer: 'adan', loss: 'mse' }, 'there is no adan'],
    [{ optimizer: 5 as never, loss: 'mse' }, 'takes an optimizer, such as adam() makes, or its name, got 5'],
    [{ loss: ['mse', 'mse'] }, 'takes one for each of 1 outputs (dense), got 2'],
    [{ loss: { other: 'mse' } }, 'knows no output other; the outputs are dense'],
    [{ loss: 'mse', lossWeights: [-1] }, 'takes numbers from 0 on, got -1 for dense'],
    [{ loss: 'mse', los: 1 } as object, 'has no option los'],
    [{ loss: 'mse', backend: {} as never }, 'takes what `await webgpu()` or `cpu()` gives, got an object'],
    [{ loss: 'mse', seed: -1 }, '[seed] must be an integer'],
  ])('compile(%o)', (options, message) => {
    const made = sequential([input({ shape: [null, 1] }), lstm({ units: 2 }), dense({ units: 1 })]);
    expect(() => made.compile(options)).toThrow(message);
  });
});

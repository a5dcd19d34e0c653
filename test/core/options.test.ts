// What is said of options and names that were misspelt, put in the wrong place, or not called.
import { describe, expect, test } from 'vitest';
import { OptionError } from '../../src/core/errors.ts';
import { checkOptions, suggestion } from '../../src/core/options.ts';
import {
  adam,
  dense,
  dropout,
  input,
  lstm,
  meanSquaredError,
  repeatVector,
  reshape,
  softmax,
} from '../../src/index.ts';
import { glorotUniform } from '../../src/layers/initializers.ts';
import { lossFunction } from '../../src/training/losses/by_name.ts';
import { accuracy } from '../../src/training/metrics/accuracies.ts';
import { metric } from '../../src/training/metrics/by_name.ts';
import { optimizerFromConfig } from '../../src/training/optimizers.ts';

const refused = (make: () => unknown, words: RegExp) => {
  expect(make).toThrow(OptionError);
  expect(make).toThrow(words);
};

describe('what was meant', () => {
  for (const [given, names, meant] of [
    ['unit', ['name', 'units'], 'units'],
    ['return_sequences', ['returnState', 'returnSequences'], 'returnSequences'],
    ['adma', ['sgd', 'adam'], 'adam'],
    ['relu6x', ['relu', 'relu6'], 'relu6'],
  ] as const) {
    test(given, () => expect(suggestion(given, names)).toBe(`; did you mean ${meant}?`));
  }

  test('nothing where nothing is close', () => {
    expect(suggestion('implementation', ['units', 'name', 'activation'])).toBe('');
    expect(suggestion('lr', ['n', 'rho', 'learningRate'])).toBe('');
    expect(suggestion(3, ['units'])).toBe('');
  });

  test('in options and names of all kinds', () => {
    refused(
      () => checkOptions('x', { unit: 3 }, ['units', 'name']),
      /has no option unit; it has units, name; did you mean units\?/,
    );
    refused(() => lossFunction('mean_sqared_error'), /did you mean meanSquaredError\?/);
    refused(() => metric('acuracy'), /did you mean accuracy\?/);
    refused(() => optimizerFromConfig({ name: 'adagard' } as never), /did you mean adagrad\?/);
    refused(() => dense({ units: 3, activation: 'leaky_relu' as never }), /did you mean leakyRelu\?/);
    refused(
      () => dense({ units: 3, kernelInitializer: 'glorot_uniform' as never }),
      /did you mean glorotUniform\?/,
    );
    refused(() => dense({ units: 3, kernelConstraint: 'maxnorm' as never }), /did you mean maxNorm\?/);
  });
});

test('names are looked up among own keys', () => {
  for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
    refused(() => lossFunction(name), /there is no loss/);
    refused(() => metric(name), /there is no metric/);
    refused(() => optimizerFromConfig({ name } as never), /there is no/);
  }
});

test("a misspelt option in a metric's config is not swallowed", () => {
  const config = { className: 'MeanSquaredError', config: { nmae: 'x' } };
  refused(() => metric(config), /\[mean_squared_error\] has no option nmae; .*did you mean name\?/);
  refused(() => metric({ className: 'BinaryAccuracy', config: { treshold: 1 } }), /did you mean threshold\?/);
});

test('functions that were not called', () => {
  refused(
    () => lossFunction(meanSquaredError as never),
    /\[loss\] meanSquaredError .*call it: meanSquaredError\(\)/,
  );
  refused(() => metric(accuracy as never), /\[metric\] accuracy .*call it: accuracy\(\)/);
  refused(() => metric(meanSquaredError as never), /call it: meanSquaredError\(\)/);
  refused(
    () => dense({ units: 3, kernelInitializer: glorotUniform as never }),
    /kernelInitializer\] glorotUniform .*call it: glorotUniform\(\)/,
  );
  refused(
    () => dense({ units: 3, activation: softmax as never }),
    /takes an activation by its name, in quotes.*got a function/,
  );
  refused(() => dense({ units: 3, kernelRegularizer: adam as never }), /call it: adam\(\)/);
});

test('options that are no object', () => {
  refused(
    () => dropout(0.5 as never),
    /\[dropout\] takes an object of options .*: dropout\(\{ rate: 0.5 \}\); got 0.5/,
  );
  refused(() => dense(64 as never), /: dense\(\{ units: 64 \}\); got 64/);
  refused(() => lstm(8 as never), /: lstm\(\{ units: 8 \}\)/);
  refused(() => reshape([2, 3] as never), /: reshape\(\{ targetShape: \[2,3\] \}\); got an array/);
  refused(() => repeatVector(4 as never), /: repeatVector\(\{ n: 4 \}\)/);
  const x = input({ shape: [3] });
  refused(
    () => softmax(x as never),
    /: softmax\(\{ axis: ... \}\), and is then applied: layer\(x\); got a symbolic tensor/,
  );
  refused(() => dense(x as never), /: dense\(\{ units: ... \}\), and is then applied/);
});

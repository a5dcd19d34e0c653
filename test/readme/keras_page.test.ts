// docs/keras.md: every name that it says answers here is exported, and every layer and loss of the library stands in it.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as library from '../../src/index.ts';

const page = readFileSync(new URL('../../docs/keras.md', import.meta.url), 'utf8');
/** The cells of the middle column. */
const answers = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| Keras'))
  .map((line) => line.split(' | ')[1])
  .filter((cell) => cell && cell !== '-');

test('what is said to answer is exported', () => {
  const spaces: Record<string, object> = {
    metrics: library.metrics,
    regularizers: library.regularizers,
    constraints: library.constraints,
    initializers: library.initializers,
    model: {},
  };
  const missing: string[] = [];
  for (const cell of answers) {
    for (const [, code] of cell.matchAll(/`([^`']+)`/g)) {
      const found = /^(?:await )?(?:(\w+)\.)?([A-Za-z]\w+)/.exec(code);
      // Values of options are in quotes; methods of models and layers, and options, are seen by other tests.
      if (!found || found[1] === 'model' || code.startsWith('layer')) continue;
      const [, space, name] = found;
      const holder: object = space ? spaces[space] : library;
      if (!(name in holder)) missing.push(code);
    }
  }
  const optionsAndMethods = ['activityRegularizer', 'getConfig', 'clipNorm', 'globalClipNorm', 'clipValue'];
  const more = ['weightDecay', 'useEma', 'emaMomentum', 'emaOverwriteFrequency', 'unroll'];
  const methods = ['onBatchEnd(batch, training)', 'store', 'build', 'fit'];
  expect(missing.filter((code) => ![...optionsAndMethods, ...more, ...methods].includes(code))).toEqual([]);
});

test('all classes of layers stand in it', () => {
  const names = library.layerClasses().filter((name) => !['Sequential', 'Functional'].includes(name));
  expect(names.filter((name) => !new RegExp(`\`${name}\``, 'i').test(page))).toEqual([]);
});

// Declares a test for each published case of Keras' recurrent layers, for one backend.
import { expect, test } from 'vitest';
import type { Backend } from '../../src/backends/backend.ts';
import { sharedText } from '../harness/shared_data.ts';
import { type KerasLayerCase, runner } from './keras_rnn.ts';

const text = sharedText('conformance/keras_layers_rnn.json', "the cases of Keras' recurrent layers");
const cases: readonly KerasLayerCase[] = text ? JSON.parse(text).cases : [];

export function kerasRnnTests(backend: () => Backend): void {
  test.skipIf(text === undefined)('there are 48 cases', () => expect(cases.length).toBe(48));
  for (const c of cases) {
    test(c.id, async () => expect(await runner.run(c, backend())).toEqual({ status: 'passed' }));
  }
}

// Declares a test for each published case of Keras' optimizers, for one backend.
import { expect, test } from 'vitest';
import type { Backend } from '../../src/backends/backend.ts';
import { sharedText } from '../harness/shared_data.ts';
import { expectCovered } from './covered.ts';
import { type OptimizerCase, runner } from './keras_optimizers.ts';

const text = sharedText('conformance/keras_optimizers.json', "the cases of Keras' optimizers");
const cases: readonly OptimizerCase[] = text ? JSON.parse(text).cases : [];

/** Optimizers of Keras that the library does not offer; every other case has to run. */
const notOffered = ['Adafactor'];

export function kerasOptimizerTests(backend: () => Backend): void {
  test.skipIf(text === undefined)('the file has cases', () => expect(cases.length).toBeGreaterThan(0));
  for (const c of cases) {
    const offered = !notOffered.includes(c.optimizer ?? '');
    test(c.id, async (context) => expectCovered(context, await runner.run(c, backend()), !offered));
  }
}

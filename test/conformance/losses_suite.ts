// Declares a test for each published case of a loss, for one backend.
import { describe, expect, test } from 'vitest';
import type { Backend } from '../../src/backends/backend.ts';
import { sharedText } from '../harness/shared_data.ts';
import { expectCovered } from './covered.ts';
import { type LossCase, runner } from './losses.ts';

const files = ['keras_losses.json', 'onnx_node_loss.json', 'pytorch_loss_reference.json', 'burn_ctc.json'];

/** Losses of Keras that the library does not offer; every other case has to run. */
const notOffered = ['Circle', 'Dice', 'Tversky'];

export function lossTests(backend: () => Backend): void {
  for (const file of files) {
    describe(file, () => {
      const text = sharedText(`conformance/${file}`, `the cases of ${file}`);
      const cases: readonly LossCase[] = text ? JSON.parse(text).cases : [];
      test.skipIf(text === undefined)('the file has cases', () => expect(cases.length).toBeGreaterThan(0));
      for (const c of cases) {
        const allowed = notOffered.includes(c.loss ?? '');
        test(c.id, async (context) => expectCovered(context, await runner.run(c, backend()), allowed));
      }
    });
  }
}

// Declares a test for each published case of recurrent layers, for one backend.
import { describe, expect, test } from 'vitest';
import type { Backend } from '../../src/backends/backend.ts';
import { sharedText } from '../harness/shared_data.ts';
import type { RecurrentCase } from './recurrent_case.ts';
import { runner, runRecurrent } from './recurrent_layers.ts';

const files = ['onnx_node_rnn', 'webnn_rnn', 'ngraph_rnn', 'projects_rnn'] as const;

export function recurrentLayerTests(backend: () => Backend): void {
  for (const file of files) {
    const text = sharedText(`conformance/${file}.json`, `the cases of ${file}`);
    const cases: readonly RecurrentCase[] = text ? JSON.parse(text).cases : [];
    describe(file, () => {
      test.skipIf(text === undefined)('has cases', () => expect(cases.length).toBeGreaterThan(0));
      test.skipIf(text === undefined)('a wrong number is seen', async () => {
        const [c] = cases;
        const [[name, t]] = Object.entries(c.expected);
        const wrong = { ...t, data: t.data.map((v) => Number(v) + 0.01) };
        const outcome = await runner.run({ ...c, expected: { [name]: wrong } }, backend());
        expect(outcome).toMatchObject({ status: 'failed' });
      });
      for (const c of cases) {
        test(c.id, async () => {
          expect(await runner.run(c, backend())).toEqual({ status: 'passed' });
        });
        test(`${c.id}, by the general cell`, async () => {
          expect(await runRecurrent(c, backend(), true)).toEqual({ status: 'passed' });
        });
      }
    });
  }
}

// Declares a test for each case of a conformance file, for one backend.
import { expect, test } from 'vitest';
import type { Backend } from '../../src/backends/backend.ts';
import { sharedText } from '../harness/shared_data.ts';
import { expectCovered } from './covered.ts';
import type { Runner, VectorCase } from './outcome.ts';

/** Cases that no layer of a recurrent model needs, by file; docs/conformance.md has the reasons. */
const notCovered: Readonly<Record<string, number>> = {
  'keras_layers_other.json': 2,
  'onnx_node_misc.json': 27,
  'webnn_misc.json': 26,
};

/** Every case passes, or says in words why it is not covered. */
export function conformanceTests<C extends VectorCase>(
  file: string,
  runner: Runner<C>,
  backend: () => Backend,
): void {
  const text = sharedText(`conformance/${file}`, `the cases of ${file}`);
  const cases: readonly C[] = text ? JSON.parse(text).cases : [];
  test.skipIf(text === undefined)('the file has cases', () => expect(cases.length).toBeGreaterThan(0));
  let uncovered = 0;
  for (const c of cases) {
    test(c.id, async (context) => {
      const outcome = await runner.run(c, backend());
      if (outcome.status === 'not covered') uncovered++;
      expectCovered(context, outcome);
    });
  }
  // After all others: a case that silently stops being run is one more.
  test.skipIf(text === undefined)(`${notCovered[file] ?? 0} cases are not covered`, () =>
    expect(uncovered).toBe(notCovered[file] ?? 0),
  );
}

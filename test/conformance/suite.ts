// Declares a test for each case of a conformance file, for one backend.
import { expect, test } from 'vitest';
import type { Backend } from '../../src/backends/backend.ts';
import { sharedText } from '../harness/shared_data.ts';
import { expectCovered } from './covered.ts';
import type { Runner, VectorCase } from './outcome.ts';

/** Every case passes, or says in words why it is not covered. */
export function conformanceTests<C extends VectorCase>(
  file: string,
  runner: Runner<C>,
  backend: () => Backend,
): void {
  const text = sharedText(`conformance/${file}`, `the cases of ${file}`);
  const cases: readonly C[] = text ? JSON.parse(text).cases : [];
  test.skipIf(text === undefined)('the file has cases', () => expect(cases.length).toBeGreaterThan(0));
  for (const c of cases) {
    test(c.id, async (context) => expectCovered(context, await runner.run(c, backend())));
  }
}

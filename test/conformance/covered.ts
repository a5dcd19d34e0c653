// What a test makes of an outcome: a case has to pass, or to say why it is not covered, which the table then repeats.
import { expect, type TestContext } from 'vitest';
import type { Outcome } from './outcome.ts';

/** `allowed` says whether a case may be uncovered at all; those that the library should compute may not. */
export function expectCovered({ task }: TestContext, outcome: Outcome, allowed = true): void {
  if (outcome.status === 'failed') expect.fail(outcome.message);
  if (outcome.status !== 'not covered') return;
  if (!allowed) expect.fail(`not covered: ${outcome.reason}`);
  expect(outcome.reason).toMatch(/\w+ \w+/);
  (task.meta as { notCovered?: string }).notCovered = outcome.reason;
}

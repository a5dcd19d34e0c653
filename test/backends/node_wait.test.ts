// A slow wait delays the GPU binding's polling only, and leaves setImmediate as it was.

import { expect, test } from 'vitest';
import { slowPolling } from '../../src/backends/webgpu/node_wait.ts';

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

test('setImmediate is the same function after nested, concurrent and failed waits', async () => {
  const original = globalThis.setImmediate;
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, 'setImmediate');
  const results = await Promise.all([
    slowPolling(() => pause(5).then(() => 1)),
    slowPolling(() => slowPolling(() => pause(1).then(() => 2))),
    slowPolling(() => Promise.reject(new Error('lost'))).catch((error: Error) => error.message),
    slowPolling((): Promise<void> => {
      throw new Error('at once');
    }).catch((error: Error) => error.message),
  ]);
  expect(results).toEqual([1, 2, 'lost', 'at once']);
  expect(globalThis.setImmediate).toBe(original);
  expect(Object.getOwnPropertyDescriptor(globalThis, 'setImmediate')).toEqual(descriptor);
});

test('everyone else keeps the full rate, and clearImmediate works', async () => {
  let turns = 0;
  await slowPolling(async () => {
    const end = performance.now() + 50;
    clearImmediate(setImmediate(() => expect.unreachable()));
    while (performance.now() < end) {
      await new Promise<void>((resolve) => setImmediate(() => resolve()));
      turns++;
    }
  });
  expect(turns).toBeGreaterThan(200);
});

test('a replacement that others installed meanwhile stays', async () => {
  const original = globalThis.setImmediate;
  const theirs = ((...args: Parameters<typeof setImmediate>) => original(...args)) as typeof setImmediate;
  try {
    await slowPolling(async () => {
      globalThis.setImmediate = theirs;
    });
    expect(globalThis.setImmediate).toBe(theirs);
  } finally {
    globalThis.setImmediate = original;
  }
});

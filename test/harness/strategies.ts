// Plans that take a given strategy for every recurrence, and fail where they could not.
import { expect } from 'vitest';
import type { Backend } from '../../src/backends/backend.ts';
import type { Limits } from '../../src/core/limits.ts';

export const strategyNames = [
  ...['sequence 1', 'sequence 2', 'sequence 4'],
  ...['register 1', 'register 2', 'register 4'],
] as const;

/** What f16 adds to them, of each kind one. */
export const halfStrategyNames = ['sequence 2 f16', 'register 2 f16'] as const;

/**
 * Steps by tiles for the cells, each with a number of rows that offers it: of each height of tiles and each way to put the
 * units side by side one, since a software adapter takes seconds for each of their pipelines.
 */
export const tileStrategies: Readonly<Record<string, { strategy: string; batch: number }>> = {
  lstm: { strategy: 'tile 32x16', batch: 18 },
  'gru, reset after': { strategy: 'tile 16x16', batch: 9 },
  simpleRNN: { strategy: 'tile 4x8', batch: 3 },
};

/** Those that a batch of N rows can take. */
export function strategiesFor(batch: number): string[] {
  return strategyNames.filter((name) => Number(name.split(' ')[1]) <= batch);
}

/**
 * Limits under which recurrences take `name`, also on devices with few registers or, by tiles, with dear barriers; what
 * else is chosen is left alone. With `register N f16` a thread has so few registers that weights are kept as halves alone.
 */
export function forcing(limits: Limits, name: string): Limits {
  const inF16 = name.endsWith('f16');
  const threadRegisters = inF16 ? 41 : 255;
  const model = { ...limits.model, registerBytes: 256 * 1024, threadRegisters };
  return {
    ...limits,
    model,
    ...(name.startsWith('tile') && { cheapBarriers: true }),
    precision: inF16 ? 'f16' : 'f32',
    tuned: { get: (key) => (isRecurrence(key) ? name : limits.tuned?.get(key)) },
  };
}

/** The same backend with these limits; it loads no plan that has chosen otherwise. */
export function forced<B extends Backend>(backend: B, name: string): B {
  return {
    ...backend,
    limits: forcing(backend.limits, name),
    // What is forced here is unknown to the backend, which would ask for another plan for ever.
    tune: async () => false,
    load(plan) {
      const chosen = plan.choices.filter((c) => isRecurrence(c.key)).map((c) => c.chosen);
      expect(new Set(chosen), `strategies of ${plan.name}`).toEqual(new Set([name]));
      return backend.load(plan);
    },
  };
}

export function isRecurrence(key: string): boolean {
  return /(forward|backward) T\d+ N\d+ H\d+/.test(key);
}

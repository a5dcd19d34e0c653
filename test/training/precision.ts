// A small language model trained with recurrent weights, or operands of products, in f16 and in f32, on any backend.
import { expect } from 'vitest';
import type { Backend } from '../../src/backends/backend.ts';
import { defaultLimits } from '../../src/core/limits.ts';
import type { CellName } from '../../src/models/language_model.ts';
import { forced, isRecurrence } from '../harness/strategies.ts';
import { smallConfig, trainSmall } from './whole_models.ts';

export interface Losses {
  f32: number[];
  f16: number[];
}

/** The losses of both, step by step; f16 by the given strategy. */
export async function trainBoth(
  backend: Backend,
  cell: CellName,
  strategy: string,
  steps: number,
): Promise<Losses> {
  const config = smallConfig({ cell, layers: 1, units: 16 });
  const train = async (name: string) => (await trainSmall(forced(backend, name), config, steps)).losses;
  return { f32: await train('step'), f16: await train(strategy) };
}

/** The losses of both, where every matrix product is computed by tiles in f32, and by this way in f16. */
export async function trainProducts(
  backend: Backend,
  cell: CellName,
  way: string,
  steps: number,
): Promise<Losses> {
  const config = smallConfig({ cell, layers: 1, units: 16 });
  const train = async (name: string) => (await trainSmall(multiplying(backend, name), config, steps)).losses;
  return { f32: await train('tiled 32'), f16: await train(way) };
}

/** The same backend with products by one way, also on devices with dear barriers; it loads no plan that has others. */
function multiplying(backend: Backend, name: string): Backend {
  const isProduct = (key: string) => key.startsWith('matmul');
  const { model } = defaultLimits;
  return {
    ...backend,
    limits: {
      ...backend.limits,
      ...{ precision: 'f16', cheapBarriers: true, model },
      tuned: { get: (key) => (isProduct(key) ? name : isRecurrence(key) ? 'step' : undefined) },
    },
    tune: async () => false,
    load(plan) {
      const chosen = plan.choices.filter((c) => isProduct(c.key)).map((c) => c.chosen);
      expect(new Set(chosen), `products of ${plan.name}`).toEqual(new Set([name]));
      return backend.load(plan);
    },
  };
}

/** Mean of the last ten. */
export function end(losses: number[]): number {
  return losses.slice(-10).reduce((sum, loss) => sum + loss, 0) / 10;
}

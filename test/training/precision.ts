// A small language model trained with recurrent weights in f16 and in f32, on any backend.
import type { Backend } from '../../src/backends/backend.ts';
import type { CellName } from '../../src/models/language_model.ts';
import { forced } from '../harness/strategies.ts';
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

/** Mean of the last ten. */
export function end(losses: number[]): number {
  return losses.slice(-10).reduce((sum, loss) => sum + loss, 0) / 10;
}

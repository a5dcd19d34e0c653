// Golden recurrent layers and language models on the GPU with all time steps in one dispatch, by each strategy; one by tiles.
import { afterAll, beforeAll, describe, test } from 'vitest';
import { type WebGpuBackend, webgpu } from '../../src/backends/webgpu/webgpu.ts';
import { goldenAttrs, goldenIds } from '../harness/golden.ts';
import { forced, strategiesFor } from '../harness/strategies.ts';
import { checkLmGolden } from './lm.ts';
import { checkRnnGolden } from './rnn.ts';

let backend: WebGpuBackend;
beforeAll(async () => {
  backend = await webgpu();
});
afterAll(() => backend?.dispose());

/** The strategies take turns, in each cell anew, so that every cell meets each of them. */
function turns(kind: string): { id: string; strategy: string }[] {
  const seen = new Map<string, number>();
  return goldenIds(kind).map((id) => {
    const { cell, batch } = goldenAttrs(id) as { cell: string; batch: number };
    const strategies = strategiesFor(batch);
    const turn = seen.get(cell) ?? 0;
    seen.set(cell, turn + 1);
    return { id, strategy: strategies[turn % strategies.length] };
  });
}

describe('golden recurrent layers, all steps in one dispatch', () => {
  for (const { id, strategy } of turns('rnn')) {
    test(`${id} by ${strategy}`, () => checkRnnGolden(id, forced(backend, strategy), 'f32'));
  }
});

describe('golden language models, all steps in one dispatch', () => {
  for (const { id, strategy } of turns('lm')) {
    test(`${id} by ${strategy}`, () => checkLmGolden(id, forced(backend, strategy), 'f32'));
  }
});

test.each(['rnn-lstm-L2-N5-T6-D3-H16-init', 'rnn-lstm-L1-bi-N4-T6-D3-H5-init-packed'])(
  '%s, each step by tiles',
  (id) => checkRnnGolden(id, forced(backend, 'tile 4x8'), 'f32'),
);

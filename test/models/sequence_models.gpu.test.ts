// Models of convolution, pooling, normalization and attention train on the GPU as they do on the CPU.
import { expect, test } from 'vitest';
import type { Backend } from '../../src/backends/backend.ts';
import { webgpu } from '../../src/backends/webgpu/webgpu.ts';
import type { Model } from '../../src/models/model.ts';
import { f64, flat } from './echo.ts';
import { answers, attentive, convolutional, prompts, sources, waves } from './sequence_models.ts';

const quiet = { verbose: 0 } as const;

async function sameOnBoth(run: (backend: Backend) => Promise<{ made: Model; values: number[] }>) {
  const backend = await webgpu();
  const results: number[][] = [];
  for (const to of [backend, f64()]) {
    const { made, values } = await run(to);
    results.push([...values, ...flat(await made.getWeights())]);
    await made.dispose();
  }
  backend.dispose();
  results[0].forEach((value, i) => {
    expect(value).toBeCloseTo(results[1][i], 4);
  });
}

test('convolution, pooling and normalization, moving averages included', () =>
  sameOnBoth(async (backend) => {
    const { x, y } = waves(7);
    const made = convolutional(backend);
    const { history } = await made.fit(x, y, { epochs: 3, batchSize: 4, shuffle: false, ...quiet });
    const { loss } = await made.evaluate(x, y);
    return { made, values: [...history.loss, loss, ...flat([await made.predict(x)])] };
  }));

test('attention over masked sources', () =>
  sameOnBoth(async (backend) => {
    const made = attentive(backend);
    const given = [sources, prompts];
    const { history } = await made.fit(given, answers, { epochs: 3, batchSize: 3, shuffle: false, ...quiet });
    return { made, values: [...history.loss, ...flat([await made.predict(given)])] };
  }));

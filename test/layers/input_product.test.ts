// A recurrent layer above an embedding: the product with the table instead of its rows gives the same numbers.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { type Builder, buildPlan } from '../../src/core/builder.ts';
import { Parameters } from '../../src/core/parameters.ts';
import type { Plan } from '../../src/core/plan.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { embedding } from '../../src/layers/embedding.ts';
import { gru } from '../../src/layers/gru.ts';
import type { Layer } from '../../src/layers/layer.ts';
import { lstm } from '../../src/layers/lstm.ts';
import { simpleRNN } from '../../src/layers/simple_rnn.ts';
import { checkGradients, seedGradient } from '../harness/gradient_check.ts';

const [T, N, V, D, H] = [6, 4, 5, 3, 4];
const ids = Uint32Array.from({ length: T * N }, (_, i) => (i * i + 3 * i) % V);
const common = { units: H, returnSequences: true, biasInitializer: 'randomNormal' } as const;

const layers: Record<string, () => Layer> = {
  lstm: () => lstm(common),
  'lstm with two biases': () => lstm({ ...common, twoBiases: true }),
  gru: () => gru(common),
  'gru, reset before': () => gru({ ...common, resetAfter: false }),
  simpleRNN: () => simpleRNN(common),
};

/** Gradients of all parameters and the output; `touch` has the rows of the table computed by reading them. */
async function run(
  make: () => Layer,
  touch: boolean,
): Promise<{ plan: Plan; values: Map<string, number[]> }> {
  const backend = cpu({ precision: 'f64' });
  const parameters = new Parameters({ seed: 5 });
  let y!: Tensor;
  const plan = buildPlan(
    { name: 'test', limits: backend.limits, parameters, training: true },
    (b: Builder) => {
      const tokens = b.input('ids', [T, N], { dtype: 'u32' });
      const x = b.scope('table', () => embedding({ inputDim: V, outputDim: D }).build(b, tokens));
      if (touch) b.output('x', x);
      y = b.scope('layer', () => make().build(b, x));
      seedGradient(b, y, b.input('upstream', y.shape));
      b.backward();
      return { y };
    },
  );
  const executable = await backend.load(plan);
  backend.write(plan.inputs.ids, ids);
  backend.write(
    plan.inputs.upstream,
    Float64Array.from({ length: T * N * H }, (_, i) => Math.sin(i)),
  );
  executable.run();
  const values = new Map<string, number[]>([['y', [...(await backend.read(y))]]]);
  for (const p of parameters.all) values.set(p.name, [...(await backend.read(parameters.gradientOf(p)))]);
  return { plan, values };
}

describe('the input product above an embedding', () => {
  for (const [name, make] of Object.entries(layers)) {
    test(`${name}: the same output and gradients with and without the looked-up rows`, async () => {
      const direct = await run(make, true);
      const through = await run(make, false);
      for (const [what, expected] of direct.values) {
        const got = through.values.get(what)!;
        for (const [i, value] of expected.entries()) expect(got[i], `${what}[${i}]`).toBeCloseTo(value, 10);
      }
      const stored = ({ plan }: { plan: Plan }) => plan.roots.some((t) => t.name === 'table/y');
      expect([stored(direct), stored(through)]).toEqual([true, false]);
    });

    test(`${name}: gradients`, () =>
      checkGradients({
        inputs: { ids },
        build(b) {
          const x = embedding({ inputDim: V, outputDim: D }).build(
            b,
            b.input('ids', [T, N], { dtype: 'u32' }),
          );
          return { outputs: [make().build(b, x)] };
        },
      }));
  }

  test('what others do with the rows adds to the gradient of the table', () =>
    checkGradients({
      inputs: { ids },
      build(b) {
        const x = embedding({ inputDim: V, outputDim: D }).build(b, b.input('ids', [T, N], { dtype: 'u32' }));
        const below = b.scope('one', () => lstm({ ...common, units: 3 }).build(b, x));
        const beside = b.scope('two', () => gru({ ...common, units: 2 }).build(b, x));
        return { outputs: [below, beside, x] };
      },
    }));

  test('a large vocabulary, and one with padding, are looked up first', () => {
    const stores = (options: { inputDim: number; paddingIndex?: number }) => {
      const plan = buildPlan(
        { name: 'test', limits: cpu().limits, parameters: new Parameters(), training: true },
        (b) => {
          const rows = embedding({ outputDim: D, ...options });
          const x = rows.build(b, b.input('ids', [T, N], { dtype: 'u32' }));
          return { y: lstm(common).build(b, x) };
        },
      );
      return plan.roots.some((t) => t.name === 'y' && t.shape.at(-1) === D);
    };
    expect(stores({ inputDim: V })).toBe(false);
    expect(stores({ inputDim: T * N })).toBe(true);
    expect(stores({ inputDim: V, paddingIndex: 0 })).toBe(true);
  });
});

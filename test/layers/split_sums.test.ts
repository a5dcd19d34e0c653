// Gradients of whole models where every product is split and biases get their gradients from products, as on large GPUs,
// against those of plain products and column sums.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { type Builder, buildPlan } from '../../src/core/builder.ts';
import { deviceModel } from '../../src/core/device_model.ts';
import { defaultLimits, type Limits } from '../../src/core/limits.ts';
import { Parameters } from '../../src/core/parameters.ts';
import type { Plan } from '../../src/core/plan.ts';
import { random } from '../../src/core/random.ts';
import { sizeOf, type Tensor } from '../../src/core/tensor.ts';
import { dense } from '../../src/layers/dense.ts';
import { embedding } from '../../src/layers/embedding.ts';
import { gru } from '../../src/layers/gru.ts';
import { lstm } from '../../src/layers/lstm.ts';
import type { RecurrentLayer, RecurrentOptions } from '../../src/layers/recurrent.ts';
import { simpleRNN } from '../../src/layers/simple_rnn.ts';
import { seedGradient } from '../harness/gradient_check.ts';

const [T, N, V, H] = [8, 18, 150, 17];
const model = deviceModel('NVIDIA H100', false);
const split: Limits = { ...defaultLimits, model: { ...model, launch: 1e-6 } };
const plain: Limits = { ...defaultLimits, cheapBarriers: false, model: deviceModel('', true) };

const layers: Record<string, (options: RecurrentOptions) => RecurrentLayer> = {
  lstm: (o) => lstm(o),
  'lstm with two biases': (o) => lstm({ ...o, twoBiases: true }),
  'gru, reset after': (o) => gru(o),
  'gru, reset before': (o) => gru({ ...o, resetAfter: false }),
  simpleRNN: (o) => simpleRNN(o),
};

interface Model {
  /** Tokens of this vocabulary: 150 are looked up, 40 have their table multiplied; features where it is left out. */
  tokens?: 40 | 150;
  tied?: boolean;
  useBias?: boolean;
  /** Applies the layers to a second input as well, so that gradients add up. */
  twice?: boolean;
  /** Parameters that get no gradient, by the end of their names. */
  frozen?: string;
}

/** The gradients of all parameters and of the features. */
async function gradients(limits: Limits, make: (typeof layers)[string], it: Model) {
  const { tokens, tied = false, useBias = true, twice = false, frozen } = it;
  const parameters = new Parameters({ seed: 3 });
  const seen: [string, Tensor][] = [];
  const plan = buildPlan({ name: 'model', limits, parameters, training: true }, (b: Builder) => {
    const into = b.gradInto.bind(b);
    if (frozen) b.gradInto = (t) => (t.name.endsWith(frozen) ? undefined : into(t));
    const table = tokens && embedding({ inputDim: tokens, outputDim: H });
    const common = { useBias, biasInitializer: 'randomNormal' } as const;
    const layer = make({ units: H, returnSequences: true, ...common });
    const head = dense({
      units: tied && tokens ? tokens : V,
      ...common,
      ...(tied && table && { tieTo: table }),
    });
    const features: Tensor[] = [];
    for (const i of twice ? [0, 1] : [0]) {
      const x = table
        ? b.scope('table', () => table.build(b, b.input(`ids ${i}`, [T, N], { dtype: 'u32' })))
        : b.input(`x ${i}`, [T, N, H], { differentiable: true });
      if (!table) features.push(x);
      const h = b.scope('layer', () => layer.build(b, x));
      const y = b.scope('head', () => head.build(b, h));
      seedGradient(b, y, b.input(`upstream ${i}`, y.shape));
    }
    b.backward();
    for (const x of features) seen.push([x.name, b.gradOf(x)!]);
    for (const p of parameters.all) seen.push([p.name, parameters.gradientOf(p)]);
  });
  const backend = cpu({ precision: 'f64', limits });
  const executable = await backend.load(plan);
  for (const t of Object.values(plan.inputs)) {
    const next = random(2, t.name);
    const value = () => (t.dtype === 'u32' ? next.below(tokens ?? 1) : next.normal());
    backend.write(t, Float64Array.from({ length: sizeOf(t.shape) }, value));
  }
  executable.run();
  const values = new Map<string, number[]>();
  for (const [name, t] of seen) values.set(name, [...(await backend.read(t))]);
  return { plan, values };
}

const count = ({ steps }: Plan, name: string) =>
  steps.filter((s) => s.kind === 'dispatch' && s.kernel.name === name).length;

async function compare(make: (typeof layers)[string], it: Model): Promise<Plan> {
  const expected = await gradients(plain, make, it);
  const { plan, values } = await gradients(split, make, it);
  expect(count(plan, 'sum_products') + count(plan, 'sum_slices')).toBeGreaterThan(0);
  for (const [name, list] of expected.values) {
    const got = values.get(name)!;
    expect(got.length).toBe(list.length);
    const worst = list.reduce((most, value, i) => Math.max(most, Math.abs(got[i] - value)), 0);
    expect(worst, name).toBeLessThan(1e-9);
  }
  return plan;
}

for (const [name, make] of Object.entries(layers)) {
  describe(name, () => {
    test.each<[string, Model]>([
      ['features', {}],
      ['features, twice', { twice: true }],
      ['tokens', { tokens: 150 }],
      ['few tokens', { tokens: 40 }],
      ['few tokens, twice, tied', { tokens: 40, twice: true, tied: true }],
      ['tied', { tokens: 150, tied: true }],
    ])('%s: the gradients of plain products', async (_, it) => {
      await compare(make, it);
    });

    test('one dispatch sums all slices, and no column sum is left', async () => {
      const plan = await compare(make, { tokens: 40 });
      expect([count(plan, 'sum_products'), count(plan, 'column_sum')]).toEqual([1, 0]);
    });

    test('without biases nothing is summed', async () => {
      const plan = await compare(make, { useBias: false });
      expect(plan.steps.some((s) => s.kind === 'dispatch' && s.params.sums > 0)).toBe(false);
    });

    test.each(['kernel', 'layer/kernel', 'recurrent_kernel', 'bias'])('frozen: %s', async (frozen) => {
      await compare(make, { frozen });
      await compare(make, { tokens: 40, frozen });
    });
  });
}

// Two recurrent layers with initial states, with or without a mask: everything that leaves a plan, for comparing strategies.
import type { Backend } from '../../src/backends/backend.ts';
import { type Builder, buildPlan } from '../../src/core/builder.ts';
import { Parameters } from '../../src/core/parameters.ts';
import { random } from '../../src/core/random.ts';
import { sizeOf, type Tensor } from '../../src/core/tensor.ts';
import { gru } from '../../src/layers/gru.ts';
import { lstm } from '../../src/layers/lstm.ts';
import type { RecurrentLayer, RecurrentOptions } from '../../src/layers/recurrent.ts';
import { simpleRNN } from '../../src/layers/simple_rnn.ts';
import { seedGradient } from '../harness/gradient_check.ts';

export const layers: Readonly<Record<string, (options: RecurrentOptions) => RecurrentLayer>> = {
  lstm: (o) => lstm(o),
  'gru, reset after': (o) => gru(o),
  'gru, reset before': (o) => gru({ ...o, resetAfter: false }),
  simpleRNN: (o) => simpleRNN(o),
};

const T = 5;
const D = 3;
const H = 11;

/** Runs a plan of two layers over N rows forward and backward; returns outputs, last states and every gradient by name. */
export async function runTwoLayers(
  backend: Backend,
  make: (options: RecurrentOptions) => RecurrentLayer,
  masked: boolean,
  N = 6,
): Promise<Map<string, number[]>> {
  const parameters = new Parameters({ seed: 5 });
  const results = new Map<string, Tensor>();
  const plan = buildPlan({ name: 'two layers', limits: backend.limits, parameters, training: true }, (b) => {
    const x = b.input('x', [T, N, D], { differentiable: true });
    const inputs = [x];
    if (masked) b.setMask(x, b.input('mask', [T, N], { dtype: 'u32' }));
    let y: Tensor = x;
    for (const l of [0, 1]) {
      const layer = make({ units: H, biasInitializer: 'randomNormal' });
      const initial = initialStates(b, layer, l, N);
      inputs.push(...initial);
      const run = b.scope(`l${l}`, () => layer.run(b, y, { initialState: initial }));
      y = run.sequence;
      run.states.forEach((state, i) => {
        results.set(`last ${l} ${i}`, state);
        seedGradient(b, state, b.input(`upstream ${l} ${i}`, state.shape));
      });
    }
    results.set('y', y);
    seedGradient(b, y, b.input('upstream', y.shape));
    b.backward();
    for (const input of inputs) results.set(`d ${input.name}`, b.gradOf(input)!);
    for (const p of parameters.all) results.set(`d ${p.name}`, parameters.gradientOf(p));
  });
  const executable = await backend.load(plan);
  for (const t of Object.values(plan.inputs)) {
    const next = random(2, t.name);
    const value = () => (t.dtype === 'u32' ? next.below(2) : Math.fround(next.normal()));
    backend.write(t, Float64Array.from({ length: sizeOf(t.shape) }, value));
  }
  executable.run();
  const values = new Map<string, number[]>();
  for (const [name, t] of results) values.set(name, Array.from(await backend.read(t)));
  executable.dispose();
  backend.release([parameters.arena, parameters.gradients]);
  return values;
}

function initialStates(b: Builder, layer: RecurrentLayer, l: number, N: number): Tensor[] {
  return Array.from({ length: layer.cell.states }, (_, i) =>
    b.input(`initial ${l} ${i}`, [N, H], { differentiable: true }),
  );
}

/** The largest difference of two results, as a part of the largest element. */
export function difference(got: number[], expected: number[]): number {
  if (got.length !== expected.length) throw new Error(`${got.length} elements, expected ${expected.length}`);
  const largest = Math.max(1e-3, ...expected.map(Math.abs));
  // NaN is as different as can be.
  const worst = (most: number, value: number, i: number) => {
    const apart = Math.abs(got[i] - value);
    return apart <= most ? most : apart >= most ? apart : Number.POSITIVE_INFINITY;
  };
  return expected.reduce(worst, 0) / largest;
}

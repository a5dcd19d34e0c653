// General cells on the GPU: outputs, states and all gradients against the CPU in f64, for every option.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Backend } from '../../src/backends/backend.ts';
import { cpu } from '../../src/backends/cpu.ts';
import { type WebGpuBackend, webgpu } from '../../src/backends/webgpu/webgpu.ts';
import { buildPlan } from '../../src/core/builder.ts';
import { Parameters } from '../../src/core/parameters.ts';
import { random } from '../../src/core/random.ts';
import { sizeOf, type Tensor } from '../../src/core/tensor.ts';
import type { RecurrentLayer } from '../../src/layers/recurrent.ts';
import { seedGradient } from '../harness/gradient_check.ts';
import { compare } from '../harness/kernel_run.ts';
import { cells } from './cells.ts';

const [T, N, D, H] = [5, 9, 6, 20];

let backend: WebGpuBackend;
beforeAll(async () => {
  backend = await webgpu();
});
afterAll(() => backend?.dispose());

/** Outputs, states and gradients of a masked run with initial states, by name. */
async function results(
  layer: RecurrentLayer,
  on: Backend,
  reverse: boolean,
): Promise<Map<string, ArrayLike<number>>> {
  const parameters = new Parameters({ seed: 3 });
  const wanted = new Map<string, Tensor>();
  const plan = buildPlan({ name: 'cell', limits: on.limits, parameters, training: true }, (b) => {
    const x = b.input('x', [T, N, D], { differentiable: true });
    b.setMask(x, b.input('mask', [T, N], { dtype: 'u32' }));
    const widths = [layer.cell.projection ?? H, H].slice(0, layer.cell.states);
    const initialState = widths.map((width, i) =>
      b.input(`initial ${i}`, [N, width], { differentiable: true }),
    );
    const { sequence, states } = layer.run(b, x, { initialState, reverse });
    for (const [i, y] of [sequence, ...states].entries()) {
      wanted.set(`y ${i}`, y);
      seedGradient(b, y, b.input(`upstream ${i}`, y.shape));
    }
    b.backward();
    for (const t of [x, ...initialState]) wanted.set(`d ${t.name}`, b.gradOf(t)!);
    for (const p of parameters.all) wanted.set(`d ${p.name}`, parameters.gradientOf(p));
  });
  const executable = await on.load(plan);
  try {
    for (const t of Object.values(plan.inputs)) {
      const next = random(5, t.name);
      const value = t.dtype === 'u32' ? () => next.below(3) && 1 : () => Math.fround(next.normal());
      on.write(t, Float64Array.from({ length: sizeOf(t.shape) }, value));
    }
    executable.run();
    const values = new Map<string, ArrayLike<number>>();
    for (const [name, t] of wanted) values.set(name, Float64Array.from(await on.read(t)));
    return values;
  } finally {
    executable.dispose();
    on.release(parameters.storage);
  }
}

describe('general cells on the GPU', () => {
  for (const [name, make] of Object.entries(cells)) {
    for (const reverse of [false, true]) {
      test(`${name}${reverse ? ', from the end' : ''}`, async () => {
        const layer = make({ units: H, biasInitializer: 'randomNormal' });
        const expected = await results(layer, cpu({ precision: 'f64', limits: backend.limits }), reverse);
        const got = await results(layer, backend, reverse);
        for (const [what, values] of expected) {
          expect(Math.max(...Array.from(values, Math.abs)), what).toBeGreaterThan(0);
          const result = compare(what, got.get(what)!, values, { sum: T * N });
          expect(result.passed, result.message).toBe(true);
        }
      });
    }
  }
});

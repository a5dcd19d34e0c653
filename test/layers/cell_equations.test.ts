// What cells with options compute, against their equations in plain loops: projections, layer normalisation, peepholes.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { buildPlan } from '../../src/core/builder.ts';
import { fromStorage, Parameters } from '../../src/core/parameters.ts';
import { random } from '../../src/core/random.ts';
import { sizeOf, type Tensor } from '../../src/core/tensor.ts';
import { gru } from '../../src/layers/gru.ts';
import { lstm } from '../../src/layers/lstm.ts';
import type { RecurrentLayer } from '../../src/layers/recurrent.ts';
import { simpleRNN } from '../../src/layers/simple_rnn.ts';
import { gruStep, lstmStep, rnnStep, type Weights } from './cell_equations.ts';

const [T, N, D, H, P] = [4, 3, 5, 6, 2];

type States = number[][];
type Step = (w: Weights, x: number[], states: States) => States;

const byLstm: Step = (w, x, [h, c]) => lstmStep(w, x, [h, c]);
const common = { units: H, biasInitializer: 'randomNormal' } as const;
const normalized = { ...common, layerNormalization: true };

const cases: Record<string, { layer: RecurrentLayer; step: Step; mask?: number }> = {
  'lstm, projection': { layer: lstm({ ...common, projection: P }), step: byLstm },
  'lstm, peephole': { layer: lstm({ ...common, peephole: true }), step: byLstm },
  'lstm, normalised': { layer: lstm(normalized), step: byLstm },
  'lstm, normalised, peephole and projection': {
    layer: lstm({ ...normalized, peephole: true, projection: P }),
    step: byLstm,
  },
  'gru, normalised': { layer: gru(normalized), step: (w, x, [h]) => [gruStep(w, x, h, true)] },
  'gru, reset before, normalised': {
    layer: gru({ ...normalized, resetAfter: false }),
    step: (w, x, [h]) => [gruStep(w, x, h, false)],
  },
  'simpleRNN, normalised': { layer: simpleRNN(normalized), step: (w, x, [h]) => [rnnStep(w, x, h)] },
};

describe('cells do what their equations say', () => {
  for (const [name, { layer, step }] of Object.entries(cases)) {
    for (const reverse of [false, true]) {
      test(`${name}${reverse ? ', from the end' : ''}`, async () => {
        const backend = cpu({ precision: 'f64' });
        const parameters = new Parameters();
        let y!: Tensor;
        const widths = [layer.cell.projection ?? H, H].slice(0, layer.cell.states);
        const plan = buildPlan({ name, limits: backend.limits, parameters }, (b) => {
          const x = b.input('x', [T, N, D]);
          const mask = b.input('mask', [T, N], { dtype: 'u32' });
          b.setMask(x, mask);
          const initialState = widths.map((width, i) => b.input(`initial ${i}`, [N, width]));
          y = layer.run(b, x, { initialState, reverse }).sequence;
        });
        const executable = await backend.load(plan);
        const next = random(9, name);
        const normal = (count: number) => Array.from({ length: count }, () => next.normal());
        const mask = Array.from({ length: T * N }, (_, i) => (i % 4 === 2 ? 0 : 1));
        const x = normal(T * N * D);
        const initial = widths.map((width) => normal(N * width));
        backend.write(plan.inputs.x, x);
        backend.write(plan.inputs.mask, mask);
        for (const [i, values] of initial.entries()) backend.write(plan.inputs[`initial ${i}`], values);
        const values = new Map<string, ArrayLike<number>>();
        for (const p of parameters.all) {
          // Gains and biases away from ones and zeros.
          backend.write(
            p,
            normal(sizeOf(p.shape)).map((v) => 0.5 * v),
          );
          values.set(p.name, fromStorage(p, await backend.read(p)));
        }
        const weights: Weights = {
          at: (of, row, col) => values.get(of)![row * parameters.get(of)!.shape.at(-1)! + col],
          has: (of) => values.has(of),
        };
        executable.run();
        const got = await backend.read(y);
        for (let row = 0; row < N; row++) {
          let states = widths.map((width, i) => initial[i].slice(row * width, (row + 1) * width));
          // Before the first valid step the output is zero, and the state as it was given.
          let begun = false;
          for (let i = 0; i < T; i++) {
            const t = reverse ? T - 1 - i : i;
            const at = t * N + row;
            begun ||= mask[at] === 1;
            if (mask[at] === 1) states = step(weights, x.slice(at * D, (at + 1) * D), states);
            for (const [j, value] of states[0].entries()) {
              const want = begun ? value : 0;
              expect(Math.abs(got[at * states[0].length + j] - want), `step ${t}`).toBeLessThan(1e-12);
            }
          }
        }
      });
    }
  }
});

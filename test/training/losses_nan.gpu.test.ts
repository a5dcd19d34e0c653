// A prediction that is not a number gives a loss that is none, on the GPU too: a broken model must be seen to be broken.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type WebGpuBackend, webgpu } from '../../src/backends/webgpu/webgpu.ts';
import { buildPlan } from '../../src/core/builder.ts';
import { Parameters } from '../../src/core/parameters.ts';
import * as losses from '../../src/training/losses.ts';

let backend: WebGpuBackend;
beforeAll(async () => {
  backend = await webgpu();
});
afterAll(() => backend?.dispose());

const M = 3;
const C = 4;

const all: readonly losses.LossFunction[] = [
  losses.meanSquaredError(),
  losses.meanAbsoluteError(),
  losses.meanAbsolutePercentageError(),
  losses.meanSquaredLogarithmicError(),
  losses.huber(),
  losses.logCosh(),
  losses.poisson(),
  losses.hinge(),
  losses.squaredHinge(),
  losses.categoricalHinge(),
  losses.cosineSimilarity(),
  losses.klDivergence(),
  losses.logKlDivergence(),
  losses.distillation(),
  losses.binaryCrossentropy(),
  losses.binaryCrossentropy({ fromLogits: false }),
  losses.binaryFocalCrossentropy(),
  losses.categoricalCrossentropy({ fromLogits: false }),
  losses.categoricalFocalCrossentropy(),
  losses.sparseCategoricalCrossentropy(),
  losses.sparseCategoricalCrossentropy({ fromLogits: false }),
  losses.categoricalGeneralizedCrossEntropy(),
  losses.negativeLogLikelihood(),
];

describe('NaN in one row of a prediction', () => {
  for (const loss of all) {
    test(`${loss.lossName} ${JSON.stringify(loss.getConfig().fromLogits ?? '')}`, async () => {
      const labelled = loss.targets === 'labels';
      // In the column of the label, so that it is looked at by all.
      const values = Float32Array.from({ length: M * C }, (_, i) =>
        i === C + 2 ? Number.NaN : 0.1 + (i % 5) / 8,
      );
      const plan = buildPlan(
        { name: 'nan', limits: backend.limits, parameters: new Parameters(), training: true },
        (b) => {
          const broken = b.state('x', [M, C], { initial: () => values });
          const x = b.activation('prediction', [M, C]);
          b.copy(broken, x);
          const target = labelled ? b.input('y', [M], { dtype: 'u32' }) : b.input('y', [M, C]);
          const made = loss.emit(b, x, target);
          b.backward();
          return { loss: made.loss, rows: made.rows, gradient: b.gradOf(x)! };
        },
      );
      const executable = await backend.load(plan);
      try {
        const hot = Array.from(values, (_, i) => (i % C === 2 ? 1 : 0));
        backend.write(plan.inputs.y, labelled ? [1, 2, 3] : hot);
        executable.run();
        expect(await backend.read(plan.outputs.loss)).toEqual(new Float32Array([Number.NaN]));
        const rows = await backend.read(plan.outputs.rows);
        expect([rows[0], rows[2]].every(Number.isFinite)).toBe(true);
        expect(rows[1]).toBeNaN();
        const gradient = Array.from(await backend.read(plan.outputs.gradient));
        expect(gradient.slice(C, 2 * C).some(Number.isNaN)).toBe(true);
      } finally {
        executable.dispose();
      }
    });
  }
});

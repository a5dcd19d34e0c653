// Regularizers and constraints: Keras' formulas, gradients, configs, and what a plan emits of them.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { type Builder, buildPlan } from '../../src/core/builder.ts';
import { OptionError, ShapeError } from '../../src/core/errors.ts';
import { fromStorage, Parameters } from '../../src/core/parameters.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import {
  type ConstraintOption,
  constraint,
  constraintConfig,
  emitConstraints,
  maxNorm,
  minMaxNorm,
  nonNeg,
} from '../../src/layers/constraints.ts';
import {
  emitPenalties,
  l1,
  l1l2,
  l2,
  penalise,
  type RegularizerOption,
  regularizer,
  regularizerConfig,
} from '../../src/layers/regularizers.ts';
import { checkGradients } from '../harness/gradient_check.ts';

const values = [0.5, -2, 3, 0, 1.5, -0.25];
const sum = (of: (w: number) => number) => values.reduce((s, w) => s + of(w), 0);

describe('regularizers', () => {
  test('give Keras sums, at once and by their configs', async () => {
    const penalties = async (which: RegularizerOption) => {
      const backend = cpu({ precision: 'f64' });
      const parameters = new Parameters();
      const plan = buildPlan({ name: 'p', limits: backend.limits, parameters }, (b) => {
        b.param('w', [2, 3], () => values, { regularizer: regularizer(which) });
        const list = emitPenalties(b);
        expect(emitPenalties(b)).toHaveLength(1);
        return { penalty: list[0] };
      });
      const executable = await backend.load(plan);
      executable.run();
      return (await backend.read(plan.outputs.penalty))[0];
    };
    expect(await penalties('l1')).toBeCloseTo(0.01 * sum(Math.abs), 12);
    expect(await penalties('l2')).toBeCloseTo(0.01 * sum((w) => w * w), 12);
    const both = l1l2({ l1: 0.3, l2: 0.2 });
    expect(await penalties(both)).toBeCloseTo(
      sum((w) => 0.3 * Math.abs(w) + 0.2 * w * w),
      12,
    );
    expect(await penalties(regularizerConfig(both))).toBe(await penalties(both));
    expect(regularizerConfig(l1(0.5))).toEqual({ className: 'L1', config: { l1: 0.5 } });
    expect(regularizerConfig(l2({ l2: 0.5 }))).toEqual({ className: 'L2', config: { l2: 0.5 } });
    expect(regularizerConfig(null)).toBeNull();
  });

  test('add their gradients to weights and outputs, those of outputs by the batch', async () => {
    await checkGradients({
      build(b) {
        const w = b.param('w', [3, 5], (next) => Array.from({ length: 15 }, () => next.normal()), {
          regularizer: l1l2({ l1: 0.3, l2: 0.2 }),
        });
        const x = b.input('x', [4, 2, 3], { differentiable: true });
        penalise(b, x, l2(0.7));
        return { losses: [...emitPenalties(b)], inputs: [x], outputs: [w] };
      },
    });
  });

  test('divide the penalty of an output by the batch, not by the steps', async () => {
    const backend = cpu({ precision: 'f64' });
    const plan = buildPlan({ name: 'p', limits: backend.limits, parameters: new Parameters() }, (b) => {
      const x = b.input('x', [4, 2, 3]);
      penalise(b, x, l1(1));
      return { penalty: emitPenalties(b)[0] };
    });
    const executable = await backend.load(plan);
    backend.write(plan.inputs.x, new Float64Array(24).fill(-1));
    executable.run();
    expect([...(await backend.read(plan.outputs.penalty))]).toEqual([12]);
  });

  test('leave frozen weights out', () => {
    const parameters = new Parameters();
    buildPlan({ name: 'p', limits: cpu().limits, parameters }, (b) => {
      const w = b.param('w', [2], () => [1, 2], { regularizer: l1(1), constraint: nonNeg() });
      parameters.setTrainable(w, false);
      expect(emitPenalties(b)).toEqual([]);
    });
  });

  test('refuse what does not exist', () => {
    expect(() => regularizer('l3' as 'l1', 'dense/kernelRegularizer')).toThrow(
      /dense\/kernelRegularizer.*no regularizer "l3"; there are l1, l2/,
    );
    expect(() => regularizer('l1l2' as 'l1')).toThrow(/give l1l2\(/);
    expect(() => regularizer(0.01 as unknown as 'l1')).toThrow(OptionError);
    expect(() => l1(-1)).toThrow(/at least 0/);
    expect(() => regularizer({ className: 'L9' })).toThrow(/L1, L2, L1L2/);
  });
});

describe('constraints', () => {
  /** Columns [3], [4] of norms 5 and 1 after the rule, in file layout. */
  async function held(
    which: ConstraintOption,
    shape: number[],
    data: number[],
    interleave = 1,
  ): Promise<number[]> {
    const backend = cpu({ precision: 'f64' });
    let weight: Tensor | undefined;
    const plan = buildPlan(
      { name: 'p', limits: backend.limits, parameters: new Parameters() },
      (b: Builder) => {
        weight = b.param('w', shape, () => data, { interleave, constraint: constraint(which) });
        emitConstraints(b);
      },
    );
    const executable = await backend.load(plan);
    executable.run();
    return Array.from(fromStorage(weight!, await backend.read(weight!)));
  }
  const close = (got: number[], want: number[]) =>
    got.forEach((value, i) => {
      expect(value).toBeCloseTo(want[i], 6);
    });

  test('maxNorm scales only what is longer, columns by default', async () => {
    close(await held('maxNorm', [2, 2], [3, 0.6, 4, 0.8]), [1.2, 0.6, 1.6, 0.8]);
    close(await held(maxNorm({ maxValue: 1, axis: 1 }), [2, 2], [3, 4, 0.1, 0]), [0.6, 0.8, 0.1, 0]);
    close(await held(maxNorm({ maxValue: 1, axis: [0, 1] }), [2, 1, 2], [3, 1, 4, 0]), [0.6, 1, 0.8, 0]);
  });

  test('unitNorm and minMaxNorm move norms up as well', async () => {
    close(await held('unitNorm', [2, 2], [3, 0.3, 4, 0.4]), [0.6, 0.6, 0.8, 0.8]);
    const half = minMaxNorm({ minValue: 1, maxValue: 2, rate: 0.5 });
    close(await held(half, [2, 2], [3, 0.3, 4, 0.4]), [2.1, 0.45, 2.8, 0.6]);
    close(await held(constraintConfig(half), [2, 2], [3, 0.3, 4, 0.4]), [2.1, 0.45, 2.8, 0.6]);
  });

  test('nonNeg leaves no weight below zero', async () => {
    expect(await held('nonNeg', [4], [-1, 2, 0, -3])).toEqual([0, 2, 0, 0]);
  });

  test('hold gates that are stored side by side as those of files', async () => {
    const data = Array.from({ length: 24 }, (_, i) => ((i * 7) % 11) - 5);
    for (const axis of [0, 1]) {
      const rule = maxNorm({ maxValue: 2, axis });
      close(await held(rule, [3, 8], data, 4), await held(rule, [3, 8], data));
    }
  });

  test('refuse axes and names that do not exist', async () => {
    await expect(held(maxNorm({ axis: 2 }), [2, 2], [1, 2, 3, 4])).rejects.toThrow(ShapeError);
    await expect(held(maxNorm({ axis: [0, 2] }), [2, 2, 1], [1, 2, 3, 4])).rejects.toThrow(/neighbours/);
    expect(() => constraint('max' as 'maxNorm')).toThrow(/maxNorm, minMaxNorm, nonNeg, unitNorm/);
    expect(() => minMaxNorm({ minValue: 3 })).toThrow(OptionError);
  });
});

// Weights of samples where the loss takes a whole sequence as one row.
import { expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { OptionError, ShapeError } from '../../src/core/errors.ts';
import { crf } from '../../src/layers/crf.ts';
import { dense } from '../../src/layers/dense.ts';
import { input } from '../../src/layers/symbolic.ts';
import { sequential } from '../../src/models/sequential.ts';
import { crfLoss, ctc } from '../../src/training/losses.ts';

const T = 3;
const x = Array.from({ length: 2 }, (_, n) => Array.from({ length: T }, (_, t) => [Math.sin(1 + n + t)]));

test.each(['ctc', 'crf'] as const)(
  '%s takes one weight a sample, not one a step or a label',
  async (kind) => {
    const model = sequential([
      input({ shape: [T, 1] }),
      dense({ units: 3 }),
      ...(kind === 'crf' ? [crf()] : []),
    ]);
    model.compile({ optimizer: 'sgd', loss: kind === 'crf' ? crfLoss() : ctc(), backend: cpu() });
    const y = [
      [1, 2, 1],
      [2, 1, 2],
    ];
    const loss = async (sampleWeight: unknown) =>
      ((await model.evaluate(x, y, { sampleWeight } as never)) as { loss: number }).loss;
    const [first, second] = [await loss([1, 0]), await loss([0, 1])];
    expect(await loss([2, 3])).toBeCloseTo(2 * first + 3 * second, 4);
    const perStep = [
      [1, 2, 3],
      [1, 2, 3],
    ];
    await expect(loss(perStep)).rejects.toThrow(ShapeError);
    await expect(loss(perStep)).rejects.toThrow(
      /expected \[2\] = \[N\].*whole sequence as one row, got \[2, 3\]/,
    );
    await expect(model.fit(x, y, { classWeight: { 0: 1, 1: 1, 2: 1 } })).rejects.toThrow(OptionError);
    await model.dispose();
  },
);

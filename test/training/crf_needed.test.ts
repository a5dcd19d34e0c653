// Tags of a crf layer under another loss: the message names the loss that fits.
import { expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { buildPlan } from '../../src/core/builder.ts';
import { Parameters } from '../../src/core/parameters.ts';
import { crf } from '../../src/layers/crf.ts';
import { sparseCategoricalCrossentropy } from '../../src/training/losses/classes.ts';
import { meanSquaredError } from '../../src/training/losses/values.ts';

test('another loss than crf is refused', () => {
  for (const loss of [meanSquaredError(), sparseCategoricalCrossentropy()]) {
    const dtype = loss.targets === 'labels' ? 'u32' : 'f32';
    const plan = () =>
      buildPlan({ name: 'plan', limits: cpu().limits, parameters: new Parameters({ seed: 1 }) }, (b) => {
        loss(b, crf().build(b, b.input('x', [3, 2, 4])), b.input('y', [3, 2], { dtype }));
      });
    expect(plan).toThrow(/the tags of a crf layer need the loss 'crf'/);
  }
});

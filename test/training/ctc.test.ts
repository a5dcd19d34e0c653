// Connectionist temporal classification: against all paths, gradients by differences, lengths, decoding, what is refused.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { type Builder, buildPlan } from '../../src/core/builder.ts';
import { OptionError, ShapeError } from '../../src/core/errors.ts';
import { Parameters } from '../../src/core/parameters.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { applyActivation } from '../../src/layers/activation.ts';
import { bidirectional } from '../../src/layers/bidirectional.ts';
import { dense } from '../../src/layers/dense.ts';
import { lstm } from '../../src/layers/lstm.ts';
import { sequential } from '../../src/models/sequential.ts';
import { type CtcOptions, ctc, ctcBeamSearch, ctcGreedyDecode, ctcRows } from '../../src/training/losses.ts';
import { adam } from '../../src/training/optimizers.ts';
import { checkGradients } from '../harness/gradient_check.ts';

const T = 5;
const N = 4;
const C = 3;
const S = 2;

const logits = Float64Array.from({ length: T * N * C }, (_, i) => Math.sin(2.9 * i) * 2);
/** Different labels, a repetition, one label, none. */
const targets = [1, 2, 1, 1, 2, 0, 0, 0];
const labelsOf = (n: number) => targets.slice(n * S, (n + 1) * S).filter((label) => label !== 0);
const mask = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 0, 1, 0, 1, 0, 1];

function probabilities(t: number, n: number): number[] {
  const row = Array.from(logits.subarray((t * N + n) * C, (t * N + n + 1) * C));
  const sum = row.reduce((a, x) => a + Math.exp(x), 0);
  return row.map((x) => Math.exp(x) / sum);
}

const collapsed = (path: readonly number[]) =>
  path.filter((label, t) => label !== 0 && label !== path[t - 1]).join(' ');

/** The probability of each label sequence, over all paths of that many steps. */
function allPaths(n: number, steps: number): Map<string, number> {
  let paths: [number[], number][] = [[[], 1]];
  for (let t = 0; t < steps; t++) {
    const p = probabilities(t, n);
    paths = paths.flatMap(([path, weight]) =>
      p.map((chance, label): [number[], number] => [[...path, label], weight * chance]),
    );
  }
  const found = new Map<string, number>();
  for (const [path, weight] of paths) found.set(collapsed(path), (found.get(collapsed(path)) ?? 0) + weight);
  return found;
}

const stepsOf = (n: number, masked: boolean) =>
  masked ? mask.filter((_, i) => i % N === n).reduce((a, c) => a + c, 0) : T;

async function run(options: CtcOptions, masked = false): Promise<{ loss: number; rows: number[] }> {
  const backend = cpu({ precision: 'f64' });
  const inputs: [Tensor, ArrayLike<number>][] = [];
  const plan = buildPlan({ name: 'ctc', limits: backend.limits, parameters: new Parameters() }, (b) => {
    const x = b.input('x', [T, N, C]);
    const y = b.input('y', [N, S], { dtype: 'u32' });
    inputs.push([x, logits], [y, targets]);
    if (masked) {
      const t = b.input('mask', [T, N], { dtype: 'u32' });
      inputs.push([t, mask]);
      b.setMask(x, t);
    }
    const { loss, rows } = ctcRows(b, x, y, options);
    return { loss, rows };
  });
  const executable = await backend.load(plan);
  for (const [t, values] of inputs) backend.write(t, values);
  executable.run();
  return {
    loss: (await backend.read(plan.outputs.loss))[0],
    rows: Array.from(await backend.read(plan.outputs.rows)),
  };
}

describe('against all paths', () => {
  for (const masked of [false, true]) {
    test(`losses, ${masked ? 'masked' : 'whole'}`, async () => {
      const { rows, loss } = await run({}, masked);
      const expected = rows.map(
        (_, n) => -Math.log(allPaths(n, stepsOf(n, masked)).get(labelsOf(n).join(' ')) ?? 0),
      );
      rows.forEach((row, n) => {
        if (Number.isFinite(expected[n])) expect(row).toBeCloseTo(expected[n], 10);
        else expect(row).toBe(Number.POSITIVE_INFINITY);
      });
      if (!masked) expect(loss).toBeCloseTo(expected.reduce((a, c) => a + c, 0) / N, 10);
    });
  }

  test('too few steps for the labels count as nothing where asked', async () => {
    // Sequence 2 has two steps, sequence 0 four: all are possible but for what repeats.
    const { rows } = await run({ zeroInfinity: true }, true);
    expect(rows.every(Number.isFinite)).toBe(true);
  });

  test('losses by label', async () => {
    const [each, plain] = [await run({ perLabel: true }), await run({})];
    each.rows.forEach((row, n) => {
      expect(row).toBeCloseTo(plain.rows[n] / Math.max(labelsOf(n).length, 1), 10);
    });
  });
});

describe('gradients by differences', () => {
  const cases: Record<string, CtcOptions> = {
    plain: {},
    sum: { reduction: 'sum' },
    'by label': { perLabel: true },
    'the last class is the blank': { blank: 2, padding: -1 },
  };
  for (const [name, options] of Object.entries(cases)) {
    test(name, () =>
      checkGradients({
        inputs: {
          y: name.startsWith('the last') ? [1, 0, 1, 1, 0, 4294967295, 4294967295, 4294967295] : targets,
        },
        build(b) {
          const x = b.input('x', [T, N, C], { differentiable: true });
          return { loss: ctc(options)(b, x, b.input('y', [N, S], { dtype: 'u32' })), inputs: [x] };
        },
      }),
    );
  }

  test('masked, weighted, behind a softmax', () =>
    checkGradients({
      inputs: { y: targets, mask, weights: [1, 0.5, 2, 3] },
      build(b) {
        const x = b.input('x', [T, N, C], { differentiable: true });
        b.setMask(x, b.input('mask', [T, N], { dtype: 'u32' }));
        const y = b.input('y', [N, S], { dtype: 'u32' });
        const sampleWeight = b.input('weights', [N]);
        const prediction = applyActivation(b, x, 'softmax');
        const loss = ctc({ zeroInfinity: true }).emit(b, prediction, y, { sampleWeight, weight: 0.3 });
        return { loss: loss.loss, inputs: [x] };
      },
    }));
});

describe('decoding', () => {
  /** The scores of sequence n alone, batch-major. */
  const scoresOf = (n: number) => ({
    shape: [1, T, C],
    data: Array.from({ length: T }, (_, t) =>
      Array.from(logits.subarray((t * N + n) * C, (t * N + n + 1) * C)),
    ).flat(),
  });

  test('greedily: the best class of each step, repetitions as one, without blanks', () => {
    for (let n = 0; n < N; n++) {
      const path = Array.from({ length: T }, (_, t) =>
        probabilities(t, n).indexOf(Math.max(...probabilities(t, n))),
      );
      expect(ctcGreedyDecode(scoresOf(n))[0].join(' ')).toBe(collapsed(path));
    }
  });

  test('by beams: the label sequence of the most probable paths together', () => {
    for (let n = 0; n < N; n++) {
      const [best] = [...allPaths(n, T)].sort((a, c) => c[1] - a[1]);
      expect(ctcBeamSearch(scoresOf(n))[0].join(' ')).toBe(best[0]);
    }
  });

  test('no further than the lengths', () => {
    expect(ctcGreedyDecode(scoresOf(0), { lengths: [0] })).toEqual([[]]);
    expect(ctcBeamSearch(scoresOf(0), { lengths: [0] })).toEqual([[]]);
    const [best] = [...allPaths(0, 2)].sort((a, c) => c[1] - a[1]);
    expect(ctcBeamSearch(scoresOf(0), { lengths: [2] })[0].join(' ')).toBe(best[0]);
  });
});

describe('what is refused', () => {
  test('options and tensors that do not fit', () => {
    const build = (body: (b: Builder) => void) => () =>
      buildPlan({ name: 'refused', limits: cpu().limits, parameters: new Parameters() }, body);
    expect(() => ctc({ blank: -1 })).toThrow(OptionError);
    expect(() => ctc({ padding: 0.5 })).toThrow(/32-bit integer/);
    expect(() => ctc({ zero_infinity: true } as never)).toThrow(/has no option zero_infinity/);
    const labels = (b: Builder, shape: number[]) => b.input('y', shape, { dtype: 'u32' });
    expect(build((b) => void ctc()(b, b.input('x', [T, N, C]), labels(b, [S, N])))).toThrow(
      /expected label sequences \[4, S\] of u32 for predictions \[4, 5, 3\], got u32 \[2, 4\]/,
    );
    expect(build((b) => void ctc({ blank: C })(b, b.input('x', [T, N, C]), labels(b, [N, S])))).toThrow(
      /is class 3, but predictions have 3 classes/,
    );
    expect(() => ctcGreedyDecode({ shape: [2, 3], data: [1, 2, 3, 4, 5, 6] })).toThrow(ShapeError);
    expect(() => ctcBeamSearch({ shape: [1, 1, 2], data: [1, 2] }, { beams: 0 })).toThrow(/positive integer/);
  });
});

test('a model learns label sequences without an alignment, and they are read off its predictions', async () => {
  const model = sequential([
    bidirectional({ layer: lstm({ units: 8, returnSequences: true }) }),
    dense({ units: 4 }),
  ]);
  model.compile({ optimizer: adam({ learningRate: 0.03 }), loss: 'ctc', backend: cpu(), seed: 1 });
  // One pulse a label, at different steps.
  const labels = [[1, 2], [3], [2, 2], [3, 1], [1], [2, 3]];
  const steps = 8;
  const x = labels.map((sequence, n) =>
    Array.from({ length: steps }, (_, t) => {
      const at = sequence.findIndex((_, i) => t === 1 + (n % 2) + 4 * i);
      return [0, 1, 2].map((c) => (at >= 0 && sequence[at] === c + 1 ? 1 : 0));
    }),
  );
  const y = labels.map((sequence) => [...sequence, 0].slice(0, 2));
  const { history } = await model.fit(x, y, { epochs: 150, batchSize: 6, verbose: 0 });
  expect(history.loss.at(-1)).toBeLessThan(0.05 * history.loss[0]);
  const scores = await model.predict(x);
  if (Array.isArray(scores)) throw new Error('one output was expected');
  expect(ctcGreedyDecode(scores)).toEqual(labels);
  expect(ctcBeamSearch(scores, { beams: 10 })).toEqual(labels);
});

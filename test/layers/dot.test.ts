// The dot layer: sums along any pair of axes, gradients, and what is refused.
import { expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { OptionError, ShapeError } from '../../src/core/errors.ts';
import { dot } from '../../src/layers/dot.ts';
import { checkGradients } from '../harness/gradient_check.ts';
import { runLayer } from '../harness/layer_run.ts';

const size = (shape: readonly number[]) => shape.reduce((a, c) => a * c, 1);
const numbers = (shape: number[], first: number) => ({
  shape,
  data: Array.from({ length: size(shape) }, (_, i) => Math.sin(first + 1.3 * i)),
});

for (const [left, right, axes, shape] of [
  [[2, 3, 4], [2, 5, 4], 2, [2, 3, 5]],
  [[2, 3, 4], [2, 3, 5], 1, [2, 4, 5]],
  [
    [2, 3, 4],
    [2, 5, 3],
    [1, 2],
    [2, 4, 5],
  ],
  [
    [2, 3, 4],
    [2, 4],
    [2, 1],
    [2, 3],
  ],
  [
    [2, 4],
    [2, 3, 4],
    [-1, -1],
    [2, 3],
  ],
  [[2, 4], [2, 4], 1, [2, 1]],
] as [number[], number[], number | [number, number], number[]][]) {
  test(`[${left}] and [${right}] along ${axes}`, async () => {
    const [x, z] = [numbers(left, 0.4), numbers(right, 2)];
    const { outputs } = await runLayer(dot({ axes }), [x, z], cpu({ precision: 'f64' }));
    expect(outputs[0].shape).toEqual(shape);
    const at = (list: number[], place: number[], data: number[]) =>
      data[place.reduce((sum, i, k) => sum * list[k] + i, 0)];
    const [ax, az] = typeof axes === 'number' ? [axes, axes] : axes;
    const [kx, kz] = [ax < 0 ? ax + left.length : ax, az < 0 ? az + right.length : az];
    const place = (rank: number, n: number, k: number, i: number, rest: number) =>
      rank === 2 ? [n, i] : k === 1 ? [n, i, rest] : [n, rest, i];
    const [m, n] = [left.length === 3 ? left[3 - kx] : 1, right.length === 3 ? right[3 - kz] : 1];
    for (let s = 0; s < 2; s++) {
      for (let r = 0; r < m; r++) {
        for (let c = 0; c < n; c++) {
          let sum = 0;
          for (let i = 0; i < left[kx]; i++) {
            const a = at(left, place(left.length, s, kx, i, r), x.data);
            sum += a * at(right, place(right.length, s, kz, i, c), z.data);
          }
          expect(outputs[0].data[(s * m + r) * n + c]).toBeCloseTo(sum, 10);
        }
      }
    }
  });

  test(`gradients of [${left}] and [${right}] along ${axes}`, () =>
    checkGradients({
      build(b) {
        // Time first inside.
        const stored = (s: number[]) => (s.length === 3 ? [s[1], s[0], s[2]] : s);
        const x = b.input('x', stored(left), { differentiable: true });
        const z = b.input('z', stored(right), { differentiable: true });
        return { inputs: [x, z], outputs: [dot({ axes }).build(b, x, z), dot({ axes }).build(b, x, z)] };
      },
    }));
}

test('refuses the batch, other lengths, other ranks and axes that are none', async () => {
  const run = (axes: number, a: number[], c: number[]) =>
    runLayer(dot({ axes }), [numbers(a, 0), numbers(c, 0)], cpu());
  await expect(run(0, [2, 3], [2, 3])).rejects.toThrow(/besides the batch/);
  await expect(run(1, [2, 3], [2, 4])).rejects.toThrow(/\[2, 3\] and \[2, 4\]/);
  await expect(run(1, [2, 3, 4, 5], [2, 3])).rejects.toThrow(ShapeError);
  expect(() => dot({} as never)).toThrow(OptionError);
  expect(() => dot({ axes: [1, 2, 3] as never })).toThrow(OptionError);
  expect(dot({ axes: [1, 2] }).getConfig!()).toMatchObject({ axes: [1, 2] });
});

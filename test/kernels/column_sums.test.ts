// Products that sum the columns of b on their way, split or not, and sums of slices that wait for each other.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { type Builder, buildPlan } from '../../src/core/builder.ts';
import { deviceModel } from '../../src/core/device_model.ts';
import { ShapeError } from '../../src/core/errors.ts';
import { defaultLimits, type Limits } from '../../src/core/limits.ts';
import { Parameters } from '../../src/core/parameters.ts';
import { random } from '../../src/core/random.ts';
import { sizeOf, type Tensor } from '../../src/core/tensor.ts';
import { columnSum } from '../../src/kernels/column_sum.ts';
import { type MatmulOptions, matmul } from '../../src/kernels/matmul.ts';

const [m, n, k] = [20, 9, 200];
const model = deviceModel('NVIDIA H100', false);
/** Dispatches that cost nothing, so that the cost model splits what it can, or so much that it splits nothing. */
const split: Limits = { ...defaultLimits, model: { ...model, launch: 1e-6 } };
const whole: Limits = { ...defaultLimits, model: { ...model, launch: 1e6 } };
const software: Limits = { ...defaultLimits, cheapBarriers: false, model: deviceModel('', true) };

interface Case {
  biasFirst?: boolean;
  accumulate?: 0 | 1;
  /** Emits more backward steps. */
  after?: (b: Builder, product: MatmulOptions, dW: Tensor) => void;
  /** How often the product is in dW then. */
  times?: number;
}

/** The gradients of y = x·W + b as a plan leaves them, compared with plain sums; `kernels` are the plan's steps. */
async function check(limits: Limits, kernels: string[], it: Case = {}): Promise<void> {
  const { biasFirst = false, accumulate = 0, after, times = 1 } = it;
  const parameters = new Parameters();
  const zeros = (length: number) => () => new Float64Array(length);
  const plan = buildPlan({ name: 'sums', limits, parameters, training: true }, (b) => {
    const x = b.input('x', [k, m]);
    const dy = b.input('dy', [k, n]);
    if (biasFirst) b.param('bias', [n], zeros(n));
    const weights = b.param('kernel', [m, n], zeros(m * n));
    const bias = b.param('bias', [n], zeros(n));
    b.onBackward(() => {
      const dW = b.gradInto(weights)!.tensor;
      const product: MatmulOptions = {
        a: { tensor: x, rows: k, cols: m, transposed: true },
        b: { tensor: dy, rows: k, cols: n },
        c: { tensor: dW, rows: m, cols: n },
      };
      matmul(b, { ...product, accumulate, sums: { tensor: b.gradInto(bias)!.tensor, accumulate } });
      after?.(b, product, dW);
    });
    b.backward();
  });
  expect(plan.steps.map((s) => (s.kind === 'dispatch' ? s.kernel.name : s.kind))).toEqual(kernels);

  const backend = cpu({ precision: 'f64', limits });
  const executable = await backend.load(plan);
  const next = random(1, 'sums');
  const normal = (length: number) => Float64Array.from({ length }, () => next.normal());
  const [x, dy] = [normal(k * m), normal(k * n)];
  const before = normal(parameters.size);
  backend.write(plan.inputs.x, x);
  backend.write(plan.inputs.dy, dy);
  backend.write(parameters.gradients, before);
  executable.run();
  const compare = async (name: string, sums: (i: number) => number) => {
    const gradient = parameters.gradientOf(parameters.get(name)!);
    const got = await backend.read(gradient);
    expect(got.length).toBe(sizeOf(gradient.shape));
    for (const [i, value] of got.entries()) {
      const old = accumulate === 1 ? before[gradient.offset + i] : 0;
      expect(value, `d ${name}[${i}]`).toBeCloseTo(old + sums(i), 9);
    }
  };
  const sum = (term: (row: number) => number) => {
    let total = 0;
    for (let row = 0; row < k; row++) total += term(row);
    return total;
  };
  await compare('bias', (col) => sum((row) => dy[row * n + col]));
  await compare(
    'kernel',
    (i) => times * sum((row) => x[row * m + Math.floor(i / n)] * dy[row * n + (i % n)]),
  );
}

test('a product that is not split writes the sums behind c', () => check(whole, ['matmul_tiled']));

test('a split product has them as one more row of its slices', () =>
  check(split, ['matmul_tiled', 'sum_products']));

test('both add where they are told to', async () => {
  await check(whole, ['matmul_tiled'], { accumulate: 1 });
  await check(split, ['matmul_tiled', 'sum_products'], { accumulate: 1 });
});

test('sums that lie before c, and those of software adapters, have a kernel of their own', async () => {
  await check(whole, ['matmul_tiled', 'column_sum', 'sum_slices'], { biasFirst: true });
  await check(split, ['matmul_tiled', 'column_sum', 'sum_products'], { biasFirst: true });
  await check(software, ['matmul_register', 'column_sum', 'sum_slices']);
});

test('slices of the same gradient are added one after the other', () =>
  check(split, ['matmul_tiled', 'matmul_tiled', 'sum_products', 'sum_slices'], {
    after: (b, product) => matmul(b, { ...product, accumulate: 1 }),
    times: 2,
  }));

test('slices are added before anybody touches the gradient', () =>
  check(split, ['matmul_tiled', 'sum_products', 'copy'], {
    after: (b, _, dW) => b.copy(dW, b.scratch('seen', dW.shape)),
  }));

test('sums of a transposed b are refused', () =>
  expect(() =>
    buildPlan({ name: 'sums', limits: whole, parameters: new Parameters() }, (b) => {
      const t = b.scratch('t', [2 * m * m]);
      const square = { tensor: t, rows: m, cols: m };
      const right = { tensor: b.scratch('right', [m, m]), rows: m, cols: m, transposed: true };
      const sums = { tensor: b.view(t, m * m, [m]), accumulate: 0 } as const;
      matmul(b, { a: { ...square, tensor: b.scratch('left', [m, m]) }, b: right, c: square, sums });
    }),
  ).toThrow(ShapeError));

describe('sums that go to a second place as well', () => {
  const rows = 2000;
  const cols = 6;
  const run = async (limits: Limits, kernels: string[], accumulate: 0 | 1) => {
    const parameters = new Parameters();
    const plan = buildPlan({ name: 'twice', limits, parameters, training: true }, (b) => {
      const source = b.input('source', [rows, cols]);
      const bias = b.param('bias', [2, cols], () => new Float64Array(2 * cols));
      b.onBackward(() => {
        const gradient = b.gradInto(bias)!.tensor;
        const [to, again] = [b.view(gradient, 0, [cols]), b.view(gradient, cols, [cols - 2])];
        columnSum(b, { source, to, again, rows, cols, accumulate });
      });
      b.backward();
    });
    expect(plan.steps.map((s) => (s.kind === 'dispatch' ? s.kernel.name : s.kind))).toEqual(kernels);
    const backend = cpu({ precision: 'f64', limits });
    const executable = await backend.load(plan);
    const next = random(1, 'twice');
    const source = Float64Array.from({ length: rows * cols }, () => next.normal());
    const before = Float64Array.from({ length: 2 * cols }, () => next.normal());
    const gradient = parameters.gradientOf(parameters.get('bias')!);
    backend.write(plan.inputs.source, source);
    backend.write(gradient, before);
    executable.run();
    const got = await backend.read(gradient);
    for (let i = 0; i < 2 * cols; i++) {
      const sum = source.reduce((all, x, at) => all + (at % cols === i % cols ? x : 0), 0);
      const expected = i >= 2 * cols - 2 ? before[i] : sum + accumulate * before[i];
      expect(got[i], `${i}`).toBeCloseTo(expected, 9);
    }
  };

  test.each([0, 1] as const)(
    'in one dispatch, or with the slices of both (accumulate %i)',
    async (accumulate) => {
      await run(software, ['column_sum'], accumulate);
      await run(split, ['column_sum', 'sum_products'], accumulate);
    },
  );

  test('lie behind the first, in one storage, and are not more', () => {
    const emit = (at: number, count: number) =>
      buildPlan({ name: 'twice', limits: software, parameters: new Parameters() }, (b) => {
        const sums = b.scratch('sums', [40]);
        const [to, again] = [b.view(sums, 8, [cols]), b.view(sums, at, [count])];
        columnSum(b, { source: b.scratch('source', [3, cols]), to, again, rows: 3, cols });
      });
    expect(() => emit(8 + cols, cols)).not.toThrow();
    for (const [at, count] of [
      [0, cols],
      [12, cols],
      [20, cols + 1],
    ]) {
      expect(() => emit(at, count)).toThrow(
        /the sums of 6 columns go to sums, and of \d of them again to sums/,
      );
    }
  });
});

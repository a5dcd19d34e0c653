// Operators of other formats, each made of operations that the library's layers are made of.
import type { Backend } from '../../src/backends/backend.ts';
import { type Builder, buildPlan } from '../../src/core/builder.ts';
import { Parameters } from '../../src/core/parameters.ts';
import { sizeOf, type Tensor } from '../../src/core/tensor.ts';
import { columnSum } from '../../src/kernels/column_sum.ts';
import { embeddingForward } from '../../src/kernels/embedding_forward.ts';
import { stridedCopy, stridesOf } from '../../src/kernels/strided_copy.ts';
import { type ActivationName, applyActivation } from '../../src/layers/activation.ts';
import { broadcast, joined, permuted, sliced } from '../../src/layers/movements.ts';
import {
  added,
  larger,
  multiplied,
  product,
  scaled,
  smaller,
  subtracted,
} from '../../src/layers/operations.ts';
import { numbersOf, type Outcome, type VectorTensor } from './outcome.ts';

/** Why a case is not run; thrown while its plan is built. */
export class NotCovered extends Error {}

/** A tensor of a case in the plan; its numbers are known where it is an input. */
export interface Operand {
  readonly tensor: Tensor;
  readonly value?: VectorTensor;
}

/** Numbers of a case as an input of the plan, in their own shape; made when an operator asks for the tensor. */
export function operand(b: Builder, name: string, value: VectorTensor): Operand {
  const numbers = numbersOf(value);
  let made: Tensor | undefined;
  return {
    value,
    get tensor() {
      made ??= b.input(name, value.shape, { initial: () => numbers });
      return made;
    },
  };
}

/** Runs what `emit` builds and compares what it returns with `expected`, by name. */
export async function evaluated(
  backend: Backend,
  expected: Readonly<Record<string, VectorTensor>>,
  emit: (b: Builder) => Readonly<Record<string, Tensor>>,
  compare: (name: string, got: ArrayLike<number>, want: VectorTensor) => Outcome,
): Promise<Outcome> {
  const parameters = new Parameters();
  let plan: ReturnType<typeof buildPlan>;
  try {
    plan = buildPlan({ name: 'operator', limits: backend.limits, parameters }, emit);
  } catch (error) {
    if (error instanceof NotCovered) return { status: 'not covered', reason: error.message };
    throw error;
  }
  const executable = await backend.load(plan);
  try {
    executable.run();
    for (const [name, want] of Object.entries(expected)) {
      const outcome = compare(name, await backend.read(plan.outputs[name]), want);
      if (outcome.status !== 'passed') return outcome;
    }
    return { status: 'passed' };
  } finally {
    executable.dispose();
    backend.release(parameters.storage);
  }
}

export function activated(
  b: Builder,
  x: Tensor,
  kind: ActivationName,
  options: { alpha?: number; beta?: number } = {},
): Tensor {
  return b.view(applyActivation(b, flat(b, x), kind, options), 0, x.shape);
}

/** relu(x) + slope∘(x - relu(x)); the slope has the last axes of x, or, where it does not fit these, its second. */
export function slopedLeft(b: Builder, x: Tensor, slope: Tensor): Tensor {
  const lastFits = slope.shape.every((n, k) => {
    const own = x.shape[x.shape.length - slope.shape.length + k];
    return n === own || n === 1;
  });
  const shape = lastFits ? slope.shape : [...slope.shape, ...x.shape.slice(2).map(() => 1)];
  const right = activated(b, x, 'relu');
  const slopes = repeatedTo(b, b.view(slope, 0, shape), x.shape);
  return added(b, right, multiplied(b, subtracted(b, x, right), slopes));
}

export function softmaxAlong(b: Builder, x: Tensor, axis: number, logarithm: boolean): Tensor {
  const [outer, n, inner] = around(x, axis);
  const last = permuted(b, b.view(x, 0, [outer, n, inner]), [0, 2, 1]);
  const y = applyActivation(b, last, logarithm ? 'logSoftmax' : 'softmax');
  return b.view(permuted(b, y, [0, 2, 1]), 0, x.shape);
}

/** Rows of x along an axis, by the lookup of embeddings; negative indices count from the end. */
export function gathered(b: Builder, x: Tensor, axis: number, indices: VectorTensor): Tensor {
  const [outer, n, inner] = around(x, axis);
  const places = numbersOf(indices).map((i) => (i < 0 ? i + n : i));
  const ids = b.input('indices as ids', [places.length], { dtype: 'u32', initial: () => places });
  const table = b.view(permuted(b, b.view(x, 0, [outer, n, inner]), [1, 0, 2]), 0, [n, outer * inner]);
  const y = b.activation('rows', [places.length, outer, inner]);
  embeddingForward(b, { ids, table, y });
  const at = axis < 0 ? axis + x.shape.length : axis;
  const shape = [...x.shape.slice(0, at), ...indices.shape, ...x.shape.slice(at + 1)];
  return b.view(permuted(b, y, [1, 0, 2]), 0, shape);
}

/** a·b over the last two axes, of all pairs of matrices that their other axes, repeated, give. */
export function matrixProduct(b: Builder, left: Tensor, right: Tensor): Tensor {
  const x = left.shape.length === 1 ? [1, ...left.shape] : [...left.shape];
  const y = right.shape.length === 1 ? [...right.shape, 1] : [...right.shape];
  const [M, K] = x.slice(-2);
  const N = y[y.length - 1];
  const rank = Math.max(x.length, y.length) - 2;
  const outer = (shape: number[]) => [
    ...Array.from({ length: rank - (shape.length - 2) }, () => 1),
    ...shape.slice(0, -2),
  ];
  const xs = outer(x);
  const ys = outer(y);
  const batch = xs.map((n, k) => Math.max(n, ys[k]));
  const shape = [...batch, ...(left.shape.length === 1 ? [] : [M]), ...(right.shape.length === 1 ? [] : [N])];
  const parts = Array.from({ length: sizeOf(batch) }, (_, i) => {
    const place = (own: number[]) =>
      batch.reduce((at, n, k) => {
        const index = Math.floor(i / sizeOf(batch.slice(k + 1))) % n;
        return at * own[k] + (own[k] === 1 ? 0 : index);
      }, 0);
    const a = b.view(left, place(xs) * M * K, [M, K]);
    const w = b.view(right, place(ys) * K * N, [K, N]);
    return b.view(product(b, a, w), 0, [1, M * N]);
  });
  return b.view(parts.length === 1 ? parts[0] : joined(b, parts, 0), 0, shape);
}

export function concatenated(b: Builder, inputs: readonly Tensor[], axis: number): Tensor {
  const [first] = inputs;
  const at = axis < 0 ? axis + first.shape.length : axis;
  const parts = inputs.map((x) => b.view(x, 0, around(x, at)));
  const length = parts.reduce((sum, x) => sum + x.shape[1], 0);
  const shape = first.shape.map((n, k) => (k === at ? length : n));
  return b.view(joined(b, parts, 1), 0, shape);
}

/** Any number of axes, as long as at most four are longer than 1. */
export function transposed(b: Builder, x: Tensor, permutation?: readonly number[]): Tensor {
  const order = permutation ?? [...x.shape.keys()].reverse();
  const long = [...x.shape.keys()].filter((k) => x.shape[k] > 1);
  const turned = order.filter((k) => long.includes(k)).map((k) => long.indexOf(k));
  const y = permuted(
    b,
    b.view(
      x,
      0,
      long.map((k) => x.shape[k]),
    ),
    turned,
  );
  return b.view(
    y,
    0,
    order.map((k) => x.shape[k]),
  );
}

export function part(
  b: Builder,
  x: Tensor,
  starts: readonly number[],
  sizes: readonly number[],
  strides: readonly number[] = starts.map(() => 1),
): Tensor {
  const long = [...x.shape.keys()].filter((k) => x.shape[k] > 1);
  const shape = sizes.map((n, k) => Math.ceil(n / strides[k]));
  let y = b.view(
    x,
    0,
    long.map((k) => x.shape[k]),
  );
  if (strides.every((n) => n === 1)) {
    long.forEach((k, axis) => {
      y = sliced(b, y, axis, starts[k], sizes[k]);
    });
    return b.view(y, 0, shape);
  }
  const own = stridesOf(x.shape);
  const to = b.activation('part', shape);
  stridedCopy(b, {
    shape: long.map((k) => shape[k]),
    source: x,
    from: {
      first: starts.reduce((at, n, k) => at + n * own[k], 0),
      strides: long.map((k) => own[k] * strides[k]),
    },
    to,
    into: { strides: long.map((k) => stridesOf(shape)[k]) },
  });
  return to;
}

export type Reduction = 'sum' | 'mean' | 'max' | 'logSumExp';

export function reduced(
  b: Builder,
  x: Tensor,
  kind: Reduction,
  given: readonly number[] | undefined,
  keep: boolean,
): Tensor {
  const rank = x.shape.length;
  const axes = (given ?? [...x.shape.keys()]).map((k) => (k < 0 ? k + rank : k));
  const kept = [...x.shape.keys()].filter((k) => !axes.includes(k));
  const shape = keep ? x.shape.map((n, k) => (axes.includes(k) ? 1 : n)) : kept.map((k) => x.shape[k]);
  const rows = sizeOf(axes.map((k) => x.shape[k]));
  const cols = sizeOf(shape);
  if (rows === 1) return b.view(x, 0, shape);
  const first = b.view(transposed(b, x, [...axes, ...kept]), 0, [rows, cols]);
  if (kind === 'max') {
    const each = Array.from({ length: rows }, (_, i) => sliced(b, first, 0, i, 1));
    return b.view(
      each.reduce((a, c) => larger(b, a, c)),
      0,
      shape,
    );
  }
  if (kind === 'logSumExp') {
    // x - logSoftmax(x) is the same for all elements of a row.
    const last = permuted(b, first, [1, 0]);
    const difference = subtracted(b, last, applyActivation(b, last, 'logSoftmax'));
    return b.view(sliced(b, difference, 1, 0, 1), 0, shape);
  }
  const sum = b.activation('sum', [cols]);
  columnSum(b, { source: first, to: sum, rows, cols });
  return b.view(kind === 'mean' ? scaled(b, sum, 1 / rows) : sum, 0, shape);
}

export function clamped(b: Builder, x: Tensor, low?: number, high?: number): Tensor {
  const bound = (name: string, value: number) =>
    repeatedTo(b, b.input(name, [1], { initial: () => [value] }), [sizeOf(x.shape)]);
  let y = flat(b, x);
  if (low !== undefined) y = larger(b, y, bound('low', low));
  if (high !== undefined) y = smaller(b, y, bound('high', high));
  return b.view(y, 0, x.shape);
}

/** alpha·op(x)·op(y) + beta·z. */
export function gemm(
  b: Builder,
  x: Tensor,
  y: Tensor,
  z: Tensor | undefined,
  attrs: { alpha?: number; beta?: number; transA?: number; transB?: number },
): Tensor {
  const left = attrs.transA ? permuted(b, x, [1, 0]) : x;
  const right = attrs.transB ? permuted(b, y, [1, 0]) : y;
  const xy = scaled(b, product(b, left, right), attrs.alpha ?? 1);
  return z ? added(b, xy, repeatedTo(b, scaled(b, z, attrs.beta ?? 1), xy.shape)) : xy;
}

/** x repeated to a shape whose last axes are its own. */
export function repeatedTo(b: Builder, x: Tensor, shape: readonly number[]): Tensor {
  const missing = Array.from({ length: shape.length - x.shape.length }, () => 1);
  return broadcast(b, b.view(x, 0, [...missing, ...x.shape]), shape);
}

function flat(b: Builder, x: Tensor): Tensor {
  return b.view(x, 0, [sizeOf(x.shape)]);
}

/** The elements before an axis, along it, and after it. */
function around(x: Tensor, axis: number): [number, number, number] {
  const at = axis < 0 ? axis + x.shape.length : axis;
  return [sizeOf(x.shape.slice(0, at)), x.shape[at], sizeOf(x.shape.slice(at + 1))];
}

// What comes of a conformance case, and how its tensors are read and compared.
import type { Backend } from '../../src/backends/backend.ts';

export type Outcome =
  | { readonly status: 'passed' }
  | { readonly status: 'failed'; readonly message: string }
  | { readonly status: 'not covered'; readonly reason: string };

/** Runs the cases of some operators; a case is what its file holds, checked by the runner. */
export interface Runner<C> {
  readonly ops: readonly string[];
  run(c: C, backend: Backend): Promise<Outcome>;
}

/** A tensor of a conformance file, row-major; numbers that are not finite are words. */
export interface VectorTensor {
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'float64' | 'int32' | 'bool';
  readonly data: readonly (number | boolean | 'inf' | '-inf' | 'nan')[];
}

/** What every case has. */
export interface VectorCase {
  readonly id: string;
  readonly op: string;
  readonly tolerance: { readonly rtol: number; readonly atol: number };
}

const words: Readonly<Record<string, number>> = {
  inf: Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
  nan: Number.NaN,
};

export function numbersOf(t: VectorTensor): number[] {
  return t.data.map((x) => (typeof x === 'string' ? words[x] : Number(x)));
}

/** Passed where |got - want| <= atol + rtol·|want| everywhere; an infinity or NaN must be met by its like. */
export function compared(
  name: string,
  got: ArrayLike<number>,
  want: VectorTensor,
  { rtol, atol }: VectorCase['tolerance'],
): Outcome {
  const expected = numbersOf(want);
  if (got.length !== expected.length) {
    return { status: 'failed', message: `${name} has ${got.length} elements, expected ${expected.length}` };
  }
  const at = expected.findIndex((w, i) => {
    if (!Number.isFinite(w)) return !Object.is(got[i], w);
    return !(Math.abs(got[i] - w) <= atol + rtol * Math.abs(w));
  });
  if (at < 0) return { status: 'passed' };
  return { status: 'failed', message: `${name}[${at}] is ${got[at]}, expected ${expected[at]}` };
}

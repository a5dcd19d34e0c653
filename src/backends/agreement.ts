// Whether two results of one computation agree as far as f32 lets them.

export interface Tolerance {
  /** Of the sum of squared differences to the sum of squares. */
  readonly nmse: number;
  /** Of the larger of 1 and the root mean square of what is expected, for each element. */
  readonly absolute: number;
  /** Of the expected element. */
  readonly relative: number;
}

/** A kernel against its reference in f64. Long sums have large results: the scale is theirs. */
export const againstReference: Tolerance = { nmse: 1e-10, absolute: 1e-5, relative: 1e-4 };

/** Two kernels that both round, on sums of any length. */
export const againstEachOther: Tolerance = { nmse: 1e-8, absolute: 1e-3, relative: 1e-3 };

/**
 * The first sign that `got` is another result than `expected`, or undefined; integers must be equal.
 * What is not finite agrees with nothing.
 */
export function disagreement(
  got: ArrayLike<number>,
  expected: ArrayLike<number>,
  { nmse, absolute, relative }: Tolerance,
): string | undefined {
  const exact = expected instanceof Uint32Array;
  let power = 0;
  for (let i = 0; i < expected.length; i++) power += expected[i] * expected[i];
  const floor = absolute * Math.max(1, Math.sqrt(power / Math.max(1, expected.length)));
  let error = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(got[i] - expected[i]);
    error += difference * difference;
    const allowed = exact ? 0 : floor + relative * Math.abs(expected[i]);
    // Written so that NaN does not pass.
    if (!(difference <= allowed)) return `element ${i} is ${got[i]}, expected ${expected[i]}`;
  }
  // Noise around zero far below the allowed difference has no relative error worth the name.
  const isNoise = error <= expected.length * (1e-2 * absolute) ** 2;
  if (!exact && !isNoise && error > nmse * power) return `the relative error is ${Math.sqrt(error / power)}`;
  return undefined;
}

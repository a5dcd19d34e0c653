// The softmax of one row for references: the twin of shaders/shared/softmax_row.wgsl.

/** The largest of `count` elements from `first` on, and the sum of exp(x - largest). */
export function rowSoftmax(
  x: ArrayLike<number>,
  first: number,
  count: number,
): { largest: number; sum: number } {
  let largest = x[first];
  for (let col = 1; col < count; col++) largest = Math.max(largest, x[first + col]);
  let sum = 0;
  for (let col = 0; col < count; col++) sum += Math.exp(x[first + col] - largest);
  return { largest, sum };
}

// Logits that are never stored whole: some rows of them at a time.
import type { Builder } from '../../core/builder.ts';
import type { RowParts } from '../../core/deferred.ts';
import type { Tensor } from '../../core/tensor.ts';

/**
 * Emits the forward steps of all parts of a deferred tensor [rows, columns] in order, and after each of them what `body`
 * emits for `count` rows from `first` on, which are then in `part` [count, columns].
 */
export function eachPart(
  b: Builder,
  parts: RowParts,
  columns: number,
  body: (first: number, count: number, part: Tensor) => void,
): void {
  const { wholeBytes, bindingBytes } = b.limits;
  const most = Math.max(1, Math.floor(Math.min(wholeBytes, bindingBytes) / (4 * columns)));
  // Parts of equal size; multiples of 64 rows, so that the parts of labels and losses begin where WebGPU can bind.
  const even = Math.ceil(parts.rows / Math.ceil(parts.rows / most));
  const count = most < 64 ? even : Math.min(Math.ceil(even / 64) * 64, Math.floor(most / 64) * 64);
  const storage = b.scratch('logits', [count, columns]);
  for (let first = 0; first < parts.rows; first += count) {
    const left = Math.min(count, parts.rows - first);
    const part = left === count ? storage : b.view(storage, 0, [left, columns]);
    parts.forward(first, left, part);
    body(first, left, part);
  }
}

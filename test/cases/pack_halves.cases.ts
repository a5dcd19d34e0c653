// Cases of packing halves: odd rows, blocks, and numbers at the edges of the format.
import { exactly, type KernelCase, normal, type TensorCase } from './kernel_case.ts';

function packing(name: string, blocks: number, rows: number, cols: number, source?: TensorCase): KernelCase {
  const shape = [blocks, rows, cols];
  const to = [blocks, Math.ceil(rows / 2), cols];
  return {
    name,
    params: { blocks, rows, cols },
    tensors: { source: source ?? normal(shape), to: exactly(to, [0xffffffff]) },
  };
}

const tie = 2 ** -11;
const edges = [
  ...[0, -0, 1, -1, 65504, -65504, 65519.9, 65520, -65520, 1e6, -3e38],
  // Halfway between two halves: to the even one; and a carry into the next exponent.
  ...[1 + tie, 1 + 3 * tie, -1 - tie, 1 + tie + 2 ** -23, 2 - tie / 2, 2047.5, 4095],
  // Around the smallest normal half and the smallest of all.
  ...[2 ** -14, 2 ** -14 - 2 ** -25, 2 ** -14 - 2 ** -26, 2 ** -15, 3 * 2 ** -25, 5 * 2 ** -25],
  ...[2 ** -24, 2 ** -25, 2 ** -25 * 1.001, -(2 ** -24), -(2 ** -26), 1e-30, 1e-45],
  ...[Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
];

export const cases: readonly KernelCase[] = [
  packing('one number', 1, 1, 1),
  packing('odd rows', 1, 5, 7),
  packing('odd rows in blocks', 3, 33, 33),
  packing('small numbers', 1, 64, 65, normal([1, 64, 65], 1e-5)),
  packing('edges of the format', 1, edges.length, 2, exactly([1, edges.length, 2], edges)),
  { ...packing('medium', 1, 128, 512), bench: true },
];

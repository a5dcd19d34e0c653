// Cases of a vector that is written over and over.
import { constant, type KernelCase, normal } from './kernel_case.ts';

function repeated(name: string, count: number, size: number, bench = false): KernelCase {
  return {
    name: `${name} ${count} to ${size}`,
    params: { count, size },
    tensors: { x: normal([count]), y: constant([size], 9) },
    ...(bench && { bench }),
  };
}

export const cases: readonly KernelCase[] = [
  repeated('one', 1, 1),
  repeated('one', 1, 65),
  repeated('steps', 5, 65),
  repeated('cut', 64, 100),
  repeated('many', 64, 64 * 256, true),
];

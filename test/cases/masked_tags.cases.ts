// Cases of tags and a mask in one.
import { constant, integers, type KernelCase } from './kernel_case.ts';

function tags(name: string, count: number, masked: boolean, tagged: boolean, bench = false): KernelCase {
  return {
    name,
    params: { count, masked: masked ? 1 : 0, tagged: tagged ? 1 : 0 },
    tensors: {
      mask: masked ? integers([count], 2) : constant([4], 0),
      tags: tagged ? integers([count], 5) : constant([4], 0),
      y: constant([count], 9),
    },
    ...(bench && { bench }),
  };
}

export const cases: readonly KernelCase[] = [
  tags('nothing given', 65, false, false),
  tags('a mask', 130, true, false),
  tags('tags', 33, false, true),
  tags('both', 20000, true, true, true),
];

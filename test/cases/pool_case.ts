// The shapes of windows on which the kernels of pooling are tested.
export interface PoolCase {
  name: string;
  params: Record<'steps' | 'out_steps' | 'cols' | 'size' | 'stride' | 'pad', number>;
}

interface More {
  stride?: number;
  pad?: number;
  /** Steps by which the last window may end behind the last step. */
  after?: number;
}

export function pool(
  name: string,
  [steps, cols, size]: readonly [number, number, number],
  { stride = size, pad = 0, after = pad }: More = {},
): PoolCase {
  const outSteps = Math.floor((steps + pad + after - size) / stride) + 1;
  return {
    name: `${name} ${steps}x${cols}`,
    params: { steps, out_steps: outSteps, cols, size, stride, pad },
  };
}

export const poolCases: readonly PoolCase[] = [
  pool('one', [1, 1, 1]),
  pool('side by side', [9, 12, 2]),
  pool('overlapping', [9, 12, 3], { stride: 1 }),
  pool('padded', [10, 6, 3], { stride: 2, pad: 1 }),
  pool('more behind', [9, 6, 4], { stride: 2, pad: 1, after: 2 }),
  pool('gaps', [11, 6, 2], { stride: 4 }),
  pool('all steps', [33, 66, 33]),
];

// The shapes of convolutions on which its three kernels are tested: strides, dilation, padding, groups, odd sizes.
export interface ConvCase {
  name: string;
  params: Record<
    | 'steps'
    | 'out_steps'
    | 'batch'
    | 'features'
    | 'filters'
    | 'size'
    | 'stride'
    | 'dilation'
    | 'pad'
    | 'group_count',
    number
  >;
  /** The shapes of x, w and y. */
  x: number[];
  w: number[];
  y: number[];
}

interface More {
  stride?: number;
  dilation?: number;
  pad?: number;
  /** Zeros behind the last step. */
  after?: number;
  groups?: number;
}

export function conv(
  name: string,
  [steps, batch, features, filters, size]: readonly [number, number, number, number, number],
  { stride = 1, dilation = 1, pad = 0, after = pad, groups = 1 }: More = {},
): ConvCase {
  const outSteps = Math.floor((steps + pad + after - (size - 1) * dilation - 1) / stride) + 1;
  return {
    name,
    params: {
      ...{ steps, out_steps: outSteps, batch, features, filters, size, stride, dilation, pad },
      group_count: groups,
    },
    x: [steps, batch, features],
    w: [size, features / groups, filters],
    y: [outSteps, batch, filters],
  };
}

export const convCases: readonly ConvCase[] = [
  conv('one', [1, 1, 1, 1, 1]),
  conv('valid', [9, 3, 4, 5, 3]),
  conv('padded', [9, 2, 3, 7, 3], { pad: 1 }),
  conv('more behind than before', [9, 2, 3, 4, 4], { pad: 1, after: 2 }),
  conv('causal', [7, 2, 3, 4, 3], { pad: 4, after: 0, dilation: 2 }),
  conv('strided', [11, 2, 3, 5, 4], { stride: 3, pad: 2 }),
  conv('stride above size', [9, 2, 3, 4, 2], { stride: 4 }),
  conv('groups', [8, 2, 4, 6, 3], { groups: 2, pad: 1 }),
  conv('each feature by itself', [8, 3, 5, 10, 2], { groups: 5 }),
  conv('strided groups', [13, 1, 6, 18, 3], { groups: 3, stride: 2, dilation: 2 }),
];

export const largeConv = conv('large', [64, 16, 32, 64, 3], { pad: 1 });

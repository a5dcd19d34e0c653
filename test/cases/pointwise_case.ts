// What the cases of general cells share: activations, sizes and masks.
import { activationParamsOf, type CellActivation } from '../../src/kernels/cell_activations.ts';
import { constant, integers, type TensorCase } from './kernel_case.ts';

export interface PointwiseStep {
  T?: number;
  N?: number;
  H?: number;
  t?: number;
  /** The last step is computed first. */
  reverse?: boolean;
  masked?: boolean;
  activations?: readonly [f: CellActivation, g: CellActivation, h: CellActivation];
  clip?: number;
  bench?: boolean;
}

const usual = [{ name: 'sigmoid' }, { name: 'tanh' }, { name: 'tanh' }] as const;

/** Activations that are not the usual ones, with parameters. */
export const unusual = [
  { name: 'hardSigmoid', alpha: 0.3, beta: 0.4 },
  { name: 'gelu' },
  { name: 'scaledTanh', alpha: 1.2, beta: 0.7 },
] as const;

export const rectified = [{ name: 'softsign' }, { name: 'relu' }, { name: 'leakyRelu' }] as const;

/** Sizes, params and mask of a step. */
export function pointwise(o: PointwiseStep) {
  const { T = 3, N = 3, H = 5, t = 1, reverse = false, masked = false, activations = usual, clip = 0 } = o;
  const mask: TensorCase = masked ? integers([T, N], 2) : constant([1], 0);
  return {
    ...{ T, N, H, mask },
    extra: o.bench ? { bench: true } : {},
    step: {
      ...{ t, before: reverse ? t + 1 : t, after: reverse ? t : t + 1 },
      ...{ batch: N, units: H, masked: masked ? 1 : 0 },
    },
    functions: activationParamsOf(activations[0], activations[1], activations[2], clip),
  };
}

/** A number of every kind of step. */
export const steps: readonly (readonly [name: string, o: PointwiseStep])[] = [
  ['one', { T: 1, N: 1, H: 1, t: 0 }],
  ['usual', {}],
  ['off the workgroup', { N: 7, H: 33, t: 0 }],
  ['masked', { N: 18, H: 7, masked: true }],
  ['reverse, masked', { N: 9, H: 4, masked: true, reverse: true, t: 2 }],
  ['unusual activations', { activations: unusual, N: 9 }],
  ['rectified, clipped', { activations: rectified, N: 9, clip: 0.7 }],
  ['medium', { N: 64, H: 256, bench: true }],
];

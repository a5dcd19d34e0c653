// Cases of the activations: every kind around its bends, far out, and off the workgroup.
import {
  activations,
  defaultAlpha,
  defaultBeta,
  type ElementwiseName,
} from '../../src/kernels/activation_kinds.ts';
import {
  constant,
  exactly,
  extreme,
  type KernelCase,
  normal,
  type TensorCase,
  unaligned,
} from './kernel_case.ts';

/** Bends, the ranges where the formulas change over, and values far out. */
export const notable = [
  0, 1e-6, -1e-6, 0.009, -0.009, 0.011, -0.011, 0.999, -1.001, 2.999, -3.001, 5, -5, 9.9, -9.9, 13.5, -13.5,
  29, -29, 60, -60, 87, -87,
];

export const kinds = Object.keys(activations) as ElementwiseName[];

function activation(
  name: string,
  kind: ElementwiseName,
  x: TensorCase,
  more: Record<string, number> = {},
): KernelCase {
  return {
    name: `${kind} ${name}`,
    params: {
      count: x.shape[0],
      kind: activations[kind],
      alpha: defaultAlpha[kind] ?? 0,
      beta: defaultBeta[kind] ?? 0,
      ...more,
    },
    tensors: { x, y: constant(x.shape, 9) },
  };
}

export const cases: readonly KernelCase[] = [
  ...kinds.flatMap((kind) => [
    activation('at notable points', kind, exactly([notable.length], notable)),
    activation('extreme', kind, extreme([5])),
    activation('normal', kind, normal([127], 2)),
  ]),
  activation('alpha 0.3', 'leakyRelu', normal([33]), { alpha: 0.3 }),
  activation('alpha 0.5', 'elu', normal([65]), { alpha: 0.5 }),
  activation('alpha 0.2', 'hardSigmoid', normal([65], 3), { alpha: 0.2, beta: 0.4 }),
  activation('alpha 1.7', 'scaledTanh', normal([65]), { alpha: 1.7, beta: 0.6 }),
  activation('one', 'tanh', normal([1])),
  {
    ...activation('unaligned', 'sigmoid', normal([65])),
    tensors: { x: unaligned(normal([65])), y: unaligned(constant([65], 9)) },
  },
  { ...activation('large', 'gelu', normal([262144])), bench: true },
];

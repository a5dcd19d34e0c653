// Cases of the activations backward: the points of the forward cases, overwriting and adding.
import {
  activations,
  defaultAlpha,
  defaultBeta,
  type ElementwiseName,
} from '../../src/kernels/activation_kinds.ts';
import { kinds, notable } from './activation_forward.cases.ts';
import {
  constant,
  exactly,
  extreme,
  type KernelCase,
  normal,
  type TensorCase,
  unaligned,
} from './kernel_case.ts';

function backward(
  name: string,
  kind: ElementwiseName,
  x: TensorCase,
  more: Record<string, number> = {},
): KernelCase {
  const params = {
    count: x.shape[0],
    kind: activations[kind],
    alpha: defaultAlpha[kind] ?? 0,
    beta: defaultBeta[kind] ?? 0,
    accumulate: 0,
    ...more,
  };
  return {
    name: `${kind} ${name}`,
    params,
    // exp reaches 1e38 far out; gradients below 1 keep its product finite.
    tensors: {
      x,
      dy: constant(x.shape, 0.75),
      dx: params.accumulate ? normal(x.shape) : constant(x.shape, 9),
    },
  };
}

export const cases: readonly KernelCase[] = [
  ...kinds.flatMap((kind) => [
    backward('at notable points', kind, exactly([notable.length], notable)),
    backward('extreme', kind, extreme([5])),
    backward('normal', kind, normal([127], 2), { accumulate: 1 }),
  ]),
  backward('alpha 0.3', 'leakyRelu', normal([33]), { alpha: 0.3 }),
  backward('alpha 0.5', 'elu', normal([65]), { alpha: 0.5 }),
  backward('alpha 0.2', 'hardSigmoid', normal([65], 3), { alpha: 0.2, beta: 0.4 }),
  backward('alpha 1.7', 'scaledTanh', normal([65]), { alpha: 1.7, beta: 0.6 }),
  backward('one', 'tanh', normal([1])),
  {
    ...backward('unaligned', 'silu', normal([65]), { accumulate: 1 }),
    tensors: { x: unaligned(normal([65])), dy: unaligned(normal([65])), dx: unaligned(normal([65])) },
  },
  { ...backward('large', 'gelu', normal([262144])), bench: true },
];

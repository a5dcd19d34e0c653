// Cases of the gradient of softmax and log softmax; y is in the range of each.
import { constant, extreme, type KernelCase, normal, type TensorCase, uniform } from './kernel_case.ts';

interface Gradient {
  logarithm: 0 | 1;
  accumulate?: 0 | 1;
  dy?: (shape: readonly number[]) => TensorCase;
}

function gradient(name: string, rows: number, classes: number, o: Gradient): KernelCase {
  const { logarithm, accumulate = 0, dy = normal } = o;
  const shape = [rows, classes];
  return {
    name: `${logarithm ? 'log ' : ''}${name} ${rows}x${classes}`,
    sum: classes,
    params: { rows, classes, logarithm, accumulate },
    tensors: {
      y: logarithm ? uniform(shape, -2 * Math.log(classes + 1), 0) : uniform(shape, 0, 2 / classes),
      dy: dy(shape),
      dx: accumulate ? normal(shape) : constant(shape, 9),
    },
  };
}

export const cases: readonly KernelCase[] = [
  ...([0, 1] as const).flatMap((logarithm) => [
    gradient('one', 1, 1, { logarithm }),
    gradient('rows', 65, 33, { logarithm }),
    gradient('added', 3, 127, { logarithm, accumulate: 1 }),
    gradient('extreme', 4, 65, { logarithm, dy: extreme }),
  ]),
  { ...gradient('large', 512, 1000, { logarithm: 0 }), bench: true },
];

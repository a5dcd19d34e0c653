// Cases of the moving average of weights: the first average, later ones, weights overwritten, sizes off the workgroup.
import { exactly, extreme, type KernelCase, normal, type TensorCase } from './kernel_case.ts';

function average(
  name: string,
  size: number,
  momentum: number,
  overwrite = 0,
  {
    parameters = normal([size]),
    average = normal([size]),
  }: { parameters?: TensorCase; average?: TensorCase } = {},
): KernelCase {
  return {
    name,
    params: { size },
    tensors: {
      hyper: exactly([8], [0, 0, 0, 0, 0, 0, momentum, overwrite]),
      parameters,
      average,
    },
  };
}

export const cases: readonly KernelCase[] = [
  average('one', 1, 0.99),
  average('the first', 33, 0),
  average('65', 65, 0.9),
  average('overwrites', 127, 0.5, 1),
  average('extreme', 65, 0.99, 1, { parameters: extreme([65]) }),
  average('elements without an average yet', 66, 0.9, 1, { average: exactly([66], [0, -0, 0.5]) }),
  average('zeros stay averages', 65, 0.9, 0, {
    parameters: exactly([65], [0, -0, 1]),
    average: exactly([65], [-0, 0]),
  }),
  { ...average('large', 1 << 17, 0.99), bench: true },
];

// The golden dense layers: outputs and all gradients, on any backend.
import type { Backend } from '../../src/backends/backend.ts';
import { buildPlan } from '../../src/core/builder.ts';
import { Parameters } from '../../src/core/parameters.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import type { ActivationName } from '../../src/layers/activation.ts';
import { dense } from '../../src/layers/dense.ts';
import { expectClose, loadGolden } from '../harness/golden.ts';
import { seedGradient } from '../harness/gradient_check.ts';

/** Runs one case and compares everything it lists. */
export async function checkDenseGolden(
  id: string,
  backend: Backend,
  precision: 'f32' | 'f64',
): Promise<void> {
  const golden = loadGolden(id);
  const { tensors } = golden;
  const weight = tensors['w.weight'];
  const bias = tensors['w.bias'];
  const [units, D] = weight.shape;
  const parameters = new Parameters();
  let x!: Tensor;
  let y!: Tensor;
  let dx!: Tensor;
  const plan = buildPlan({ name: id, limits: backend.limits, parameters, training: true }, (b) => {
    x = b.input('x', tensors['in.x'].shape, { differentiable: true });
    y = dense({
      units,
      useBias: bias !== undefined,
      activation: golden.attrs.activation as ActivationName,
    }).build(b, x);
    seedGradient(b, y, b.input('up', y.shape));
    b.backward();
    dx = b.gradOf(x)!;
  });
  const executable = await backend.load(plan);
  try {
    const kernel = parameters.get('kernel')!;
    backend.write(x, tensors['in.x'].data);
    backend.write(plan.inputs.up, tensors['up.y'].data);
    backend.write(kernel, transposed(weight.data, units, D));
    if (bias) backend.write(parameters.get('bias')!, bias.data);
    executable.run();
    expectClose(golden, 'exp.y', await backend.read(y), precision);
    expectClose(golden, 'exp.grad.x', await backend.read(dx), precision);
    const dKernel = await backend.read(parameters.gradientOf(kernel));
    expectClose(golden, 'exp.grad.weight', transposed(dKernel, D, units), precision);
    if (bias) {
      const dBias = await backend.read(parameters.gradientOf(parameters.get('bias')!));
      expectClose(golden, 'exp.grad.bias', dBias, precision);
    }
  } finally {
    executable.dispose();
    backend.release([parameters.arena, parameters.gradients]);
  }
}

/** [rows, cols] to [cols, rows]. */
function transposed(data: ArrayLike<number>, rows: number, cols: number): Float64Array {
  return Float64Array.from({ length: rows * cols }, (_, i) => data[(i % rows) * cols + Math.floor(i / rows)]);
}

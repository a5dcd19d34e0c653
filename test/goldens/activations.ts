// The golden cases of activations: output and gradient, on any backend.
import type { Backend } from '../../src/backends/backend.ts';
import { buildPlan } from '../../src/core/builder.ts';
import { Parameters } from '../../src/core/parameters.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { type ActivationName, applyActivation } from '../../src/layers/activation.ts';
import { expectClose, goldenIds, loadGolden } from '../harness/golden.ts';
import { seedGradient } from '../harness/gradient_check.ts';

export const activationIds = goldenIds('activation');

/** torch's name of an activation to ours: leaky_relu to leakyRelu. */
function nameOf(torch: string): ActivationName {
  const special: Record<string, ActivationName> = { hardsigmoid: 'hardSigmoid', hardtanh: 'hardTanh' };
  return special[torch] ?? (torch.replace(/_(\w)/g, (_, letter) => letter.toUpperCase()) as ActivationName);
}

/** Runs one case and compares everything it lists. */
export async function checkActivationGolden(
  id: string,
  backend: Backend,
  precision: 'f32' | 'f64',
): Promise<void> {
  const golden = loadGolden(id);
  const { shape } = golden.tensors['in.x'];
  let x!: Tensor;
  let upstream!: Tensor;
  const plan = buildPlan(
    { name: id, limits: backend.limits, parameters: new Parameters(), training: true },
    (b) => {
      x = b.input('x', shape, { differentiable: true });
      upstream = b.input('upstream', shape);
      const kind = nameOf(golden.attrs.activation as string);
      // torch's slope, where Keras has 0.2.
      const y = applyActivation(b, x, kind, kind === 'leakyRelu' ? { alpha: 0.01 } : {});
      seedGradient(b, y, upstream);
      b.backward();
      return { y, dx: b.gradOf(x)! };
    },
  );
  const executable = await backend.load(plan);
  try {
    backend.write(x, golden.tensors['in.x'].data);
    backend.write(upstream, golden.tensors['up.y'].data);
    executable.run();
    expectClose(golden, 'exp.y', await backend.read(plan.outputs.y), precision);
    // torch multiplies by 1/6 rounded to f32 there, in f64 too.
    const reached = golden.attrs.activation === 'hardsigmoid' ? 'f32' : precision;
    expectClose(golden, 'exp.grad.x', await backend.read(plan.outputs.dx), reached);
  } finally {
    executable.dispose();
  }
}

// Golden cases of optimizers and of gradient clipping: plans of one update, run step by step on any backend.
import { expect } from 'vitest';
import type { Backend } from '../../src/backends/backend.ts';
import {
  adadelta,
  adagrad,
  adam,
  adamW,
  nadam,
  type Optimizer,
  rmsprop,
  sgd,
} from '../../src/training/optimizers.ts';
import { expectClose, type Golden, loadGolden } from '../harness/golden.ts';
import { updatePlan } from '../harness/update_plan.ts';

interface Hyper {
  lr: number;
  momentum?: number;
  nesterov?: boolean;
  beta1?: number;
  beta2?: number;
  eps?: number;
  weight_decay?: number;
  alpha?: number;
  rho?: number;
  centered?: boolean;
  amsgrad?: boolean;
  momentum_decay?: number;
}

/** The optimizer that a golden case names, with torch's names of its options in ours. */
export function goldenOptimizer(
  name: string,
  hyper: Hyper,
  clip: { globalClipNorm?: number; clipValue?: number } = {},
): Optimizer {
  const { lr: learningRate, weight_decay: weightDecay, eps: epsilon, momentum, beta1, beta2, rho } = hyper;
  const common = { convention: 'torch', ...clip, learningRate, weightDecay: weightDecay ?? 0 } as const;
  // Options that a case leaves out are left out here too; torch's default of epsilon stands in the cases.
  const adaptive = { ...common, ...(epsilon !== undefined && { epsilon }) };
  const betas = { ...adaptive, ...(beta1 !== undefined && { beta1 }), ...(beta2 !== undefined && { beta2 }) };
  switch (name) {
    case 'sgd':
      return sgd({ ...common, momentum: momentum ?? 0, nesterov: hyper.nesterov ?? false });
    case 'adam':
      return adam({ ...betas, amsgrad: hyper.amsgrad ?? false });
    case 'adamw':
      return adamW({ ...betas, amsgrad: hyper.amsgrad ?? false });
    case 'nadam':
      return nadam({ ...betas, momentumDecay: hyper.momentum_decay ?? 0.004 });
    case 'rmsprop':
      return rmsprop({
        ...adaptive,
        rho: hyper.alpha ?? 0.99,
        momentum: momentum ?? 0,
        centered: hyper.centered ?? false,
      });
    case 'adagrad':
      return adagrad(adaptive);
    case 'adadelta':
      return adadelta({ ...adaptive, rho: rho ?? 0.9 });
    default:
      throw new Error(`there is no optimizer ${name}`);
  }
}

/** Kind `optim`: the weights after each update. */
export async function checkOptimizer(id: string, backend: Backend, precision: 'f32' | 'f64'): Promise<void> {
  const golden = loadGolden(id);
  const { optimizer, hyper, steps } = golden.attrs as { optimizer: string; hyper: Hyper; steps: number };
  const update = await updatePlan(backend, goldenOptimizer(optimizer, hyper), [golden.tensors['w.p']]);
  for (let i = 0; i < steps; i++) {
    update.run(i + 1, [golden.tensors[`in.g${i}`].data]);
    expectClose(golden, `exp.p${i}`, await update.weights(), precision);
  }
  update.dispose();
}

/** Kind `clip`: gradient descent at rate 1 from zero leaves minus the clipped gradient. */
export async function checkClipping(id: string, backend: Backend, precision: 'f32' | 'f64'): Promise<void> {
  const golden = loadGolden(id);
  const { mode, max } = golden.attrs as { mode: 'norm' | 'value'; max: number };
  const clip = mode === 'norm' ? { globalClipNorm: max } : { clipValue: max };
  const gradients = inputs(golden);
  const zeros = gradients.map(({ shape, data }) => ({ shape, data: new Float64Array(data.length) }));
  const update = await updatePlan(backend, sgd({ learningRate: 1, convention: 'torch', ...clip }), zeros);
  update.run(
    1,
    gradients.map((g) => g.data),
  );
  for (let i = 0; i < gradients.length; i++) {
    expectClose(
      golden,
      `exp.g${i}`,
      Array.from(await update.weights(i), (x) => -x),
      precision,
    );
  }
  if (mode === 'norm') expectClose(golden, 'exp.norm', [(await update.norm())!], precision);
  else expect(await update.norm()).toBeUndefined();
  update.dispose();
}

function inputs(golden: Golden): Golden['tensors'][string][] {
  return Object.keys(golden.tensors)
    .filter((name) => name.startsWith('in.g'))
    .sort()
    .map((name) => golden.tensors[name]);
}

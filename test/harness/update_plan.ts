// A plan that holds nothing but an optimizer's update of some weights; gradients are written by hand.
import type { Backend } from '../../src/backends/backend.ts';
import { buildPlan } from '../../src/core/builder.ts';
import { Parameters } from '../../src/core/parameters.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import type { Optimizer } from '../../src/training/optimizers.ts';

/** A loaded plan that holds nothing but the update; gradients are written by hand. */
export async function updatePlan(
  backend: Backend,
  optimizer: Optimizer,
  weights: readonly { shape: readonly number[]; data: ArrayLike<number>; trainable?: boolean }[],
) {
  const parameters = new Parameters();
  let tensors: Tensor[] = [];
  let update!: ReturnType<Optimizer['build']>;
  const plan = buildPlan({ name: 'update', limits: backend.limits, parameters, training: true }, (b) => {
    tensors = weights.map(({ shape, data, trainable = true }, i) =>
      b.param(`p${i}`, shape, () => data, { trainable }),
    );
    update = optimizer.build(b);
  });
  const executable = await backend.load(plan);
  return {
    plan,
    parameters,
    /** One update with these gradients; `step` counts from 1. */
    run(step: number, gradients: readonly ArrayLike<number>[], at: Optimizer = optimizer) {
      gradients.forEach((g, i) => {
        backend.write(parameters.gradientOf(tensors[i]), g);
      });
      backend.write(update.hyper, at.hyper(step));
      executable.run();
    },
    weights: (i = 0) => backend.read(tensors[i]),
    norm: async () => update.norm && (await backend.read(update.norm))[0],
    dispose() {
      executable.dispose();
      backend.release([parameters.arena, parameters.gradients, ...parameters.slots.values()]);
    },
  };
}

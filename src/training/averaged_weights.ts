// The moving averages that an optimizer keeps of the weights, put in the place of the weights: for a while or for good.
import type { Backend } from '../backends/backend.ts';
import { buildPlan } from '../core/builder.ts';
import { OptionError } from '../core/errors.ts';
import type { Parameters } from '../core/parameters.ts';
import type { Tensor } from '../core/tensor.ts';
import { takeAverageKernel } from '../kernels/take_average.ts';
import { type Optimizer, trainable } from './optimizer.ts';

export interface AveragedWeights {
  /** Exchanges weights and averages: once to evaluate by the averages, once more before training goes on. */
  swap(): void;
  /** The weights become the averages, as Keras does at the end of fit (`finalize_variable_values`). */
  finalizeVariableValues(): void;
  dispose(): void;
}

/**
 * Loads the exchange of weights and averages. Weights that no update has averaged yet have no average and stay as they are,
 * and so do those that are frozen now.
 *
 * To be called when the training plan is built.
 * @throws OptionError for an optimizer that keeps no averages, or none of these parameters.
 */
export async function averagedWeights(
  backend: Backend,
  parameters: Parameters,
  optimizer: Optimizer,
): Promise<AveragedWeights> {
  const { name, averageSlot } = optimizer;
  if (averageSlot === undefined) {
    throw new OptionError(
      `[averagedWeights/optimizer] keeps no averages: make it by ${name}({ useEma: true })`,
    );
  }
  const average = parameters.slots.get(averageSlot);
  if (!average) {
    throw new OptionError(
      `[averagedWeights/parameters] have no averages by ${name}: build the training plan first`,
    );
  }
  const load = (plan: string, exchange: 0 | 1) =>
    backend.load(
      buildPlan({ name: plan, limits: backend.limits, parameters }, (b) => {
        for (const { offset, size } of trainable(b)) {
          const part = (t: Tensor) => b.view(t, offset, [size]);
          const tensors = { parameters: part(parameters.arena), average: part(average) };
          b.dispatch(takeAverageKernel, tensors, { size, exchange });
        }
      }),
    );
  const exchange = await load('swap averages', 1);
  const overwrite = await load('averages for weights', 0);
  return {
    swap: () => exchange.run(),
    finalizeVariableValues: () => overwrite.run(),
    dispose() {
      exchange.dispose();
      overwrite.dispose();
    },
  };
}

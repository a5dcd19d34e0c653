// The moving averages that an optimizer keeps of the weights, put in the place of the weights: for a while or for good.
import type { Backend } from '../backends/backend.ts';
import { type Builder, buildPlan } from '../core/builder.ts';
import { OptionError } from '../core/errors.ts';
import type { Parameters } from '../core/parameters.ts';
import type { Tensor } from '../core/tensor.ts';
import { type Optimizer, trainable } from './optimizer.ts';

export interface AveragedWeights {
  /** Exchanges weights and averages: once to evaluate by the averages, once more before training goes on. */
  swap(): void;
  /** The weights become the averages, as Keras does at the end of fit (`finalize_variable_values`). */
  finalizeVariableValues(): void;
  dispose(): void;
}

/**
 * Loads the copies between weights and averages; frozen weights have no average and stay as they are.
 *
 * To be called when the training plan is built; before its first run the averages are zeros.
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
  const copies = (
    plan: string,
    emit: (b: Builder, weights: Tensor, averages: Tensor, size: number) => void,
  ) =>
    backend.load(
      buildPlan({ name: plan, limits: backend.limits, parameters }, (b) => {
        for (const { offset, size } of trainable(b)) {
          emit(b, b.view(parameters.arena, offset, [size]), b.view(average, offset, [size]), size);
        }
      }),
    );
  const exchange = await copies('swap averages', (b, weights, averages, size) => {
    const kept = b.scratch('weights', [size]);
    b.copy(weights, kept);
    b.copy(averages, weights);
    b.copy(kept, averages);
  });
  const overwrite = await copies('averages for weights', (b, weights, averages) => b.copy(averages, weights));
  return {
    swap: () => exchange.run(),
    finalizeVariableValues: () => overwrite.run(),
    dispose() {
      exchange.dispose();
      overwrite.dispose();
    },
  };
}

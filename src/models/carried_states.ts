// What stateful layers carry from batch to batch, also where the next batch runs by another plan.
import type { Backend } from '../backends/backend.ts';
import { ShapeError, show } from '../core/errors.ts';
import { sizeOf } from '../core/tensor.ts';
import type { ModelPlan } from './model_plan.ts';

export class CarriedStates {
  /** The plan that ran last: there the states lie. */
  #last: ModelPlan | undefined;
  /** Plans that hold states of a time before the last reset. */
  #used = new Set<ModelPlan>();

  /**
   * Brings the states to a plan that is to run next; whether it is another one than before.
   * @throws ShapeError when it takes another number of sequences side by side.
   */
  async bring(backend: Backend, plan: ModelPlan): Promise<boolean> {
    if (this.#last === plan) return false;
    const from = this.#last?.carried ?? {};
    for (const [name, state] of Object.entries(plan.carried)) {
      const before = from[name];
      if (before && show(before.shape) !== show(state.shape)) {
        throw new ShapeError(
          `[${name}] carries a state ${show(before.shape)} = [N, H] from batch to batch and cannot take a batch of` +
            ` ${state.shape[0]}; use one batch size throughout, or call resetStates() between`,
        );
      }
    }
    for (const [name, state] of Object.entries(plan.carried)) {
      const before = from[name];
      if (before) backend.write(state, await backend.read(before));
      else if (this.#used.has(plan)) backend.write(state, new Float64Array(sizeOf(state.shape)));
    }
    this.#last = plan;
    if (Object.keys(plan.carried).length > 0) {
      this.#used.add(plan);
      // A plan that is freed takes its states with it.
      plan.onDispose(() => {
        this.#used.delete(plan);
        if (this.#last === plan) this.#last = undefined;
      });
    }
    return true;
  }

  /** Begins anew: the next run starts from zeros. */
  clear(): void {
    this.#last = undefined;
  }
}

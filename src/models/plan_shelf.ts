// The plans of a model that are loaded: one for each size of batch, the least used of which are freed.
import type { Mode, ModelPlan, PlanSizes } from './model_plan.ts';

/** Plans that are kept in any case, and bytes that all may take together. */
const KEPT = 16;
const BYTES = 512 * 1024 * 1024;

interface Entry {
  readonly mode: Mode;
  readonly plan: Promise<ModelPlan>;
}

export class PlanShelf {
  /** In the order of their last use. */
  readonly #entries = new Map<string, Entry>();
  /** Plans that a pass is using, and how many do. */
  readonly #held = new Map<ModelPlan, number>();
  /** Plans to be freed when nobody holds them any more. */
  readonly #doomed = new Set<ModelPlan>();

  /** The plan of that size, loaded where it is not there. */
  async take(sizes: PlanSizes, load: () => Promise<ModelPlan>): Promise<ModelPlan> {
    const key = JSON.stringify(sizes);
    const known = this.#entries.get(key);
    const entry = known ?? { mode: sizes.mode, plan: load() };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    try {
      const plan = await entry.plan;
      if (!known) await this.#makeRoom(plan);
      return plan;
    } catch (error) {
      this.#entries.delete(key);
      throw error;
    }
  }

  hold(plan: ModelPlan): void {
    this.#held.set(plan, (this.#held.get(plan) ?? 0) + 1);
  }

  letGo(plan: ModelPlan): void {
    const left = (this.#held.get(plan) ?? 1) - 1;
    if (left > 0) this.#held.set(plan, left);
    else this.#held.delete(plan);
    if (left <= 0 && this.#doomed.delete(plan)) plan.dispose();
  }

  /** Frees the plans of these modes, those in use when they are let go. */
  forget(modes: readonly Mode[]): void {
    for (const [key, { mode, plan }] of this.#entries) {
      if (!modes.includes(mode)) continue;
      this.#entries.delete(key);
      // A plan that could not be loaded has nothing to free.
      void plan.then((loaded) => this.#free(loaded)).catch(() => {});
    }
  }

  #free(plan: ModelPlan): void {
    if (this.#held.has(plan)) this.#doomed.add(plan);
    else plan.dispose();
  }

  async #makeRoom(keep: ModelPlan): Promise<void> {
    if (this.#entries.size <= KEPT) return;
    const loaded = await Promise.all(
      [...this.#entries].map(async ([key, { plan }]) => ({ key, plan: await plan })),
    );
    let bytes = loaded.reduce((sum, { plan }) => sum + plan.bytes, 0);
    let count = loaded.length;
    for (const { key, plan } of loaded) {
      if (count <= KEPT || bytes <= BYTES) return;
      if (plan === keep || this.#held.has(plan)) continue;
      this.#entries.delete(key);
      bytes -= plan.bytes;
      count--;
      plan.dispose();
    }
  }
}

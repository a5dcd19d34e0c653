// Whose values are still needed while a plan is built forward, so that no gradient overwrites them.
import { ShapeError, show } from './errors.ts';
import { describeBinding, type Kernel } from './kernel.ts';
import { rootOf, type Tensor } from './tensor.ts';

/** What the forward steps have read, what the backward steps will need again, and what gradients have replaced. */
export class Values {
  readonly #read = new Set<Tensor>();
  readonly #kept = new Set<Tensor>();
  readonly #overwritten = new Set<Tensor>();
  #peeking = false;

  /**
   * Notes that a forward step reads `t`.
   * @throws ShapeError when a gradient has replaced its values.
   */
  read(where: string, t: Tensor): void {
    const root = rootOf(t);
    if (this.#overwritten.has(root)) throw overwritten(where, root);
    if (!this.#peeking) this.#read.add(root);
  }

  /** Runs a body whose steps read for the last time: nothing that goes backward will need what they read. */
  peek<R>(body: () => R): R {
    const outside = this.#peeking;
    this.#peeking = true;
    try {
      return body();
    } finally {
      this.#peeking = outside;
    }
  }

  /** Notes what a forward dispatch reads, as `read` does. */
  readBy(where: string, kernel: Kernel, bound: Readonly<Record<string, Tensor>>): void {
    for (const [name, binding] of Object.entries(kernel.bindings)) {
      if (describeBinding(binding).access === 'read') this.read(where, bound[name]);
    }
  }

  /** Notes that backward steps will read `t`. */
  keep(t: Tensor): void {
    this.#kept.add(rootOf(t));
  }

  areNeeded(t: Tensor): boolean {
    return this.#read.has(rootOf(t)) || this.#kept.has(rootOf(t));
  }

  /** Notes that a gradient takes the place of the values. */
  overwrite(t: Tensor): void {
    this.#overwritten.add(rootOf(t));
  }
}

/** What is said to whoever reads values that a loss has taken. */
export function overwritten(where: string, root: Tensor): ShapeError {
  return new ShapeError(
    `[${where}] reads ${root.name} ${show(root.shape)}, which the loss has overwritten by its gradient;` +
      ' build it before the loss, or give the loss `keepLogits: true`',
  );
}

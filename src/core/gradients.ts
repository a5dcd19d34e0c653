// Where gradients lie while a plan goes backward: one tensor for each source, and who has contributed.
import { sizeOf, sourceOf, type Tensor } from './tensor.ts';

interface Gradient {
  tensor: Tensor;
  arrived: boolean;
}

export interface GradientTools {
  /** The gradient tensor of a source that has none yet. */
  make(source: Tensor): Tensor;
  view(t: Tensor, offset: number, shape: readonly number[]): Tensor;
  /** Fills a part with zeros before anything of the backward pass runs. */
  clear(t: Tensor): void;
}

/** The gradients of one plan. The gradient of a view is the same part of the gradient of its source. */
export class Gradients {
  readonly #bySource = new Map<Tensor, Gradient>();
  readonly #tools: GradientTools;

  constructor(tools: GradientTools) {
    this.#tools = tools;
  }

  /** What has arrived for `t`, if anything has. */
  arrived(t: Tensor): Tensor | undefined {
    const gradient = this.#bySource.get(sourceOf(t));
    return gradient?.arrived ? this.#part(gradient.tensor, t) : undefined;
  }

  /** Where to put a contribution: the first overwrites, later ones add; what lies around the first starts from zero. */
  into(t: Tensor): { tensor: Tensor; accumulate: 0 | 1 } {
    const source = sourceOf(t);
    let gradient = this.#bySource.get(source);
    if (!gradient) {
      gradient = { tensor: this.#tools.make(source), arrived: false };
      this.#bySource.set(source, gradient);
    }
    const part = this.#part(gradient.tensor, t);
    if (gradient.arrived) return { tensor: part, accumulate: 1 };
    gradient.arrived = true;
    const before = t.offset - source.offset;
    const after = sizeOf(source.shape) - before - sizeOf(t.shape);
    if (before > 0) this.#tools.clear(this.#tools.view(gradient.tensor, 0, [before]));
    if (after > 0) this.#tools.clear(this.#tools.view(gradient.tensor, before + sizeOf(t.shape), [after]));
    return { tensor: part, accumulate: 0 };
  }

  /** Takes `gradient` as all that `t` gets so far; false when something exists already. */
  adopt(t: Tensor, gradient: Tensor): boolean {
    if (this.#bySource.has(t)) return false;
    this.#bySource.set(t, { tensor: gradient, arrived: true });
    return true;
  }

  #part(gradient: Tensor, t: Tensor): Tensor {
    return t.source ? this.#tools.view(gradient, t.offset - t.source.offset, t.shape) : gradient;
  }
}

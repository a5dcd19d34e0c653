// Tensors that are computed only when a step touches them, or in parts by someone who can do without the whole.
import { rootOf, sizeOf, type Tensor } from './tensor.ts';

/** A matrix [rows, columns] whose rows can be computed, and differentiated, some at a time. */
export interface RowParts {
  readonly rows: number;
  /** Emits `count` rows from `first` on into `to` [count, columns]. */
  forward(first: number, count: number, to: Tensor): void;
  /**
   * Begins a backward pass over all rows: the function it returns emits the backward steps of `count` rows from `first`
   * on, of which `gradient` [count, columns] is given; each row is to be given once, in any order.
   */
  backward(): (first: number, count: number, gradient: Tensor) => void;
}

/** A matrix [rows, columns] whose row m is row ids[m] of a table [V, columns]. */
export interface Lookup {
  readonly rows: number;
  readonly ids: Tensor;
  readonly table: Tensor;
  /** Emits `count` rows from `first` on into `to` [count, columns]. */
  forward(first: number, count: number, to: Tensor): void;
}

interface Entry {
  readonly parts: RowParts | Lookup;
  /** Runs a body in the scopes in which the tensor was deferred. */
  within(body: () => void): void;
  /** `claimed`: someone has had the values in parts; `given up`: and nobody may have them any more. */
  fate: 'waiting' | 'claimed' | 'given up';
}

/** The deferred tensors of one plan. */
export class Deferred {
  readonly #entries = new Map<Tensor, Entry>();

  add(t: Tensor, parts: RowParts | Lookup, within: Entry['within']): void {
    this.#entries.set(t, { parts, within, fate: 'waiting' });
  }

  /** Computes the storage of `t` whole, where that waits for someone to touch it; false when it was given up. */
  settle(t: Tensor): boolean {
    const root = rootOf(t);
    const entry = this.#entries.get(root);
    if (!entry) return true;
    if (entry.fate === 'given up') return false;
    this.#entries.delete(root);
    entry.within(() => entry.parts.forward(0, entry.parts.rows, root));
    return true;
  }

  /** Computes whole whatever nobody has touched or claimed. */
  settleRest(): void {
    for (const [t, { fate }] of [...this.#entries]) if (fate === 'waiting') this.settle(t);
  }

  /** The parts of `t`, or undefined when it is not, or no longer, deferred. */
  claim(t: Tensor, giveUp: boolean): RowParts | undefined {
    const root = rootOf(t);
    const entry = this.#entries.get(root);
    if (!entry || entry.fate === 'given up' || 'ids' in entry.parts || t.shape.at(-1) !== root.shape.at(-1))
      return undefined;
    if (sizeOf(t.shape) !== sizeOf(root.shape)) return undefined;
    entry.fate = giveUp ? 'given up' : 'claimed';
    const { parts, within } = { ...entry, parts: entry.parts };
    return {
      rows: parts.rows,
      forward: (first, count, to) => within(() => parts.forward(first, count, to)),
      backward() {
        const emit = parts.backward();
        return (first, count, gradient) => within(() => emit(first, count, gradient));
      },
    };
  }

  /** The lookup that gives `t`, where nobody has touched it; it is computed only if somebody does. */
  lookup(t: Tensor): Lookup | undefined {
    const entry = this.#entries.get(t);
    if (!entry || !('ids' in entry.parts)) return undefined;
    entry.fate = 'claimed';
    return entry.parts;
  }
}

// Layers that stand in several models have one set of weights: each model takes over what another one has changed.
import { ShapeError, show } from '../core/errors.ts';
import type { Tensor } from '../core/tensor.ts';
import type { NdArray } from '../data/nd_array.ts';
import type { AnyLayer } from '../layers/layer.ts';

/** What a model tells of its weights to others that have layers in common with it. */
export interface WeightOwner {
  readonly name: string;
  /** The layers that have weights of their own, with the paths under which these are found. */
  readonly places: readonly (readonly [AnyLayer, string])[];
  tensorsAt(path: string): readonly Tensor[];
  read(tensors: readonly Tensor[]): Promise<NdArray[]>;
  write(weights: readonly NdArray[], tensors: readonly Tensor[]): Promise<void>;
}

/** Who has the newest weights of a layer, and how often they have changed. */
interface Newest {
  owner: WeightOwner;
  path: string;
  version: number;
}

const newest = new WeakMap<AnyLayer, Newest>();

/** The model that has the newest weights of a layer, and where they are found there. */
export function newestOf(layer: AnyLayer): { owner: WeightOwner; path: string } | undefined {
  return newest.get(layer);
}

/** One model's part in the exchange. */
export class SharedWeights {
  readonly #owner: WeightOwner;
  /** The version of each layer's weights that was taken over last. */
  readonly #taken = new Map<AnyLayer, number>();

  constructor(owner: WeightOwner) {
    this.#owner = owner;
  }

  /**
   * Takes over what other models have changed; layers that no model had before become this one's.
   * @throws ShapeError when a layer has weights of other shapes in another model.
   */
  async pull(): Promise<void> {
    const owner = this.#owner;
    for (const [layer, path] of owner.places) {
      const known = newest.get(layer);
      if (!known) newest.set(layer, { owner, path, version: 0 });
      else if (known.owner !== owner && this.#taken.get(layer) !== known.version) {
        const { version } = known;
        await this.#take(layer, path, known);
        this.#taken.set(layer, version);
      }
    }
  }

  /** Says that this model has changed its weights. */
  claim(): void {
    const owner = this.#owner;
    for (const [layer, path] of owner.places) {
      const version = (newest.get(layer)?.version ?? 0) + 1;
      newest.set(layer, { owner, path, version });
    }
  }

  async #take(layer: AnyLayer, path: string, from: Newest): Promise<void> {
    const mine = this.#owner.tensorsAt(path);
    const theirs = from.owner.tensorsAt(from.path);
    mine.forEach((t, i) => {
      const other = theirs[i];
      if (other && show(other.shape) === show(t.shape)) return;
      throw new ShapeError(
        `[${t.name}] ${layer.name} has weights ${other ? show(other.shape) : 'of other shapes'} in ${from.owner.name}` +
          ` already and cannot have ${show(t.shape)} in ${this.#owner.name}; make a second layer`,
      );
    });
    await this.#owner.write(await from.owner.read(theirs), mine);
  }
}

// Where a recurrence begins and what it hands on: initial states, carried states and their gradients.
import type { Builder } from '../core/builder.ts';
import { OptionError, ShapeError, show } from '../core/errors.ts';
import type { Tensor } from '../core/tensor.ts';
import { addInto } from '../kernels/sum_slices.ts';
import { endSlots, type Recurrence } from './cell.ts';

/** The recurrent layers of the plan that start from zero in every run; a text in chunks needs there to be none. */
export function forgetful(b: Builder): string[] {
  return b.once('forgetful layers', () => []);
}

/**
 * State tensors of the plan, one for each of the last states [N,H], which take these over at the end of a run.
 * @throws OptionError when the layer stands twice in the plan: one state cannot go on from two ends.
 */
export function carriedStates(b: Builder, last: readonly Tensor[]): Tensor[] {
  const carrying = b.once('layers that carry a state', () => new Set<string>());
  if (carrying.has(b.path)) {
    throw new OptionError(
      `[${b.path || 'recurrent layer'}] carries its state from run to run (stateful: true) and so stands in a model only once;` +
        ' make a second layer, or leave `stateful` out',
    );
  }
  carrying.add(b.path);
  return last.map((slot, i) => {
    const state = b.state(i === 0 ? 'h' : 'c', slot.shape, { carried: true });
    b.copy(slot, state, 'end');
    return state;
  });
}

/**
 * Fills the first slots of the states, each [N,H], with the initial states, or with zeros.
 * @throws OptionError for a wrong number of states, ShapeError for a wrong shape.
 */
export function setInitial(
  b: Builder,
  where: string,
  slots: readonly Tensor[],
  initial: readonly Tensor[] | undefined,
): void {
  if (initial && initial.length !== slots.length) {
    throw new OptionError(`[${where}] takes ${slots.length} initial states, got ${initial.length}`);
  }
  slots.forEach((slot, i) => {
    const state = initial?.[i];
    if (!state) {
      b.clear(slot, 'start');
      return;
    }
    if (state.shape.join() !== slot.shape.join()) {
      throw new ShapeError(
        `[${where}] expected an initial state ${show(slot.shape)} = [N, H], got ${show(state.shape)}`,
      );
    }
    const given = state.role === 'state' || state.role === 'input';
    b.copy(state, slot, given ? 'start' : 'now');
  });
}

/** Fills dc [N,H] with the gradient that arrived for the last cell state, or with zeros. */
export function lastCellGradient(b: Builder, r: Recurrence, dc: Tensor): void {
  const arrived = r.c && b.gradOf(r.c);
  if (arrived) b.copy(b.view(arrived, endSlots(r).last * r.batch * r.units, [r.batch, r.units]), dc);
  else b.clear(dc, 'start');
}

/** Puts a gradient where it belongs: a copy when it is the first to arrive, else a sum. */
export function deliver(b: Builder, gradient: Tensor, into: { tensor: Tensor; accumulate: 0 | 1 }): void {
  if (into.accumulate === 1) addInto(b, gradient, into.tensor);
  else b.copy(gradient, into.tensor);
}

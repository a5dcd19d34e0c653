// Where a recurrence begins and what it hands on: initial states, carried states and their gradients.
import type { Builder } from '../core/builder.ts';
import { OptionError, ShapeError, show } from '../core/errors.ts';
import type { Tensor } from '../core/tensor.ts';
import { addInto } from '../kernels/sum_slices.ts';

/** The recurrent layers of the plan that start from zero in every run; a text in chunks needs there to be none. */
export function forgetful(b: Builder): string[] {
  return b.once('forgetful layers', () => []);
}

/**
 * State tensors of the plan, one for each sequence, which take the last slot over at the end of a run.
 * @throws OptionError when the layer stands twice in the plan: one state cannot go on from two ends.
 */
export function carriedStates(b: Builder, sequences: readonly Tensor[], N: number, units: number): Tensor[] {
  const carrying = b.once('layers that carry a state', () => new Set<string>());
  if (carrying.has(b.path)) {
    throw new OptionError(
      `[${b.path || 'recurrent layer'}] carries its state from run to run (stateful: true) and so stands in a model only once;` +
        ' make a second layer, or leave `stateful` out',
    );
  }
  carrying.add(b.path);
  return sequences.map((sequence, i) => {
    const state = b.state(i === 0 ? 'h' : 'c', [N, units], { carried: true });
    const last = (sequence.shape[0] - 1) * N * units;
    b.copy(b.view(sequence, last, [N, units]), state, 'end');
    return state;
  });
}

/** Fills slot 0 of each sequence with the initial state, or with zeros. */
export function setInitial(
  b: Builder,
  name: string,
  sequences: readonly Tensor[],
  initial: readonly Tensor[] | undefined,
  N: number,
  units: number,
): void {
  if (initial && initial.length !== sequences.length) {
    throw new OptionError(`[${name}] takes ${sequences.length} initial states, got ${initial.length}`);
  }
  sequences.forEach((sequence, i) => {
    const slot = b.view(sequence, 0, [N, units]);
    const state = initial?.[i];
    if (!state) {
      b.clear(slot, 'start');
      return;
    }
    if (state.shape.join() !== slot.shape.join()) {
      throw new ShapeError(
        `[${name}] expected an initial state ${show(slot.shape)} = [N, H], got ${show(state.shape)}`,
      );
    }
    const given = state.role === 'state' || state.role === 'input';
    b.copy(state, slot, given ? 'start' : 'now');
  });
}

/** dc [N,H]: the gradient that arrived for the last cell state, or zeros. */
export function lastCellGradient(b: Builder, c: Tensor, T: number, N: number, units: number): Tensor {
  const dc = b.scratch('dc', [N, units]);
  const arrived = b.gradOf(c);
  if (arrived) b.copy(b.view(arrived, T * N * units, [N, units]), dc);
  else b.clear(dc, 'start');
  return dc;
}

/** Puts a gradient where it belongs: a copy when it is the first to arrive, else a sum. */
export function deliver(b: Builder, gradient: Tensor, into: { tensor: Tensor; accumulate: 0 | 1 }): void {
  if (into.accumulate === 1) addInto(b, gradient, into.tensor);
  else b.copy(gradient, into.tensor);
}

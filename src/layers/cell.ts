// What a recurrent cell is: its gates, its states and the ways to emit its time steps, forward and backward.
import type { Builder } from '../core/builder.ts';
import type { Tensor } from '../core/tensor.ts';
import { transpose } from '../kernels/transpose.ts';
import type { Strategy } from './strategy.ts';

/** The tensors of a recurrence over T steps of N rows with H units. */
export interface Recurrence {
  readonly steps: number;
  readonly batch: number;
  readonly units: number;
  /** [T,N,G·H]: pre-activations x·W + b; activated gates after the forward pass, dA after the backward pass. */
  readonly gates: Tensor;
  /** R in storage layout [H,G·H]. */
  readonly recurrentKernel: Tensor;
  /** [G·H], added to h·R where the cell keeps the two biases apart. */
  readonly recurrentBias: Tensor | undefined;
  /** [T+1,N,H]: slot t is the state before step t. */
  readonly h: Tensor;
  /** [T+1,N,H], for a cell with two states. */
  readonly c: Tensor | undefined;
  /** [T,N,H], what a cell keeps for the backward pass besides its gates. */
  readonly extra: Tensor | undefined;
  /** [T,N] u32: 1 where the step counts; a tensor to bind when there is no mask. */
  readonly mask: Tensor;
  readonly masked: 0 | 1;
}

/** What the backward pass carries. */
export interface BackwardRecurrence extends Recurrence {
  /** R [H,G·H/block,block] transposed: [G·H/block,H,block]; emitted when it is first asked for. */
  transposed(block?: number): Tensor;
  /** [T+1,N,H]: gradients of h from above; on exit slot 0 lacks only dA_0·Rᵀ. */
  readonly dh: Tensor;
  /** [N,H]: gradient of the last c on entry, of the first on exit. */
  readonly dc: Tensor | undefined;
}

/** The transposed copies of R [H,width] that strategies ask for, one for each size of blocks. */
export function transposes(
  b: Builder,
  { recurrentKernel, units }: Recurrence,
  width: number,
): BackwardRecurrence['transposed'] {
  return (block = 1) => transpose(b, recurrentKernel, units, width / block, block);
}

/** One matrix product of the weight gradient: dR[:, columns] = leftᵀ·right. */
export interface RecurrentProduct {
  /** `h`: the states before each step, or the cell's extra sequence. */
  readonly left: 'h' | 'extra';
  /** [T,N,stride], of which the columns offset..offset+columns-1 are taken. */
  readonly right: Tensor;
  readonly stride: number;
  readonly offset: number;
  readonly columns: number;
  /** First column of R that this product fills. */
  readonly target: number;
}

export interface Cell {
  readonly name: string;
  readonly gates: number;
  /** Gates of a unit that lie side by side in the kernels' layout; 1 when the blocks are planar. */
  readonly interleave: number;
  /** h alone, or h and c. */
  readonly states: 1 | 2;
  /** Whether the bias of h·R has a row of its own: bias [2,G·H]. */
  readonly separateRecurrentBias: boolean;
  /** Whether a sequence besides gates and states is kept. */
  readonly keepsExtra: boolean;
  /** Tells cells of one name apart where their kernels differ. */
  readonly variant?: string;
  /** The ways to emit all steps; the first runs everywhere. */
  readonly forward: readonly Strategy<Recurrence>[];
  /** The ways to emit all steps of the backward pass, from the last. */
  readonly backward: readonly Strategy<BackwardRecurrence>[];
  /** After the backward pass: the products whose sum is the gradient of R. */
  products(r: Recurrence): readonly RecurrentProduct[];
}

// What a recurrent cell is: its gates, its states and the ways to emit its time steps, forward and backward.
import type { Builder } from '../core/builder.ts';
import type { Tensor } from '../core/tensor.ts';
import { transpose } from '../kernels/transpose.ts';
import type { InitializerName } from './initializers.ts';
import type { InputGradients, InputProduct } from './input_product.ts';
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
  /** 1: the last step is computed first; step t then reads slot t+1 of the states and writes slot t. */
  readonly reverse: 0 | 1;
  /**
   * 2: both directions of a bidirectional layer in the same dispatches; lane 1 goes the other way in time. Every tensor
   * but the mask is then [2,...], a part for each lane.
   */
  readonly lanes: 1 | 2;
  /** [N,P], by which h is multiplied before its product with R: a dropout mask for all steps. Only general cells read it. */
  readonly stateMask?: Tensor | undefined;
  /** What the cell asked for besides: its `weights` and what it `keeps`, by name. */
  readonly own?: Readonly<Record<string, Tensor>>;
}

/** What the backward pass carries. */
export interface BackwardRecurrence extends Recurrence {
  /** R [H,G·H/block,block] of each lane transposed: [G·H/block,H,block]; emitted when it is first asked for. */
  transposed(block?: number): Tensor;
  /** [T+1,N,H]: gradients of h from above; on exit slot 0 lacks only dA_0·Rᵀ. */
  readonly dh: Tensor;
  /** [N,H]: gradient of the last c on entry, of the first on exit. */
  readonly dc: Tensor | undefined;
  /** Whether initial states were given that want their gradients. */
  readonly toInitial?: boolean;
}

/** The transposed copies of R [H,width] of each lane that strategies ask for, one for each size of blocks. */
export function transposes(
  b: Builder,
  { recurrentKernel, units, lanes }: Recurrence,
  width: number,
): BackwardRecurrence['transposed'] {
  return (block = 1) =>
    transpose(b, recurrentKernel, { rows: units, cols: width / block, block, matrices: lanes });
}

/** One matrix product of the weight gradient: dR[:, columns] = leftᵀ·right. */
export interface RecurrentProduct {
  /** `h`: the states before each step, or the cell's extra sequence, or one of its own [T,N,K]. */
  readonly left: 'h' | 'extra' | Tensor;
  /** [T,N,stride], of which the columns offset..offset+columns-1 are taken. */
  readonly right: Tensor;
  readonly stride: number;
  readonly offset: number;
  readonly columns: number;
  /** First column of R that this product fills. */
  readonly target: number;
  /** Shaped as `right`: what the second row of biases gets the column sums of, where that is not `right`. */
  readonly summed?: Tensor | undefined;
}

/** A weight that a cell has besides kernel, recurrent kernel and bias. */
export interface CellWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initializer: InitializerName;
}

/** The params that the kernels of a recurrence have in common. */
export function sizesOf({ steps, batch, units, masked, reverse, lanes }: Recurrence) {
  return { steps, batch, units, masked, reverse, lanes };
}

/** One step of a lane in the order of computation: its place in [T,N,.], and the slots of [T+1,N,.] that it reads and writes. */
export interface StepPlace {
  readonly time: number;
  readonly before: number;
  readonly after: number;
}

/** The steps of a recurrence of one lane, in the order in which they are computed. */
export function stepsOf({ steps, reverse }: Pick<Recurrence, 'steps' | 'reverse'>): StepPlace[] {
  return Array.from({ length: steps }, (_, t) => {
    const time = reverse ? steps - 1 - t : t;
    return { time, before: time + reverse, after: time + 1 - reverse };
  });
}

/** The slots of [T+1,N,.] that hold the first states, and the last. */
export function endSlots({ steps, reverse }: Pick<Recurrence, 'steps' | 'reverse'>): {
  first: number;
  last: number;
} {
  return reverse ? { first: steps, last: 0 } : { first: 0, last: steps };
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
  /** Whether its kernels take two lanes; a bidirectional layer runs one direction after the other where they do not. */
  readonly twoLanes?: boolean;
  /** Whether h lies in [0,1], by the cell's activations. */
  readonly givesFractions?: boolean;
  /** Tells cells of one name apart where their kernels differ. */
  readonly variant?: string;
  /** The ways to emit all steps; the first runs everywhere. */
  readonly forward: readonly Strategy<Recurrence>[];
  /** The ways to emit all steps of the backward pass, from the last. */
  readonly backward: readonly Strategy<BackwardRecurrence>[];
  /** After the backward pass: the products whose sum is the gradient of R. */
  products(r: Recurrence): readonly RecurrentProduct[];
  /** P, the width of h and of R's rows, where it is not the units. */
  readonly projection?: number | undefined;
  weights?(units: number): readonly CellWeight[];
  /** Makes what the steps keep besides; told everything of the recurrence but that. */
  keeps?(b: Builder, r: Recurrence): Readonly<Record<string, Tensor>>;
  /** Emits the gates from x in another way than as x·W + b; `own` has the weights. */
  inputProduct?(b: Builder, product: InputProduct, own: Readonly<Record<string, Tensor>>): InputGradients;
  /** After the backward steps: emits the gradients of its weights. */
  weightGradients?(b: Builder, r: BackwardRecurrence): void;
  /** Whether its backward steps add dA_0·Rᵀ to slot 0 of dh themselves, where `toInitial`. */
  readonly completesInitial?: boolean;
}

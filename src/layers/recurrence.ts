// A recurrence over all time steps: one matrix product before the loop and three after it, as haste has it.
import type { Builder } from '../core/builder.ts';
import { OptionError } from '../core/errors.ts';
import type { Tensor } from '../core/tensor.ts';
import { columnSum } from '../kernels/column_sum.ts';
import { bringsSums, matmul } from '../kernels/matmul.ts';
import { nothing } from '../kernels/nothing.ts';
import {
  type BackwardRecurrence,
  type Cell,
  endSlots,
  type Recurrence,
  type RecurrentProduct,
  transposes,
} from './cell.ts';
import { type InputGradients, inputProduct } from './input_product.ts';
import { noteFractions } from './probabilities.ts';
import { carriedStates, deliver, forgetful, lastCellGradient, setInitial } from './recurrent_states.ts';
import { recur } from './strategy.ts';

/** What one direction of a recurrence works on. */
export interface Lane {
  readonly name: string;
  /** Runs a function where the names of its layer are. */
  scope<R>(body: () => R): R;
  /** [T,N,D] */
  readonly x: Tensor;
  /** [D,G·H] */
  readonly kernel: Tensor;
  /** [H,G·H] */
  readonly recurrentKernel: Tensor;
  /** [G·H] or [2,G·H] */
  readonly bias: Tensor | undefined;
  /** First states that were given, each [N,H]. */
  readonly initial: readonly Tensor[] | undefined;
  /** The cell's `weights`, by name. */
  readonly own?: Readonly<Record<string, Tensor>>;
  /** [N,P], by which h is multiplied before its product with R: the mask of recurrent dropout. */
  readonly stateMask?: Tensor | undefined;
}

export interface RecurrenceOptions {
  readonly cell: Cell;
  readonly units: number;
  /** Rows of the bias: 0, 1, or 2 where the recurrent one has a row of its own or both are simply added. */
  readonly biasRows: 0 | 1 | 2;
  /** [T,N] u32 */
  readonly mask: Tensor | undefined;
  /** 1: from the last step to the first. */
  readonly reverse: 0 | 1;
  /** Whether the last states of a run are the first of the next. */
  readonly stateful: boolean;
}

/** What a lane leaves. */
export interface LaneResult {
  /** [T,N,H], in the order of time whatever the direction. */
  readonly sequence: Tensor;
  /** The states after the last step that was computed: [h] or [h, c], each [N,H]. */
  readonly states: Tensor[];
}

/**
 * Emits a recurrence in one lane, or both directions of a bidirectional layer in two, and leaves its backward steps.
 *
 * Forward: gates [T,N,G·H] = x·W + b in one product a lane, then T steps. Backward: T steps, then dx = dA·Wᵀ, dW = xᵀ·dA,
 * dR = hᵀ·dA, db = column sum of dA, each over all T·N rows at once.
 * @throws OptionError when initial states are given to a layer that carries its own, or their number is wrong.
 */
export function recurrence(b: Builder, options: RecurrenceOptions, lanes: readonly Lane[]): LaneResult[] {
  const { cell, units, biasRows, mask, reverse } = options;
  const [T, N] = lanes[0].x.shape;
  const width = cell.gates * units;
  const both = lanes.length === 2;
  const all = (shape: readonly number[]) => (both ? [2, ...shape] : shape);
  const recurrentBiases = lanes.map(({ bias }) =>
    bias && cell.separateRecurrentBias ? b.view(bias, width, [width]) : undefined,
  );
  const gates = b.activation('gates', all([T, N, width]), { differentiable: false });
  const h = b.activation('h', all([T + 1, N, cell.projection ?? units]));
  if (cell.givesFractions) noteFractions(b, h);
  const c = cell.states === 2 ? b.activation('c', all([T + 1, N, units])) : undefined;
  const extra = cell.keepsExtra
    ? b.activation('extra', all([T, N, units]), { differentiable: false })
    : undefined;
  const shared: Recurrence = {
    ...{ steps: T, batch: N, units, gates, h, c, extra, reverse },
    recurrentKernel: sideBySide(
      b,
      lanes.map((lane) => lane.recurrentKernel),
    ),
    recurrentBias: recurrentBiases[0] && sideBySide(b, recurrentBiases as Tensor[]),
    mask: mask ?? nothing(b, 'u32'),
    masked: mask ? 1 : 0,
    lanes: both ? 2 : 1,
    stateMask: lanes[0].stateMask,
  };
  // A cell with more tensors than these runs one lane at a time.
  const whole: Recurrence = { ...shared, own: { ...lanes[0].own, ...cell.keeps?.(b, shared) } };
  const parts = lanes.map((lane, i): Recurrence => {
    const part = (t: Tensor) => laneOf(b, t, i, lanes.length);
    return {
      ...whole,
      ...{ gates: part(gates), h: part(h), c: c && part(c), extra: extra && part(extra), lanes: 1 },
      ...{ recurrentKernel: lane.recurrentKernel, recurrentBias: recurrentBiases[i] },
      reverse: (both && i === 1 ? 1 - reverse : reverse) as 0 | 1,
    };
  });
  const separate = cell.separateRecurrentBias ? 1 : biasRows;
  const inputGradients = lanes.map((lane, i) =>
    lane.scope(() =>
      (cell.inputProduct ?? inputProduct)(
        b,
        {
          ...{ x: lane.x, kernel: lane.kernel, bias: lane.bias, gates: parts[i].gates },
          biasRows: Math.min(biasRows, separate),
        },
        lane.own ?? {},
      ),
    ),
  );
  for (const [i, lane] of lanes.entries()) lane.scope(() => begin(b, options, lane, parts[i]));
  recur(b, cell, 'forward', whole);

  b.onBackward(() => backward(b, options, lanes, whole, parts, inputGradients));
  return parts.map((part) => {
    const { last } = endSlots(part);
    const sequences = part.c ? [part.h, part.c] : [part.h];
    const size = part.h.shape.at(-1)!;
    return {
      sequence: b.view(part.h, part.reverse ? 0 : N * size, [T, N, size]),
      states: sequences.map((s) => slotOf(b, s, last)),
    };
  });
}

/** The first states of a lane, and what it hands on to the next run. */
function begin(b: Builder, { stateful }: RecurrenceOptions, lane: Lane, r: Recurrence): void {
  const { initial } = lane;
  const where = b.path || lane.name;
  if (initial && stateful) {
    throw new OptionError(
      `[${where}] carries its own state (stateful: true) and so takes no initial states; leave one of the two out`,
    );
  }
  if (!initial && !stateful) forgetful(b).push(where);
  const sequences = r.c ? [r.h, r.c] : [r.h];
  const { first, last } = endSlots(r);
  const slots = (slot: number) => sequences.map((s) => slotOf(b, s, slot));
  setInitial(b, where, slots(first), initial ?? (stateful ? carriedStates(b, slots(last)) : undefined));
}

function backward(
  b: Builder,
  options: RecurrenceOptions,
  lanes: readonly Lane[],
  whole: Recurrence,
  parts: readonly Recurrence[],
  inputGradients: readonly InputGradients[],
): void {
  const { cell, units } = options;
  const { h, c, batch } = whole;
  const into = b.gradInto(h);
  if (!into) return;
  if (into.accumulate === 0) b.clear(into.tensor, 'start');
  const dc = c && b.scratch('dc', lanes.length === 2 ? [2, batch, units] : [batch, units]);
  if (dc) for (const [i, part] of parts.entries()) lastCellGradient(b, part, laneOf(b, dc, i, lanes.length));
  const transposed = transposes(b, whole, cell.gates * units);
  const toInitial = lanes.some(({ initial }) => initial?.[0].differentiable);
  recur(b, cell, 'backward', { ...whole, transposed, dh: into.tensor, dc, toInitial });
  lanes.forEach((lane, i) => {
    const part = (t: Tensor) => laneOf(b, t, i, lanes.length);
    const back = { ...parts[i], transposed, dh: part(into.tensor), dc: dc && part(dc) };
    lane.scope(() => laneGradients(b, options, lane, back, inputGradients[i]));
  });
}

/** The gradients of what a lane works on, from dA in its gates. */
function laneGradients(
  b: Builder,
  { cell, units, biasRows }: RecurrenceOptions,
  { bias, initial }: Lane,
  r: BackwardRecurrence,
  inputGradients: InputGradients,
): void {
  const width = cell.gates * units;
  const rows = r.steps * r.batch;
  const dRecurrent = b.gradInto(r.recurrentKernel);
  const dBias = bias && b.gradInto(bias);
  const partOf = (first: number, length: number) =>
    dBias && { ...dBias, tensor: b.view(dBias.tensor, first, [length]) };
  const products = cell.products(r);
  const row = (it: RecurrentProduct) => (biasRows === 2 ? partOf(width + it.target, it.columns) : undefined);
  // Both rows of biases have the same sums where the columns are the same: computed apart, once for both is enough.
  const both = bringsSums(b.limits) ? undefined : products.find((it) => isStart(it, r));
  const first = partOf(0, width);
  inputGradients(first && { ...first, again: both && row(both)?.tensor });
  // The states before each step, in the order of time as the gates are.
  const size = r.h.shape.at(-1)!;
  const lefts = {
    h: b.view(r.h, r.reverse * r.batch * size, [r.steps, r.batch, size]),
    extra: r.extra!,
  };
  // The products of dR have the columns of the second row of biases.
  for (const it of products) {
    const { right, stride, offset, columns, target, summed = right } = it;
    const left = typeof it.left === 'string' ? lefts[it.left] : it.left;
    const sums = it === both ? undefined : row(it);
    if (dRecurrent) {
      matmul(b, {
        a: { tensor: left, rows, cols: size, transposed: true },
        b: { tensor: right, rows, cols: columns, stride, offset, gradient: true },
        c: { tensor: dRecurrent.tensor, rows: size, cols: columns, stride: width, offset: target },
        accumulate: dRecurrent.accumulate,
        sums: summed === right ? sums : undefined,
      });
    }
    if (sums && (!dRecurrent || summed !== right)) {
      const source = b.view(summed, offset, [(rows - 1) * stride + columns]);
      columnSum(b, { source, to: sums.tensor, rows, cols: columns, stride, accumulate: sums.accumulate });
    }
  }
  cell.weightGradients?.(b, r);
  if (initial) initialGradients(b, cell, r, initial);
}

/** Whether the second row of biases gets sums of the first columns of the gates, as the first row does. */
function isStart(
  { right, summed = right, offset, target }: RecurrentProduct,
  { gates }: Recurrence,
): boolean {
  return summed === gates && offset === 0 && target === 0;
}

/** Gradients into the given initial states: the first slot of dh, completed by dA·Rᵀ of the first step, and the carried dc. */
function initialGradients(b: Builder, cell: Cell, r: BackwardRecurrence, initial: readonly Tensor[]): void {
  const { units, batch, steps } = r;
  const width = cell.gates * units;
  const into = initial.map((state) => b.gradInto(state));
  if (into[0]) {
    const first = slotOf(b, r.dh, endSlots(r).first);
    for (const { left, right, stride, offset, columns, target } of cell.products(r)) {
      // What came through other sequences has been added to the slot by the cell already, if not everything has.
      if (cell.completesInitial || left !== 'h') continue;
      const step = r.reverse * (steps - 1) * batch * stride;
      matmul(b, {
        a: { tensor: right, rows: batch, cols: columns, stride, offset: offset + step, gradient: true },
        b: {
          ...{ tensor: r.recurrentKernel, rows: units, cols: columns, stride: width, offset: target },
          transposed: true,
        },
        c: { tensor: first, rows: batch, cols: units },
        accumulate: 1,
      });
    }
    deliver(b, first, into[0]);
  }
  if (into[1] && r.dc) deliver(b, r.dc, into[1]);
}

/** Slot [N,.] of a sequence [T+1,N,.]. */
function slotOf(b: Builder, sequence: Tensor, slot: number): Tensor {
  const [, batch, size] = sequence.shape;
  return b.view(sequence, slot * batch * size, [batch, size]);
}

/** The part of a lane in a tensor of all lanes. */
function laneOf(b: Builder, t: Tensor, lane: number, lanes: number): Tensor {
  if (lanes === 1) return t;
  const [, ...shape] = t.shape;
  return b.view(t, lane * shape.reduce((product, n) => product * n, 1), shape);
}

/** Weights of both lanes in one tensor [2,...], copied once a run; those of one lane as they are. */
function sideBySide(b: Builder, weights: readonly Tensor[]): Tensor {
  const [first] = weights;
  if (weights.length === 1) return first;
  return b.once(`side by side ${weights.map((t) => `${t.id} ${t.offset}`).join()}`, () => {
    const both = b.scratch(`${first.name} of both directions`, [2, ...first.shape]);
    for (const [i, t] of weights.entries()) b.copy(t, laneOf(b, both, i, 2), 'start');
    return both;
  });
}

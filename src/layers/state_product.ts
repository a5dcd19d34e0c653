// The product h·R of general cells, step by step: with a dropout mask on h, and normalised where the cell wants it.
import type { Builder } from '../core/builder.ts';
import type { Tensor } from '../core/tensor.ts';
import { columnProduct } from '../kernels/column_product.ts';
import { hadamard } from '../kernels/hadamard.ts';
import { layerNormBackward } from '../kernels/layer_norm_backward.ts';
import { layerNormForward } from '../kernels/layer_norm_forward.ts';
import { matmul } from '../kernels/matmul.ts';
import type { BackwardRecurrence, CellWeight, Recurrence, StepPlace } from './cell.ts';

/** Keras' epsilon of layer normalisation. */
export const EPSILON = 1e-3;

/** Gates that lie side by side: the first of them, and how many. */
export type GateRange = readonly [first: number, count: number];

/** What a general cell does with h·R. */
export interface StateProduct {
  readonly gates: number;
  /** The gates that are normalised together; undefined where nothing is. */
  readonly blocks: readonly GateRange[] | undefined;
}

/** A part of a tensor from an element on. */
export interface Place {
  readonly tensor: Tensor;
  readonly offset: number;
}

/** The gains of normalised products: that of x·W and that of h·R, each [G·H]. */
export function gains({ gates, blocks }: StateProduct, units: number): CellWeight[] {
  if (!blocks) return [];
  return (['kernel_gamma', 'recurrent_gamma'] as const).map((name) => ({
    name,
    shape: [gates * units],
    initializer: 'ones',
  }));
}

/** The sequences that the products of a recurrence need: h under its mask, and the products before they are normalised. */
export function productSequences(
  b: Builder,
  { gates, blocks }: StateProduct,
  { steps, batch, units, h, stateMask }: Recurrence,
): Record<string, Tensor> {
  const outputs = h.shape.at(-1)!;
  const width = gates * units;
  return {
    ...(stateMask && { masked: b.scratch('masked h', [steps, batch, outputs]) }),
    ...(stateMask && b.training && { dMasked: b.scratch('d masked h', [batch, outputs]) }),
    ...(blocks && { products: b.scratch('products', [steps, batch, width]) }),
    ...(blocks && { stats: b.scratch('products stats', [blocks.length, steps, batch, 2]) }),
    ...(blocks && b.training && { dProducts: b.scratch('d products', [steps, batch, width]) }),
  };
}

/** Slot [N,.] of a sequence [slots,N,.]. */
export function slotOf(b: Builder, sequence: Tensor, slot: number): Tensor {
  const [, batch, size] = sequence.shape;
  return b.view(sequence, slot * batch * size, [batch, size]);
}

/** Where h lies as the products of a step see it, [N,P]. */
export function seenAt({ h, own, batch }: Recurrence, { time, before }: StepPlace): Place {
  const tensor = own!.masked ?? h;
  return { tensor, offset: (own!.masked ? time : before) * batch * h.shape.at(-1)! };
}

/** Emits h∘mask where there is a mask, and returns h as the products of the step see it. */
export function seenState(b: Builder, r: Recurrence, place: StepPlace): Tensor {
  const { tensor, offset } = seenAt(r, place);
  const seen = b.view(tensor, offset, [r.batch, r.h.shape.at(-1)!]);
  if (r.stateMask) hadamard(b, { x: slotOf(b, r.h, place.before), by: r.stateMask, y: seen });
  return seen;
}

/** Emits to[:, range] = left·R[:, range], normalised where the cell wants it, + the recurrent bias. left [N,K]; to [N,G·H]. */
export function multiply(
  b: Builder,
  it: StateProduct,
  r: Recurrence,
  { time, left, range, to }: { time: number; left: Tensor; range: GateRange; to: Place },
): void {
  const { own, batch, units, recurrentKernel, recurrentBias } = r;
  const width = it.gates * units;
  const [offset, columns] = [range[0] * units, range[1] * units];
  const depth = left.shape[1];
  const products = own!.products && { tensor: own!.products, offset: time * batch * width };
  const into = products ?? to;
  matmul(b, {
    a: { tensor: left, rows: batch, cols: depth },
    b: { tensor: recurrentKernel, rows: depth, cols: columns, stride: width, offset },
    c: { tensor: into.tensor, rows: batch, cols: columns, stride: width, offset: into.offset + offset },
    bias: products ? undefined : recurrentBias && b.view(recurrentBias, offset, [columns]),
  });
  if (!products) return;
  for (const block of blocksWithin(it, range)) {
    const { cols, first, stats, part } = blockOf(b, it, r, time, block);
    layerNormForward(b, {
      ...{ x: part(products), y: part(to), stats, rows: batch, cols, stride: width, epsilon: EPSILON },
      gamma: b.view(own!.recurrent_gamma, first, [cols]),
      beta: recurrentBias && b.view(recurrentBias, first, [cols]),
    });
  }
}

/** The way back of `multiply`: into (+)= dSums[:, range]·R[:, range]ᵀ, through the normalisation. */
export function multiplyBackward(
  b: Builder,
  it: StateProduct,
  r: BackwardRecurrence,
  of: {
    time: number;
    range: GateRange;
    dSums: Place;
    /** [N,K]; undefined where only the gradients of the products are wanted. */
    into: { tensor: Tensor; accumulate: 0 | 1 } | undefined;
  },
): void {
  const { own, batch, units } = r;
  const width = it.gates * units;
  const { time, range, dSums, into } = of;
  const [offset, columns] = [range[0] * units, range[1] * units];
  const at = time * batch * width;
  if (own!.products) {
    for (const block of blocksWithin(it, range)) {
      const { cols, first, stats, part } = blockOf(b, it, r, time, block);
      layerNormBackward(b, {
        ...{ rows: batch, cols, stride: width, stats, accumulate: 0 },
        x: part({ tensor: own!.products, offset: at }),
        dy: part(dSums),
        dx: part({ tensor: own!.dProducts, offset: at }),
        gamma: b.view(own!.recurrent_gamma, first, [cols]),
      });
    }
  }
  if (!into) return;
  const from = own!.products ? { tensor: own!.dProducts, offset: at } : dSums;
  const depth = into.tensor.shape[1];
  matmul(b, {
    a: { tensor: from.tensor, rows: batch, cols: columns, stride: width, offset: from.offset + offset },
    b: {
      ...{ tensor: r.recurrentKernel, rows: depth, cols: columns, stride: width, offset },
      transposed: true,
    },
    c: { tensor: into.tensor, rows: batch, cols: depth },
    accumulate: into.accumulate,
  });
}

/** Lets `emit` write the gradient of h as the products see it, and brings it, under the mask, to slot `before` of dh. */
export function throughMask(
  b: Builder,
  r: BackwardRecurrence,
  { before }: StepPlace,
  emit: (into: { tensor: Tensor; accumulate: 0 | 1 }) => void,
): void {
  const slot = slotOf(b, r.dh, before);
  if (!r.stateMask) {
    emit({ tensor: slot, accumulate: 1 });
    return;
  }
  emit({ tensor: r.own!.dMasked, accumulate: 0 });
  hadamard(b, { x: r.own!.dMasked, by: r.stateMask, y: slot, accumulate: 1 });
}

/** Emits the gradient of the recurrent gain from that of the normalised products, dSums [T,N,G·H]. */
export function gainGradient(b: Builder, it: StateProduct, r: BackwardRecurrence, dSums: Tensor): void {
  const { own, steps, batch, units } = r;
  const into = it.blocks && b.gradInto(own!.recurrent_gamma);
  if (!into) return;
  const rows = steps * batch;
  const stride = it.gates * units;
  for (const [i, [first, count]] of it.blocks!.entries()) {
    const [offset, cols] = [first * units, count * units];
    const part = (t: Tensor) => b.view(t, offset, [(rows - 1) * stride + cols]);
    columnProduct(b, {
      ...{
        left: part(dSums),
        leftStride: stride,
        right: part(own!.products),
        rightStride: stride,
        rows,
        cols,
      },
      stats: b.view(own!.stats, 2 * i * rows, [rows, 2]),
      to: b.view(into.tensor, offset, [cols]),
      accumulate: into.accumulate,
    });
  }
}

function blocksWithin({ blocks = [] }: StateProduct, [first, count]: GateRange): GateRange[] {
  return blocks.filter((block) => block[0] >= first && block[0] + block[1] <= first + count);
}

/** Columns and statistics of a block in one step, and its part of [N,G·H] at a place. */
function blockOf(
  b: Builder,
  { gates, blocks }: StateProduct,
  { own, steps, batch, units }: Recurrence,
  time: number,
  block: GateRange,
) {
  const [first, cols] = [block[0] * units, block[1] * units];
  const at = 2 * batch * (blocks!.indexOf(block) * steps + time);
  const length = (batch - 1) * gates * units + cols;
  return {
    ...{ first, cols, stats: b.view(own!.stats, at, [batch, 2]) },
    part: ({ tensor, offset }: Place) => b.view(tensor, offset + first, [length]),
  };
}

// Strategies that walk through all time steps in one dispatch, a workgroup for each few batch rows.
import type { Builder } from '../core/builder.ts';
import type { Limits, Precision } from '../core/limits.ts';
import type { Tensor } from '../core/tensor.ts';
import { packHalves } from '../kernels/pack_halves.ts';
import { type Columns, mapping, registersFit } from '../kernels/recurrent_columns.ts';
import type { Recurrence } from './cell.ts';
import type { Sizes, Strategy } from './strategy.ts';

/** What such a kernel is told besides the sizes. */
export interface Walk {
  /** Batch rows of a workgroup. */
  readonly rows: 1 | 2 | 4;
  /** 1 keeps the weights of R in registers for all steps. */
  readonly registers: 0 | 1;
}

/** How a cell walks in one direction. */
export interface Walked<R extends Recurrence> {
  /** The recurrent product of its kernel. */
  readonly product: Columns;
  /** Its weights, rows by columns. */
  weights(r: R): Tensor;
  /** Dispatches the kernel for `weights` in that precision. */
  emit(b: Builder, r: R, weights: Tensor, precision: Precision, walk: Walk): void;
}

/**
 * Part of a core's peak that the products reach, on GPUs and on software adapters. On a GPU 16 multiply-adds of a warp take
 * as long as the vec4 of the operand that they share takes from workgroup memory: half where one waits for the other.
 */
const EFFICIENCY = { cheapBarriers: 0.5, dearBarriers: 0.1 } as const;
const BYTES: Record<Precision, number> = { f32: 4, f16: 2 };

/**
 * Weights streamed through the caches (`sequence`) or kept in registers (`register`), for 1, 2 or 4 batch rows.
 *
 * Where the limits allow f16, streamed weights are packed halves (half the bytes), and kept ones where they fit into the
 * registers in no other way. Those names end in f16; every other strategy reads the weights in f32.
 * Cost: T·(2 barriers a phase + the products + the weights, where they are not kept) for each wave of workgroups.
 */
export function walks<R extends Recurrence>(it: Walked<R>): Strategy<R>[] {
  const rows = [1, 2, 4] as const;
  return (['f32', 'f16'] as const).flatMap((precision) =>
    ([0, 1] as const).flatMap((registers) =>
      rows.map(
        (rows): Strategy<R> => ({
          name: `${registers ? 'register' : 'sequence'} ${rows}${precision === 'f16' ? ' f16' : ''}`,
          precision,
          estimate(sizes, limits) {
            if (precisionOf(sizes, limits, it, { rows, registers }) !== precision) return undefined;
            return cost(sizes, limits, it, { rows, registers }, precision);
          },
          emit(b, r) {
            const { columns, rows: depth } = it.product;
            const { units, lanes } = r;
            const source = it.weights(r);
            const weights =
              precision === 'f16'
                ? packHalves(
                    b,
                    source,
                    lanes * depth.blocks,
                    depth.each * units,
                    columns.blocks * columns.each * units,
                  )
                : source;
            it.emit(b, r, weights, precision, { rows, registers });
          },
        }),
      ),
    ),
  );
}

/** In which precision a walk reads its weights; undefined where the device cannot run it. */
function precisionOf<R extends Recurrence>(
  { batch, units }: Sizes,
  limits: Limits,
  it: Walked<R>,
  { rows, registers }: Walk,
): Precision | undefined {
  if (rows > 1 && batch < rows) return undefined;
  const fits = (precision: Precision): boolean => {
    const way = mapping({ units, rows, registers }, it.product, precision, limits);
    return way !== undefined && (registers === 0 || registersFit(way, limits));
  };
  const order = registers === 1 ? (['f32', 'f16'] as const) : (['f16', 'f32'] as const);
  return order.find((precision) => (precision === 'f32' || limits.precision === 'f16') && fits(precision));
}

function cost<R extends Recurrence>(
  { steps, batch, units, lanes }: Sizes,
  { model, cheapBarriers }: Limits,
  { product: { columns, rows: depth, phases } }: Walked<R>,
  { rows, registers }: Walk,
  precision: Precision,
): number {
  const weights = columns.blocks * columns.each * depth.blocks * depth.each * units * units;
  const bytes = BYTES[precision] * weights;
  const groups = lanes * Math.ceil(batch / rows);
  const waves = Math.ceil(groups / model.cores);
  // Weights that the cache does not hold come from memory, once for each workgroup.
  const fromMemory = model.memoryBytes / Math.min(groups, model.cores);
  const bandwidth =
    bytes > model.cacheBytes ? Math.min(model.coreCacheBytes, fromMemory) : model.coreCacheBytes;
  const load = bytes / bandwidth;
  const efficiency = cheapBarriers ? EFFICIENCY.cheapBarriers : EFFICIENCY.dearBarriers;
  // A half is converted for all rows at once.
  const conversions = precision === 'f32' ? 0 : 1;
  const compute = (2 * weights * (rows + conversions)) / (model.coreFlops * efficiency);
  // The shorter of the two is hidden, but never quite.
  const product = registers ? compute : Math.max(compute, load) + Math.min(compute, load) / 8;
  const packing = precision === 'f32' ? 0 : model.launch + (6 * lanes * weights) / model.memoryBytes;
  const once = packing + model.launch + (registers ? waves * load : 0);
  return once + steps * waves * (2 * (phases?.length ?? 1) * model.barrier + product);
}

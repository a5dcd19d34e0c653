// Kernels that walk through all time steps in one dispatch (shaders/shared/recurrent_columns.wgsl): their sizes and definitions.
import type {
  Bindings,
  Constants,
  FloatArray,
  Kernel,
  ParamTypes,
  ParamValues,
  Storage,
} from '../core/kernel.ts';
import type { Limits, Precision } from '../core/limits.ts';
import { unpackHalves } from './pack_halves.ts';

/** Quads of rows whose weights for four columns the shader can keep: 32 registers of four, of f32 or of two f16. */
const MOST_KEPT: Record<Precision, number> = { f32: 8, f16: 16 };
/** Registers that such a quad takes. */
const QUAD_REGISTERS: Record<Precision, number> = { f32: 16, f16: 8 };
/** Registers of a thread besides those of its weights: sums, operand, addresses, what the cell loads ahead. */
const OTHER_REGISTERS = 32;
/** Threads of a workgroup that streams its weights, so that many loads are under way; two warps for each scheduler. */
const STREAMING_THREADS = 512;
/** Threads below which products from registers wait for their operands. */
const BUSY_THREADS = 256;

/** What these kernels take besides the params of a step. */
export const sequenceParams = {
  steps: 'u32',
  batch: 'u32',
  units: 'u32',
  masked: 'u32',
  /** As those of a step. */
  reverse: 'u32',
  lanes: 'u32',
  /** Batch rows of a workgroup: 1, 2 or 4. */
  rows: 'u32',
  /** 1 keeps the weights in registers. */
  registers: 'u32',
} as const;

/** A side of the weights: blocks of `each` rows or columns a unit, of which each is padded to whole quads. */
export interface Blocks {
  readonly blocks: number;
  readonly each: number;
}

/** What a kernel needs of its recurrent product. */
export interface Columns {
  readonly columns: Blocks;
  readonly rows: Blocks;
  /** Blocks of columns and of rows of each product of a step, where one needs the results of another. */
  readonly phases?: readonly { readonly columns: number; readonly rows: number }[];
}

type Walk = Pick<ParamValues<typeof sequenceParams>, 'units' | 'rows' | 'registers'>;

/** How the products of a step are dealt to the threads. */
export interface Mapping {
  /** Parts of the depth, and quads of rows in a part, of each product. */
  readonly parts: readonly number[];
  readonly depths: readonly number[];
  /** Threads of a workgroup, a multiple of 32 where the device allows. */
  readonly threads: number;
  /** Quads of a row of the operand, and of its partial sums. */
  readonly operand: number;
  readonly sums: number;
  /** Registers of a thread, estimated. */
  readonly registers: number;
}

/** How a device runs the kernel with these sizes; undefined where it cannot. */
export function mapping(
  { units, rows, registers }: Walk,
  { columns, rows: depth, phases = [{ columns: columns.blocks, rows: depth.blocks }] }: Columns,
  precision: Precision,
  limits: Limits,
): Mapping | undefined {
  const quads = (count: number) => Math.ceil((count * units) / 4);
  const products = phases.map((p) => ({
    columns: p.columns * quads(columns.each),
    rows: p.rows * quads(depth.each),
  }));
  const deal = (depthOf: (p: { columns: number; rows: number }) => number): Mapping | undefined => {
    const depths = products.map((p) => Math.min(depthOf(p), p.rows));
    const parts = products.map((p, i) => Math.ceil(p.rows / depths[i]));
    const tasks = products.map((p, i) => p.columns * parts[i]);
    const all = registers === 1 ? tasks.reduce((a, b) => a + b) : Math.max(...tasks);
    if (all > limits.workgroupThreads) return undefined;
    // With registers the last part reads as many quads of the operand as the others, and multiplies them by zero.
    const most = Math.max(...depths);
    const operand = products.reduce((sum, p) => sum + p.rows, 0) + most - 1;
    const sums = Math.max(...tasks);
    if (16 * rows * (operand + sums) > limits.workgroupBytes) return undefined;
    const threads = Math.ceil(Math.max(all, rows * units) / 32) * 32;
    return {
      ...{ parts, depths, operand, sums },
      threads: Math.min(threads, limits.workgroupThreads),
      registers: OTHER_REGISTERS + (registers === 1 ? most * QUAD_REGISTERS[precision] : 0),
    };
  };
  if (rows * units > limits.workgroupThreads) return undefined;
  if (registers === 1) {
    const deepest = Math.min(MOST_KEPT[precision], Math.max(...products.map((p) => p.rows)));
    return kept(
      Array.from({ length: deepest }, (_, i) => deal(() => i + 1)),
      limits,
    );
  }
  for (let wanted = Math.min(STREAMING_THREADS, limits.workgroupThreads); wanted >= 1; wanted >>= 1) {
    // At least two quads of rows in a part, since a part costs its sum.
    const found = deal((p) => Math.max(2, Math.ceil(p.rows / Math.max(1, Math.floor(wanted / p.columns)))));
    if (found) return found;
  }
  return undefined;
}

/** Of the ways to keep the weights, by rising depth: that with fewest registers in all which keeps a core busy. */
function kept(ways: readonly (Mapping | undefined)[], { model }: Limits): Mapping | undefined {
  const possible = ways.flatMap((way) => way ?? []);
  const fitting = possible.filter((way) => way.registers <= model.threadRegisters);
  const among = fitting.length > 0 ? fitting : possible;
  const inAll = (way: Mapping) => way.threads * way.registers;
  const [first, ...rest] = among.filter((way) => way.threads >= BUSY_THREADS);
  if (first) return rest.reduce((best, way) => (inAll(way) < inAll(best) ? way : best), first);
  return among.find((way) => Math.max(...way.depths) > 1) ?? among[0];
}

/** Whether a core has the registers for it. */
export function registersFit({ threads, registers }: Mapping, { model }: Limits): boolean {
  return registers <= Math.min(model.threadRegisters, model.registerBytes / 4 / threads);
}

/** What distinguishes one of these kernels from the others. */
interface SequenceKernel<B extends Bindings, P extends typeof sequenceParams> extends Columns {
  readonly name: string;
  readonly wgsl: string;
  readonly bindings: B;
  readonly params: P;
  /** The binding of the weights. */
  readonly weights: keyof B & string;
  /** Whether all elements of an operand's quad are written by one thread. */
  readonly wholeQuads?: boolean;
  /** Constants beyond those of the product. */
  constants?(p: ParamValues<P>): Constants;
  /** All steps by the reference of the step kernel. */
  reference(tensors: Storage<B>, p: ParamValues<P>): void;
  /** Elements of [N,H] that the pointwise part of a step moves. */
  readonly pointwise: number;
}

/** One of these kernels for weights in f32 and for weights packed by pack_halves, and what their product is. */
export type SequenceKernels<B extends Bindings, P extends ParamTypes> = Record<Precision, Kernel<B, P>> & {
  readonly product: Columns;
};

/**
 * Defines the kernel for weights in f32, and that for weights packed by pack_halves: of the same shader, and with
 * `_f16` added to its name. Both accumulate in f32.
 */
export function sequenceKernels<const B extends Bindings, const P extends typeof sequenceParams & ParamTypes>(
  it: SequenceKernel<B, P>,
): SequenceKernels<B, P> {
  const { columns, rows: depth, phases } = it;
  const product: Columns = { columns, rows: depth, ...(phases && { phases }) };
  const weightsOfUnit = columns.blocks * columns.each * depth.blocks * depth.each;
  const define = (precision: Precision): Kernel<B, P> => ({
    name: precision === 'f16' ? `${it.name}_f16` : it.name,
    wgsl: it.wgsl,
    bindings: it.bindings,
    params: it.params,
    constants(p, limits) {
      const { units, rows, registers } = p as Walk;
      const way = mapping({ units, rows, registers }, product, precision, limits);
      if (!way) throw new Error(`${it.name}: ${rows} rows of ${units} units do not fit this device`);
      const [PARTS, PARTS_2 = 0] = way.parts;
      const [DEPTH, DEPTH_2 = 0] = way.depths;
      return {
        UNITS: units,
        ROWS: rows,
        THREADS: way.threads,
        COLUMNS: columns.blocks * columns.each * units,
        COLUMN_BLOCK: columns.each * units,
        ROW_BLOCKS: depth.blocks,
        ROW_BLOCK: depth.each * units,
        ...{ PARTS, DEPTH, PARTS_2, DEPTH_2, KEPT: Math.max(DEPTH, DEPTH_2) },
        OPERAND: way.operand,
        SUMS: way.sums,
        REGISTERS: registers === 1,
        PACKED: precision === 'f16',
        VECTORS: (columns.each * units) % 4 === 0,
        WHOLE_QUADS: it.wholeQuads ?? false,
        ...it.constants?.(p),
      };
    },
    workgroups: (p) => [Math.ceil(p.batch / p.rows), 1, p.lanes],
    reference: it.reference,
    cost(p) {
      const states = p.lanes * p.steps * p.batch * p.units;
      return {
        flops: 2 * weightsOfUnit * states * p.units,
        bytes:
          (precision === 'f16' ? 2 : 4) * weightsOfUnit * p.lanes * p.units * p.units +
          4 * it.pointwise * states,
      };
    },
  });
  return { f32: define('f32'), f16: packed(define('f16'), it), product };
}

/** The same kernel with packed weights, whose reference computes with the rounded numbers. */
function packed<B extends Bindings, P extends typeof sequenceParams & ParamTypes>(
  kernel: Kernel<B, P>,
  { weights, rows }: SequenceKernel<B, P>,
): Kernel<B, P> {
  return {
    ...kernel,
    // Launchers bind by name alone, so that the type of the unpacked bindings serves both.
    bindings: { ...kernel.bindings, [weights]: 'read u32' },
    reference(tensors, p) {
      const words = (tensors as Record<string, FloatArray | Uint32Array>)[weights] as Uint32Array;
      const unpacked = unpackHalves(words, p.lanes * rows.blocks, rows.each * p.units);
      kernel.reference({ ...tensors, [weights]: unpacked }, p);
    },
  };
}

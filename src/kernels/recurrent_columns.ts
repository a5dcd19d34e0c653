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

/** Numbers of one column that the shader can keep: 32 registers of four, of one f32 or two f16 each. */
const MOST_KEPT: Record<Precision, number> = { f32: 128, f16: 256 };

/** What these kernels take besides the params of a step. */
export const sequenceParams = {
  steps: 'u32',
  batch: 'u32',
  units: 'u32',
  masked: 'u32',
  /** Batch rows of a workgroup: 1, 2 or 4. */
  rows: 'u32',
  /** 1 keeps the weights in registers. */
  registers: 'u32',
} as const;

/** What a kernel needs of its recurrent product. */
export interface Columns {
  /** Columns a unit. */
  readonly gates: number;
  /** Operands that are multiplied by columns of their own. */
  readonly parts: number;
}

type Walk = Pick<ParamValues<typeof sequenceParams>, 'units' | 'rows' | 'registers'>;

/** Whether a device can run the kernel with these sizes. */
export function columnsFit(
  { units, rows, registers }: Walk,
  { gates, parts }: Columns,
  precision: Precision,
  limits: Limits,
): boolean {
  const columns = gates * units;
  const quads = Math.ceil(units / 4);
  const bytes = 4 * (rows * columns + 4 * rows * parts * (quads + 1));
  if (bytes > limits.workgroupBytes || rows * quads > limits.workgroupThreads) return false;
  return registers === 0 || (columns <= limits.workgroupThreads && units <= MOST_KEPT[precision]);
}

/** What distinguishes one of these kernels from the others. */
interface SequenceKernel<B extends Bindings, P extends typeof sequenceParams> extends Columns {
  readonly name: string;
  readonly wgsl: string;
  readonly bindings: B;
  readonly params: P;
  /** The binding of the weights, [blocks,H,columns/blocks]: blocks with rows of their own. */
  readonly weights: keyof B & string;
  readonly blocks: number;
  /** Constants beyond those of the product. */
  constants?(p: ParamValues<P>): Constants;
  /** All steps by the reference of the step kernel. */
  reference(tensors: Storage<B>, p: ParamValues<P>): void;
  /** Elements of [N,H] that the pointwise part of a step moves. */
  readonly pointwise: number;
}

/**
 * Defines the kernel for weights in f32, and that for weights packed by pack_halves: of the same shader, and with
 * `_f16` added to its name. Both accumulate in f32.
 */
export function sequenceKernels<const B extends Bindings, const P extends typeof sequenceParams & ParamTypes>(
  it: SequenceKernel<B, P>,
): Record<Precision, Kernel<B, P>> {
  const define = (precision: Precision): Kernel<B, P> => ({
    name: precision === 'f16' ? `${it.name}_f16` : it.name,
    wgsl: it.wgsl,
    bindings: it.bindings,
    params: it.params,
    constants(p, limits) {
      const { units, rows, registers } = p as Walk;
      const COLUMNS = it.gates * units;
      const wanted = Math.max(COLUMNS, rows * Math.ceil(units / 4));
      return {
        UNITS: units,
        COLUMNS,
        PARTS: it.parts,
        ROWS: rows,
        THREADS: Math.min(Math.ceil(wanted / 32) * 32, limits.workgroupThreads),
        REGISTERS: registers === 1,
        PACKED: precision === 'f16',
        ...it.constants?.(p),
      };
    },
    workgroups: (p) => [Math.ceil(p.batch / p.rows), 1, 1],
    reference: it.reference,
    cost(p) {
      const states = p.steps * p.batch * p.units;
      const weights = it.gates * p.units * p.units;
      return {
        flops: 2 * it.gates * states * p.units,
        bytes: (precision === 'f16' ? 2 : 4) * weights + 4 * it.pointwise * states,
      };
    },
  });
  return { f32: define('f32'), f16: packed(define('f16'), it) };
}

/** The same kernel with packed weights, whose reference computes with the rounded numbers. */
function packed<B extends Bindings, P extends typeof sequenceParams & ParamTypes>(
  kernel: Kernel<B, P>,
  { weights, blocks }: SequenceKernel<B, P>,
): Kernel<B, P> {
  return {
    ...kernel,
    // Launchers bind by name alone, so that the type of the unpacked bindings serves both.
    bindings: { ...kernel.bindings, [weights]: 'read u32' },
    reference(tensors, p) {
      const words = (tensors as Record<string, FloatArray | Uint32Array>)[weights] as Uint32Array;
      const unpacked = unpackHalves(words, blocks, p.units);
      kernel.reference({ ...tensors, [weights]: unpacked }, p);
    },
  };
}

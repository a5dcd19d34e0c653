// How tensors lie inside and outside: the batch comes first for users, time comes first for kernels.
import type { Builder } from '../core/builder.ts';
import type { DType, Tensor } from '../core/tensor.ts';
import { NdArray } from '../data/nd_array.ts';
import { isTimeMajor, publicShape } from '../layers/layout.ts';
import type { InputSpec } from '../layers/symbolic.ts';

/** A shape with the first two axes swapped where tensors lie so; the same function both ways. */
export function swapped(shape: readonly number[], dtype: DType): number[] {
  return publicShape({ shape, dtype });
}

export function dtypeOf(spec: Pick<InputSpec, 'dtype'>): DType {
  return spec.dtype === 'int32' ? 'u32' : 'f32';
}

/** Declares the inputs of a model for a batch of N; `sizes` are their shapes without the batch. */
export function declareInputs(
  b: Builder,
  specs: readonly InputSpec[],
  batch: number,
  sizes: readonly (readonly number[])[],
): Tensor[] {
  return specs.map((spec, i) => {
    const dtype = dtypeOf(spec);
    return b.input(spec.name, swapped([batch, ...sizes[i]], dtype), { dtype });
  });
}

/** The rows of an output that each have a loss: [N] of [N,D], [T,N] of [T,N,D] and of tags [T,N], [T,N,A] of [T,N,A,B]. */
export function rowsOf(output: Pick<Tensor, 'shape' | 'dtype'>): readonly number[] {
  return output.dtype === 'u32' ? output.shape : output.shape.slice(0, -1);
}

/** Values in the order of storage, of an array [N,T,...] in the order of users. */
export function toPhysical(array: NdArray, dtype: DType): Float32Array | Float64Array | Uint32Array {
  const { data, shape } = array;
  const kind = dtype === 'u32' ? Uint32Array : data instanceof Float32Array ? Float32Array : Float64Array;
  const out = new kind(data.length);
  if (isTimeMajor({ shape, dtype })) transposeInto(data, out, shape[0], shape[1]);
  else out.set(data as ArrayLike<number>);
  return out;
}

/** The inverse: an array [N,T,...] of what a plan's tensor holds. */
export function fromPhysical(t: Tensor, values: ArrayLike<number>): NdArray {
  const kind = t.dtype === 'u32' ? Int32Array : values instanceof Float64Array ? Float64Array : Float32Array;
  const out = new kind(values.length);
  if (isTimeMajor(t)) transposeInto(values, out, t.shape[0], t.shape[1]);
  else out.set(values);
  return new NdArray(publicShape(t), out);
}

/** From [A,B,rest] to [B,A,rest]. */
function transposeInto(from: ArrayLike<number>, to: { [i: number]: number }, A: number, B: number): void {
  const rest = from.length / (A * B);
  for (let a = 0; a < A; a++) {
    for (let b = 0; b < B; b++) {
      const source = (a * B + b) * rest;
      const target = (b * A + a) * rest;
      for (let k = 0; k < rest; k++) to[target + k] = from[source + k];
    }
  }
}

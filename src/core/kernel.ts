// The definition of a kernel: one WGSL file, its bindings and params, and the CPU reference that explains it.
import type { Limits } from './limits.ts';
import type { DType } from './tensor.ts';

export type Access = 'read' | 'write' | 'readwrite';

/** How a kernel uses a tensor: f32 elements, or u32 where it says so. */
export type Binding = Access | `${Access} u32`;
export type Bindings = Record<string, Binding>;
export type ParamTypes = Record<string, 'u32' | 'f32'>;
export type ParamValues<P extends ParamTypes = ParamTypes> = { readonly [K in keyof P]: number };

/** Numbers become `const NAME: u32 = value;`, booleans become conditions for `#if NAME`. */
export type Constants = Readonly<Record<string, number | boolean>>;

export type FloatArray = Float32Array | Float64Array;
export type Storage<B extends Bindings = Bindings> = {
  readonly [K in keyof B]: B[K] extends `${Access} u32` ? Uint32Array : FloatArray;
};

export interface Cost {
  /** Floating-point operations; a fused multiply-add counts as two. */
  readonly flops: number;
  /** Bytes that must be moved at least once. */
  readonly bytes: number;
}

export interface Kernel<B extends Bindings = Bindings, P extends ParamTypes = ParamTypes> {
  /** The snake_case stem: shader, launcher, cases, GPU label and profile row share it. */
  readonly name: string;
  readonly wgsl: string;
  /** In the order of the WGSL bindings, from binding 1 on; binding 0 is the uniform Params struct. */
  readonly bindings: B;
  /**
   * In the order of the WGSL Params struct. A param named `<binding>_offset` lets that binding take a view
   * at any offset: the builder fills it in (elements), so that launchers leave it out.
   */
  readonly params: P;
  /** One pipeline is made for each distinct value; never contains N or T. */
  constants?(p: ParamValues<P>, limits: Limits): Constants;
  workgroups(p: ParamValues<P>, constants: Constants): readonly [number, number, number];
  /** Plain loops with the indices of the WGSL; storage is f32 or f64. */
  reference(tensors: Storage<B>, p: ParamValues<P>): void;
  cost?(p: ParamValues<P>): Cost;
  /** What the kernel needs and a device with these limits does not have, in words; undefined where it runs. */
  lacks?(limits: Limits): string | undefined;
}

/** Declares a kernel, so that its bindings and params are typed for `reference` and `dispatch`. */
export function defineKernel<const B extends Bindings, const P extends ParamTypes>(
  kernel: Kernel<B, P>,
): Kernel<B, P> {
  return kernel;
}

/** Splits a binding into access and element type. */
export function describeBinding(binding: Binding): { access: Access; dtype: DType } {
  const [access, dtype] = binding.split(' ') as [Access, DType | undefined];
  return { access, dtype: dtype ?? 'f32' };
}

/** Workgroups for a kernel that handles `count` elements with `threads` a group, as a grid of two dimensions. */
export function linearGrid(count: number, threads: number): [number, number, number] {
  const groups = Math.ceil(count / threads);
  const x = Math.min(groups, 32768);
  return [x, Math.ceil(groups / x), 1];
}

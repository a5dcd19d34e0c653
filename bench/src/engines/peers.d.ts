// The few calls of the peers that the benchmark makes, so that a clone without their packages is checked all the same.

declare module '@tensorflow/tfjs-core' {
  export interface Tensor {
    readonly shape: number[];
    data(): Promise<Float32Array>;
    dispose(): void;
  }
  export interface Variable extends Tensor {
    assign(value: Tensor): void;
  }
  export interface Optimizer {
    minimize(loss: () => Tensor, returnCost: true, variables?: Variable[]): Tensor | null;
    dispose(): void;
  }
  type Shape = readonly number[];
  export function setBackend(name: string): Promise<boolean>;
  export function ready(): Promise<void>;
  export function tensor(
    values: Float32Array | Int32Array,
    shape: Shape,
    dtype?: 'float32' | 'int32',
  ): Tensor;
  export function variable(value: Tensor): Variable;
  export function zeros(shape: Shape): Tensor;
  export function tidy<R>(body: () => R): R;
  export function keep(t: Tensor): Tensor;
  export function dispose(t: Tensor | Tensor[]): void;
  export function matMul(a: Tensor, b: Tensor, transposeA?: boolean, transposeB?: boolean): Tensor;
  export function add(a: Tensor, b: Tensor): Tensor;
  export function sub(a: Tensor | number, b: Tensor): Tensor;
  export function mul(a: Tensor, b: Tensor): Tensor;
  export function neg(x: Tensor): Tensor;
  export function log(x: Tensor): Tensor;
  export function sum(x: Tensor, axis: number): Tensor;
  export function mean(x: Tensor): Tensor;
  export function sigmoid(x: Tensor): Tensor;
  export function tanh(x: Tensor): Tensor;
  export function dropout(x: Tensor, rate: number): Tensor;
  export function gather(x: Tensor, indices: Tensor): Tensor;
  export function reshape(x: Tensor, shape: Shape): Tensor;
  export function split(x: Tensor, sizes: number | number[], axis: number): Tensor[];
  export function slice(x: Tensor, begin: Shape, size: Shape): Tensor;
  export function unstack(x: Tensor, axis: number): Tensor[];
  export function stack(tensors: Tensor[], axis: number): Tensor;
  export function cast(x: Tensor, dtype: 'int32' | 'float32'): Tensor;
  export function oneHot(ids: Tensor, depth: number): Tensor;
  export const losses: { softmaxCrossEntropy(labels: Tensor, logits: Tensor): Tensor };
  export const train: {
    sgd(learningRate: number): Optimizer;
    adam(learningRate: number, beta1?: number, beta2?: number, epsilon?: number): Optimizer;
  };
  export function engine(): { startScope(): void; endScope(): void };
  export function removeBackend(name: string): void;
}
declare module '@tensorflow/tfjs-core/dist/register_all_gradients' {}
declare module '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops' {}
declare module '@tensorflow/tfjs-backend-webgpu' {}
declare module '@tensorflow/tfjs-backend-webgl' {}
declare module '@tensorflow/tfjs-backend-wasm' {
  export function setWasmPaths(paths: Record<string, string>): void;
}
declare module '@tensorflow/tfjs-backend-wasm/dist/*' {
  const url: string;
  export default url;
}
declare module '@tensorflow/tfjs-layers' {
  import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
  export interface LayersModel {
    add(layer: unknown): void;
    compile(options: { optimizer: Optimizer; loss: 'sparseCategoricalCrossentropy' }): void;
    trainOnBatch(x: Tensor, y: Tensor): Promise<number>;
    predictOnBatch(x: Tensor): Tensor;
    setWeights(weights: Tensor[]): void;
    dispose(): void;
  }
  export function sequential(): LayersModel;
  export const layers: Record<
    'embedding' | 'lstm' | 'simpleRNN' | 'dense' | 'dropout' | 'inputLayer',
    (options: object) => unknown
  >;
}

declare module '@jax-js/jax' {
  export interface Array {
    /** One more reference: every call consumes one of each argument. */
    readonly ref: this;
    readonly shape: number[];
    add(other: Array | number): Array;
    sub(other: Array | number): Array;
    mul(other: Array | number): Array;
    div(other: Array | number): Array;
    neg(): Array;
    sum(axis?: number): Array;
    reshape(shape: number[]): Array;
    slice(...index: (number | [] | [number] | [number, number] | null)[]): Array;
    data(): Promise<Float32Array>;
    blockUntilReady(): Promise<Array>;
    dispose(): void;
  }
  export type Tree = Array | Tree[] | { [name: string]: Tree };
  export type Device = 'webgpu' | 'wasm';
  export function init(...devices: Device[]): Promise<string[]>;
  export function defaultDevice(device: Device): void;
  export function jit<A extends Tree[], R extends Tree>(
    body: (...args: A) => R,
  ): ((...args: A) => R) & { dispose(): void };
  export function valueAndGrad<A extends Tree[], R>(
    body: (...args: A) => R,
    options: { hasAux: true },
  ): (...args: A) => [R, A[0]];
  export namespace numpy {
    type Array = import('@jax-js/jax').Array;
  }
  export const numpy: {
    array(values: Float32Array | Int32Array): Array;
    zeros(shape: number[]): Array;
    matmul(a: Array, b: Array): Array;
    take(x: Array, indices: Array, axis: number): Array;
    stack(arrays: Array[]): Array;
    tanh(x: Array): Array;
    sqrt(x: Array): Array;
    square(x: Array): Array;
    transpose(x: Array): Array;
    greaterEqual(x: Array, y: number): Array;
    where(condition: Array, x: Array | number, y: Array | number): Array;
    power(x: number, y: Array): Array;
  };
  export const nn: {
    sigmoid(x: Array): Array;
    logSoftmax(x: Array, axis: number): Array;
    oneHot(ids: Array, classes: number): Array;
  };
  export const random: {
    key(seed: number): Array;
    split(key: Array, count: number): Array;
    bernoulli(key: Array, p: number, shape: number[]): Array;
  };
  export const tree: {
    map<T extends Tree>(f: (...leaves: Array[]) => Array, first: T, ...rest: Tree[]): T;
    leaves(t: Tree): Array[];
    ref<T extends Tree>(t: T): T;
    dispose(t: Tree): void;
  };
}

// Keras' own numbers for layers that are not recurrent: a table of classes, each with the layer that answers here.
import type { Backend } from '../../src/backends/backend.ts';
import { elu, leakyReLU, prelu, softmax } from '../../src/layers/activation_layers.ts';
import { type DenseOptions, dense } from '../../src/layers/dense.ts';
import { embedding } from '../../src/layers/embedding.ts';
import type { AnyLayer } from '../../src/layers/layer.ts';
import { upSampling1D } from '../../src/layers/shape.ts';
import { type Numbers, runLayer } from '../harness/layer_run.ts';
import {
  compared,
  numbersOf,
  type Outcome,
  type Runner,
  type VectorCase,
  type VectorTensor,
} from './outcome.ts';

export interface LayerCase extends VectorCase {
  readonly layer: { readonly class_name: string; readonly config: Readonly<Record<string, unknown>> };
  readonly weights: readonly VectorTensor[];
  readonly calls: readonly {
    readonly inputs: readonly VectorTensor[];
    readonly kwargs: Readonly<Record<string, readonly VectorTensor[]>>;
  }[];
  readonly checks: readonly (VectorTensor & { readonly output: number; readonly index: number | null })[];
}

/** A layer of its options in camelCase, or why there is none. */
export type LayerOfCase = (options: Record<string, unknown>, c: LayerCase) => AnyLayer | string;

/** The classes of the file, by Keras' names; those that are not here are another file's. */
const classes: Record<string, LayerOfCase> = {
  Dense: (options) => dense(options as unknown as DenseOptions),
  Embedding: ({ inputDim, outputDim, maskZero }) => embedding({ inputDim, outputDim, maskZero } as never),
  UpSampling1D: (options) => upSampling1D(options),
  LeakyReLU: (options) => leakyReLU(options),
  ELU: (options) => elu(options),
  PReLU: (options) => prelu(options),
  Softmax: (options, c) =>
    'mask' in c.calls[0].kwargs || Array.isArray(options.axis)
      ? 'a mask of single elements is what attention applies to its scores; no layer hands one to Softmax'
      : softmax(options),
};

/** Adds the classes of another topic. */
export function addClasses(more: Record<string, LayerOfCase>): void {
  Object.assign(classes, more);
}

export const runner: Runner<LayerCase> = {
  ops: ['keras_layer'],
  async run(c, backend): Promise<Outcome> {
    const { class_name: name, config } = c.layer;
    const make = classes[name];
    if (!make) return { status: 'not covered', reason: `${name} is not run by this file` };
    const options = Object.fromEntries(
      Object.entries(config).map(([key, value]) => [
        key.replace(/_(\w)/g, (_, letter) => letter.toUpperCase()),
        value,
      ]),
    );
    const layer = make(options, c);
    if (typeof layer === 'string') return { status: 'not covered', reason: layer };
    return checked(c, layer, backend);
  },
};

async function checked(c: LayerCase, layer: AnyLayer, backend: Backend): Promise<Outcome> {
  const call = c.calls[c.calls.length - 1];
  const featuresFirst = c.layer.config.data_format === 'channels_first';
  const inputs = call.inputs.map((given, i): Numbers => {
    const mask = call.kwargs.mask?.[i];
    const t = featuresFirst ? { ...given, ...turned(given.shape, numbersOf(given)) } : given;
    return {
      // A single axis is a batch of single features for the layers that take features.
      shape: layer.takesIds || t.shape.length > 1 ? t.shape : [t.shape[0], 1],
      data: numbersOf(t),
      dtype: layer.takesIds ? 'u32' : 'f32',
      ...(mask && { mask: numbersOf(mask) }),
    };
  });
  const { outputs } = await runLayer(layer, inputs, backend, { weights: c.weights.map(numbersOf) });
  for (const check of c.checks) {
    const whole = outputs[check.output];
    const got = check.index === null ? whole : whole.slice(check.index, check.index + 1);
    const data = featuresFirst && got.shape.length === 3 ? turned(got.shape, got.data).data : got.data;
    const outcome = compared(`output ${check.output}`, data, check, c.tolerance);
    if (outcome.status !== 'passed') return outcome;
  }
  return { status: 'passed' };
}

/** The last two axes of three in the other order: features come last here. */
function turned(shape: readonly number[], data: ArrayLike<number>): { shape: number[]; data: number[] } {
  const [N, rows, cols] = shape;
  const at = (i: number) =>
    Math.floor(i / rows / cols) * rows * cols + (i % rows) * cols + (Math.floor(i / rows) % cols);
  return { shape: [N, cols, rows], data: Array.from({ length: data.length }, (_, i) => data[at(i)]) };
}

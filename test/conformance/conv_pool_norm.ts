// Published numbers of convolution, pooling and normalization: the classes of Keras, the operators of ONNX and WebNN.
import type { Builder } from '../../src/core/builder.ts';
import { sizeOf, type Tensor } from '../../src/core/tensor.ts';
import { batchNormalization } from '../../src/layers/batch_normalization.ts';
import { type Conv1DOptions, conv1D } from '../../src/layers/conv_1d.ts';
import { convolved } from '../../src/layers/convolution.ts';
import { defineLayer } from '../../src/layers/layer.ts';
import {
  layerNormalization,
  normalizedRows,
  type RowNormalization,
} from '../../src/layers/layer_normalization.ts';
import { permuted, sliced } from '../../src/layers/movements.ts';
import {
  averagePooling1D,
  globalAveragePooling1D,
  globalMaxPooling1D,
  maxPooling1D,
  type Pooling1DOptions,
} from '../../src/layers/pooling.ts';
import { addClasses, type LayerOfCase } from './keras_layers_other.ts';
import { addOnnxOperators, type OnnxOperator } from './onnx_misc.ts';
import { NotCovered, transposed } from './operators.ts';
import { numbersOf } from './outcome.ts';
import { addWebnnOperators } from './webnn_misc.ts';

type Options = Record<string, unknown>;

/** The order of axes is the file's business: features come last here. */
const of =
  (make: (options: never) => ReturnType<typeof conv1D>): LayerOfCase =>
  ({ dataFormat, ...options }: Options) =>
    make(options as never);

/** Each feature by itself, `depthMultiplier` filters for each. */
function depthwise({ depthMultiplier, dataFormat, ...options }: Options, features: number, useBias: boolean) {
  const filters = features * (depthMultiplier as number);
  const { kernelSize, strides, padding, dilationRate } = options as unknown as Conv1DOptions;
  return conv1D({
    ...{ name: 'depthwise', filters, groups: features, useBias },
    ...{ kernelSize, strides: strides ?? 1, padding: padding ?? 'valid', dilationRate: dilationRate ?? 1 },
  });
}

/** Features of the only input of a case. */
function featuresOf(c: Parameters<LayerOfCase>[1]): number {
  const { shape } = c.calls[0].inputs[0];
  return c.layer.config.data_format === 'channels_first' ? shape[1] : shape[2];
}

addClasses({
  Conv1D: of(conv1D),
  MaxPooling1D: of(maxPooling1D),
  AveragePooling1D: of(averagePooling1D),
  GlobalMaxPooling1D: of(globalMaxPooling1D),
  GlobalAveragePooling1D: of(globalAveragePooling1D),
  LayerNormalization: of(layerNormalization),
  DepthwiseConv1D: (options, c) => depthwise(options, featuresOf(c), options.useBias === true),
  SeparableConv1D(options, c) {
    const first = depthwise(options, featuresOf(c), false);
    const { filters, useBias } = options as unknown as Conv1DOptions;
    const second = conv1D({ name: 'pointwise', filters, kernelSize: 1, useBias: useBias ?? true });
    return defineLayer({
      name: 'separable_conv1d',
      build: (b: Builder, x: Tensor) =>
        b.scope('pointwise', () =>
          second.build(
            b,
            b.scope('depthwise', () => first.build(b, x)),
          ),
        ),
    });
  },
});

/** Normalises over some axes, wherever they are; gamma and beta have the lengths of these. */
function normalizedOver(
  b: Builder,
  x: Tensor,
  axes: readonly number[],
  options: Omit<RowNormalization, 'cols'>,
): Tensor {
  const kept = [...x.shape.keys()].filter((k) => !axes.includes(k));
  const order = [...kept, ...axes];
  const cols = sizeOf(axes.map((k) => x.shape[k]));
  const turned = transposed(b, x, order);
  const rows = b.view(turned, 0, [sizeOf(x.shape) / cols, cols]);
  const y = b.view(normalizedRows(b, rows, { ...options, cols }), 0, turned.shape);
  return transposed(
    b,
    y,
    order.map((_, k) => order.indexOf(k)),
  );
}

/** All axes from one on, as ONNX normalises. */
function axesFrom(x: Tensor, axis: number): number[] {
  const first = axis < 0 ? axis + x.shape.length : axis;
  return [...x.shape.keys()].slice(first);
}

/** [N,C,L,...] with axes of length 1 behind, as [L,N,C], through a layer, and back. */
function overTime(b: Builder, x: Tensor, body: (x: Tensor) => Tensor): Tensor {
  const [N, C, L, ...rest] = x.shape;
  if (rest.some((n) => n !== 1)) throw new NotCovered('images: recurrent models go over one axis of time');
  const y = permuted(b, body(permuted(b, b.view(x, 0, [N, C, L]), [2, 0, 1])), [1, 2, 0]);
  return b.view(y, 0, [...y.shape, ...rest]);
}

/** The one number among those of several axes, the others of which are 1 (or 0 for pads). */
function first(value: unknown, otherwise: number): number {
  return Array.isArray(value) ? (value[0] as number) : otherwise;
}

const pooling =
  (make: (options: Pooling1DOptions) => ReturnType<typeof maxPooling1D>): OnnxOperator =>
  (b, [x], { kernel_shape, strides, pads }) => {
    const layer = make({
      poolSize: first(kernel_shape, 1),
      strides: first(strides, 1),
      padding: first(pads, 0),
    });
    return overTime(b, x!.tensor, (time) => layer.build(b, time));
  };

/** Any number of axes behind the features are one axis of time. */
const globalPooling =
  (make: typeof globalMaxPooling1D): OnnxOperator =>
  (b, [x]) => {
    const { shape } = x!.tensor;
    const [N, C] = shape;
    const flat = b.view(x!.tensor, 0, [N, C, sizeOf(shape.slice(2))]);
    const y = overTime(b, flat, (time) => make({ keepdims: true }).build(b, time));
    return b.view(y, 0, [N, C, ...shape.slice(2).map(() => 1)]);
  };

addOnnxOperators({
  Conv(b, [x, w, bias], attrs) {
    const [filters, , size] = w!.tensor.shape;
    const kernel = permuted(b, w!.tensor, [2, 1, 0]);
    const [stride, dilation, pad] = [
      first(attrs.strides, 1),
      first(attrs.dilations, 1),
      first(attrs.pads, 0),
    ];
    return overTime(b, x!.tensor, (time) => {
      const [steps, batch, features] = time.shape;
      const outSteps = Math.floor((steps + 2 * pad - (size - 1) * dilation - 1) / stride) + 1;
      const sizes = { steps, outSteps, batch, features, filters, size };
      const way = { stride, dilation, pad, groups: (attrs.group as number) ?? 1 };
      return convolved(b, { ...sizes, ...way }, time, kernel, bias?.tensor);
    });
  },
  MaxPool: pooling(maxPooling1D),
  AveragePool: pooling(averagePooling1D),
  GlobalMaxPool: globalPooling(globalMaxPooling1D),
  GlobalAveragePool: globalPooling(globalAveragePooling1D),
  LayerNormalization(b, [x, scale, bias], { axis = -1, epsilon = 1e-5 }) {
    const axes = axesFrom(x!.tensor, axis as number);
    const each = x!.tensor.shape.map((n, k) => (axes.includes(k) ? 1 : n));
    const stats = b.activation('stats', [sizeOf(each), 2]);
    const y = normalizedOver(b, x!.tensor, axes, {
      ...{ gamma: scale?.tensor, beta: bias?.tensor, epsilon: epsilon as number, form: 'mean', stats },
    });
    return [y, ...[0, 1].map((k) => b.view(sliced(b, stats, 1, k, 1), 0, each))];
  },
  RMSNormalization: (b, [x, scale], { axis = -1, epsilon = 1e-5 }) =>
    normalizedOver(b, x!.tensor, axesFrom(x!.tensor, axis as number), {
      ...{ gamma: scale?.tensor, beta: undefined, epsilon: epsilon as number, form: 'rootMeanSquare' },
    }),
  BatchNormalization(b, [x, scale, bias, mean, variance], { epsilon = 1e-5 }) {
    const [gamma, beta, movingMean, movingVariance] = [scale, bias, mean, variance].map((t) => {
      const values = numbersOf(t!.value!);
      return () => values;
    });
    const layer = batchNormalization({
      ...{ epsilon: epsilon as number, gammaInitializer: gamma, betaInitializer: beta },
      ...{ movingMeanInitializer: movingMean, movingVarianceInitializer: movingVariance },
    });
    return overTime(b, x!.tensor, (time) => layer.build(b, time));
  },
  Unsqueeze(b, [x], { axes }) {
    const { shape } = x!.tensor;
    const to = [...shape];
    for (const axis of axes as number[]) to.splice(axis, 0, 1);
    return b.view(x!.tensor, 0, to);
  },
  Squeeze: (b, [x], { axes }) =>
    b.view(
      x!.tensor,
      0,
      x!.tensor.shape.filter((_, k) => !(axes as number[]).includes(k)),
    ),
});

addWebnnOperators({
  layerNormalization({ b, tensor, has, arguments: { axes, epsilon = 1e-5 } }) {
    const x = tensor('input').tensor;
    const over = (axes as number[] | undefined) ?? [...x.shape.keys()].slice(1);
    return normalizedOver(b, x, over, {
      gamma: has('scale') ? tensor('scale').tensor : undefined,
      beta: has('bias') ? tensor('bias').tensor : undefined,
      ...{ epsilon: epsilon as number, form: 'mean' },
    });
  },
});

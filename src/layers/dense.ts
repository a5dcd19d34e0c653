// The dense layer: one matrix product over the last axis, for every time step at once.
import type { Builder } from '../core/builder.ts';
import type { RowParts } from '../core/deferred.ts';
import { OptionError, ShapeError, show } from '../core/errors.ts';
import { checkOptions, expectFlags, shown } from '../core/options.ts';
import { expectCount, sizeOf, type Tensor } from '../core/tensor.ts';
import { columnSum } from '../kernels/column_sum.ts';
import { type Matrix, matmul } from '../kernels/matmul.ts';
import { type ActivationName, applyActivation, checkActivation } from './activation.ts';
import type { EmbeddingLayer } from './embedding.ts';
import { firstShape, firstShapeNames } from './first_shape.ts';
import { defineLayer, type Layer } from './layer.ts';
import type { LayerOptions } from './plain.ts';
import { penalise, type RegularizerOption, regularizer, regularizerConfig } from './regularizers.ts';
import type { Applicable } from './symbolic.ts';
import { type WeightOptions, weightOptionNames, weightRules } from './weights.ts';

export interface DenseOptions extends LayerOptions, WeightOptions<'kernel'>, WeightOptions<'bias'> {
  units: number;
  /** Applied to the result; default linear. */
  activation?: ActivationName;
  /** Default true. */
  useBias?: boolean;
  /** A penalty on the result, divided by the batch. */
  activityRegularizer?: RegularizerOption;
  /** Use the transposed table of this embedding as the kernel (weight tying; Press and Wolf 2017). */
  tieTo?: EmbeddingLayer;
}

export interface DenseLayer extends Layer, Applicable {
  readonly units: number;
  /** Number of parameters for inputs of D features; a tied kernel is counted with its embedding. */
  parameterCount(features: number): number;
  getConfig(): Record<string, unknown>;
}

const OPTIONS = [
  ...[
    'units',
    'activation',
    'useBias',
    'activityRegularizer',
    'tieTo',
    'name',
    'trainable',
    ...firstShapeNames,
  ],
  ...weightOptionNames('kernel', 'bias'),
];

/**
 * A dense layer: x [...,D] to activation(x·W + b) [...,V], over all leading axes at once.
 *
 * Parameters: kernel [D,V] (absent when tied), bias [V]. Backward: dW = xᵀ·dy, db = column sum of dy, dx = dy·Wᵀ;
 * a tied kernel E [V,D] gets dE = dyᵀ·x. A large y without an activation is computed when a step first touches it, or
 * not at all where a cross entropy takes it in parts.
 * @throws OptionError when `units` is no positive integer; ShapeError when a tied table has other sizes.
 */
export function dense(options: DenseOptions): DenseLayer {
  checkOptions('dense', options, OPTIONS);
  const { tieTo, activation = 'linear', useBias = true, trainable = true, name = 'dense' } = options;
  const units = expectCount(options.units, `${name}/units`);
  expectFlags(name, { useBias });
  const kernelRules = weightRules(name, 'kernel', options, 'glorotUniform');
  const biasRules = weightRules(name, 'bias', options, 'zeros');
  const activity = regularizer(options.activityRegularizer, `${name}/activityRegularizer`);
  checkActivation(name, activation);
  checkTie(name, units, tieTo);

  const weights = (b: Builder, D: number): Tensor => {
    if (!tieTo) return kernelRules.declare(b, 'kernel', [D, units]);
    const table = tieTo.table(b);
    if (table.shape[1] !== D) {
      throw new ShapeError(
        `[${name}] tied to ${table.name} ${show(table.shape)} takes [..., ${table.shape[1]}], got [..., ${D}];` +
          ' make the last recurrent layer as wide as the embedding',
      );
    }
    return table;
  };

  const layer = defineLayer({
    name,
    className: 'Dense',
    rowwise: true,
    trainable,
    ...firstShape(name, options),
    units,
    parameterCount: (features: number) => (tieTo ? 0 : features * units) + (useBias ? units : 0),
    build(b: Builder, x: Tensor): Tensor {
      const D = x.shape.at(-1);
      if (D === undefined) throw new ShapeError(`[${name}] expected [..., D], got a scalar (${x.name})`);
      if (x.dtype !== 'f32') {
        throw new ShapeError(
          `[${name}] takes features (f32), got ids (${x.name}); look them up by an embedding`,
        );
      }
      const rows = sizeOf(x.shape) / D;
      const kernel = weights(b, D);
      const bias = useBias ? biasRules.declare(b, 'bias', [units]) : undefined;
      const y = b.activation('y', [...x.shape.slice(0, -1), units]);
      const parts = rowParts(b, { x, kernel, bias, tied: tieTo !== undefined, rows, D, units });
      b.defer(y, parts);
      b.onBackward(() => {
        const dy = b.gradOf(y);
        if (dy) parts.backward()(0, rows, dy);
      });
      b.setMask(y, b.maskOf(x));
      const result = applyActivation(b, y, activation);
      penalise(b, result, activity);
      return result;
    },
    getConfig(): Record<string, unknown> {
      if (tieTo) throw new OptionError(`[${name}/tieTo] is a layer, which no config can hold`);
      return {
        ...{ name, trainable: layer.trainable ?? trainable, units, activation, useBias },
        ...kernelRules.getConfig(),
        ...biasRules.getConfig(),
        activityRegularizer: regularizerConfig(activity),
      };
    },
  });
  return layer as DenseLayer;
}

/** @throws OptionError when a tied layer is no embedding, or has another number of tokens. */
function checkTie(name: string, units: number, tieTo: EmbeddingLayer | undefined): void {
  if (!tieTo) return;
  if (typeof tieTo.table !== 'function') {
    throw new OptionError(
      `[${name}/tieTo] must be the embedding layer whose table is shared, got ${shown(tieTo)}`,
    );
  }
  if (tieTo.inputDim !== units) {
    throw new OptionError(
      `[${name}] is tied to an embedding of ${tieTo.inputDim} tokens and so must have ${tieTo.inputDim} units, got ${units}`,
    );
  }
}

/** The product and its gradients for some of the rows: all at once, or, below a loss over many classes, in parts. */
function rowParts(
  b: Builder,
  layer: {
    /** M·D elements */
    x: Tensor;
    /** [D,V], or [V,D] where it is a tied table */
    kernel: Tensor;
    /** [V] */
    bias: Tensor | undefined;
    tied: boolean;
    rows: number;
    D: number;
    units: number;
  },
): RowParts {
  const { x, kernel, bias, tied, rows, D, units } = layer;
  const stored = tied ? { rows: units, cols: D } : { rows: D, cols: units };
  const some = (tensor: Tensor, first: number, count: number) =>
    ({ tensor, rows: count, cols: D, offset: first * D }) satisfies Matrix;
  return {
    rows,
    forward(first, count, y) {
      matmul(b, {
        a: some(x, first, count),
        b: { tensor: kernel, ...stored, transposed: tied },
        c: { tensor: y, rows: count, cols: units },
        bias,
      });
    },
    backward() {
      let dx: ReturnType<Builder['gradInto']>;
      let begun = false;
      return (first, count, gradient) => {
        const dy = { tensor: gradient, rows: count, cols: units, gradient: true };
        const dKernel = b.gradInto(kernel);
        const dBias = bias && b.gradInto(bias);
        // The columns of dy are those of the product only where the kernel is not tied.
        const sums = tied ? undefined : dBias;
        if (dKernel) {
          const partX = some(x, first, count);
          const [left, right] = tied ? [dy, partX] : [partX, dy];
          matmul(b, {
            a: { ...left, transposed: true },
            b: right,
            c: { tensor: dKernel.tensor, ...stored },
            accumulate: dKernel.accumulate,
            sums,
          });
        }
        if (dBias && !(dKernel && sums)) {
          const { tensor: to, accumulate } = dBias;
          columnSum(b, { source: gradient, to, rows: count, cols: units, accumulate });
        }
        // The rows of dx are disjoint: whether to add to what others left is asked once for all of them.
        if (!begun) dx = b.gradInto(x);
        begun = true;
        if (dx) {
          matmul(b, {
            a: dy,
            b: { tensor: kernel, ...stored, transposed: !tied },
            c: some(dx.tensor, first, count),
            accumulate: dx.accumulate,
          });
        }
      };
    },
  };
}

// A layer of any kind applied to every time step for itself, with the same weights.
import type { Builder } from '../core/builder.ts';
import { OptionError, ShapeError, show } from '../core/errors.ts';
import { checkOptions, shown } from '../core/options.ts';
import type { Tensor } from '../core/tensor.ts';
import { firstShape, firstShapeNames } from './first_shape.ts';
import { type AnyLayer, completed, defineLayer, type Layer, type Outputs, outputsOf } from './layer.ts';
import { layerConfig } from './layer_config.ts';
import { publicShape } from './layout.ts';
import { permuted } from './movements.ts';
import { placed } from './placed.ts';
import type { LayerOptions } from './plain.ts';
import type { Applicable } from './symbolic.ts';

export interface TimeDistributedOptions extends LayerOptions {
  /** What is applied to each step. */
  layer: AnyLayer;
}

/** A layer that treats every row [...,D], or every id, by itself, whatever axes come before. */
interface RowwiseLayer {
  readonly rowwise?: boolean;
}

/**
 * Applies a layer to each step of x [N,T,...]: all steps of all samples are one batch of T·N for it.
 *
 * Its outputs [T·N,...] become [N,T,...], with the mask of x. The layer itself sees no mask: what it masks within a step
 * it must find there. A layer that treats every row by itself gets x as it is, which comes to the same. A layer that
 * stands elsewhere too has the same weights in all places.
 * @throws OptionError for what is no layer; ShapeError for an input without time, or inputs of different lengths.
 */
export function timeDistributed<Output extends Outputs = Tensor>(
  options: (Layer<Output> & object) | TimeDistributedOptions,
): Layer<Output> & Applicable & { readonly layer: AnyLayer } {
  const given = isLayer(options) ? { layer: options } : (options as TimeDistributedOptions);
  checkOptions('timeDistributed', given, ['layer', 'name', 'trainable', ...firstShapeNames]);
  const { layer: repeated, name = 'time_distributed', trainable = true } = given as TimeDistributedOptions;
  if (!isLayer(repeated)) {
    throw new OptionError(`[${name}] takes a layer, such as dense({ units: 4 }), got ${shown(repeated)}`);
  }
  const layer = completed(repeated);
  const definition: Layer<Outputs> & { readonly layer: AnyLayer } = {
    name,
    className: 'TimeDistributed',
    trainable,
    ...firstShape(name, given as TimeDistributedOptions),
    layer,
    inner: [layer],
    ...(layer.outputs !== undefined && { outputs: layer.outputs }),
    ...(layer.takesIds !== undefined && { takesIds: layer.takesIds }),
    build(b, ...inputs) {
      const rowwise = (layer as RowwiseLayer).rowwise === true;
      const [T, N] = stepsOf(name, inputs, rowwise);
      const merged = rowwise ? inputs : inputs.map((x) => asBatch(b, x));
      const outputs = placed(b, layer, layer.name, () => outputsOf(layer.build(b, ...merged)));
      const results = outputs.map((y) => {
        const sequence = rowwise ? y : asSequence(b, y, T, N);
        b.setMask(sequence, b.maskOf(inputs[0]));
        return sequence;
      });
      return layer.outputs === undefined || layer.outputs === 1 ? results[0] : results;
    },
    getConfig() {
      return { name, trainable: made.trainable ?? trainable, layer: layerConfig(layer) };
    },
  };
  const made = defineLayer(definition);
  return made as unknown as Layer<Output> & Applicable & { readonly layer: AnyLayer };
}

/** Steps and samples of the inputs. */
function stepsOf(name: string, inputs: readonly Tensor[], rowwise: boolean): [T: number, N: number] {
  for (const x of inputs) {
    const least = x.dtype === 'u32' ? 2 : 3;
    if (x.shape.length < least || x.shape.length > 4) {
      throw new ShapeError(
        `[${name}] expected [N, T, ...] with time, got ${show(publicShape(x))} (${x.name})`,
      );
    }
    if (x.dtype === 'u32' && x.shape.length > 2 && !rowwise) {
      throw new ShapeError(
        `[${name}] takes ids [N, T], got ${show(publicShape(x))} (${x.name}); look them up by an embedding before`,
      );
    }
    if (x.shape[0] !== inputs[0].shape[0] || x.shape[1] !== inputs[0].shape[1]) {
      throw new ShapeError(
        `[${name}] takes inputs of one length, got ${inputs.map((t) => show(publicShape(t))).join(' and ')}`,
      );
    }
  }
  const [T, N] = inputs[0].shape;
  return [T, N];
}

/** [T,N,...rest] as a batch of T·N: rows, or, where the rest has time of its own, with that first. */
function asBatch(b: Builder, x: Tensor): Tensor {
  const [T, N, ...rest] = x.shape;
  if (rest.length < 2) return b.view(x, 0, [T * N, ...rest]);
  const [A, B] = rest;
  return b.view(permuted(b, x, [2, 0, 1, 3]), 0, [A, T * N, B]);
}

/** The inverse, for what the layer returned. */
function asSequence(b: Builder, y: Tensor, T: number, N: number): Tensor {
  if (y.shape.length <= 2) return b.view(y, 0, [T, N, ...y.shape.slice(1)]);
  const [A, , B] = y.shape;
  return permuted(b, b.view(y, 0, [A, T, N, B]), [1, 2, 0, 3]);
}

function isLayer(value: unknown): value is AnyLayer {
  const kind = typeof value;
  return (
    (kind === 'function' || (kind === 'object' && value !== null)) &&
    typeof (value as AnyLayer).build === 'function'
  );
}

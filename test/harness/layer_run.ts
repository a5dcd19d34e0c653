// Runs a layer by itself on arrays as users have them, batch first, and gives back its outputs and masks so.
import type { Backend } from '../../src/backends/backend.ts';
import { buildPlan } from '../../src/core/builder.ts';
import { Parameters, toStorage } from '../../src/core/parameters.ts';
import type { DType } from '../../src/core/tensor.ts';
import { NdArray } from '../../src/data/nd_array.ts';
import { type AnyLayer, outputsOf } from '../../src/layers/layer.ts';
import { publicShape } from '../../src/layers/layout.ts';
import { toPhysical } from '../../src/models/physical.ts';

export interface Numbers {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
  /** u32 for ids; default f32. */
  readonly dtype?: DType;
  /** [N,T] */
  readonly mask?: ArrayLike<number>;
}

export interface LayerRun {
  /** Values of all parameters in their order, in file layout. */
  weights?: readonly ArrayLike<number>[];
  training?: boolean;
}

export interface LayerResult {
  outputs: NdArray[];
  /** [N,T] for outputs that have a mask. */
  masks: (NdArray | undefined)[];
}

/** @throws whatever the layer throws; Error when `weights` has another number of tensors than the layer has. */
export async function runLayer(
  layer: AnyLayer,
  inputs: readonly Numbers[],
  backend: Backend,
  { weights, training = false }: LayerRun = {},
): Promise<LayerResult> {
  const parameters = new Parameters({ seed: 1 });
  let results: { y: string; mask: string | undefined }[] = [];
  const plan = buildPlan({ name: 'layer', limits: backend.limits, parameters, training }, (b) => {
    const tensors = inputs.map(({ shape, mask, dtype = 'f32' }, i) => {
      const x = b.input(`x${i}`, publicShape({ shape, dtype }), { dtype });
      if (mask) b.setMask(x, b.input(`mask${i}`, [shape[1], shape[0]], { dtype: 'u32' }));
      return x;
    });
    results = outputsOf(layer.build(b, ...tensors)).map((y, i) => {
      b.output(`y${i}`, y);
      const mask = b.maskOf(y);
      if (mask) b.output(`y${i} mask`, mask);
      return { y: `y${i}`, mask: mask && `y${i} mask` };
    });
  });
  const executable = await backend.load(plan);
  try {
    for (const [i, { shape, data, mask, dtype = 'f32' }] of inputs.entries()) {
      const input = plan.inputs[`x${i}`];
      if (input) backend.write(input, toPhysical(new NdArray(shape, data), dtype));
      const flags = plan.inputs[`mask${i}`];
      if (mask && flags) backend.write(flags, toPhysical(new NdArray(shape.slice(0, 2), mask), 'u32'));
    }
    if (weights) {
      const own = parameters.all;
      if (own.length !== weights.length) {
        throw new Error(`${layer.name} has ${own.length} weights, the case ${weights.length}`);
      }
      own.forEach((t, i) => {
        backend.write(t, toStorage(t, weights[i]));
      });
    }
    executable.run();
    // The swap of the first two axes is its own inverse, and this one keeps f64.
    const array = async (name: string) => {
      const t = plan.outputs[name];
      const values = toPhysical(new NdArray(t.shape, await backend.read(t)), t.dtype);
      return new NdArray(publicShape(t), values);
    };
    return {
      outputs: await Promise.all(results.map(({ y }) => array(y))),
      masks: await Promise.all(results.map(({ mask }) => (mask ? array(mask) : undefined))),
    };
  } finally {
    executable.dispose();
    backend.release(parameters.storage);
  }
}

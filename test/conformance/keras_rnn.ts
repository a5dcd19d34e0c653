// Keras' own numbers for its recurrent layers: layers from their configs, with masks, states and several calls.
import type { Backend } from '../../src/backends/backend.ts';
import { type Builder, buildPlan } from '../../src/core/builder.ts';
import { Parameters, toStorage } from '../../src/core/parameters.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { type AnyLayer, outputsOf } from '../../src/layers/layer.ts';
import { layerFromConfig } from '../../src/models/registry.ts';
import { type KerasConfig, translated } from './keras_config.ts';
import {
  compared,
  numbersOf,
  type Outcome,
  type Runner,
  type VectorCase,
  type VectorTensor,
} from './outcome.ts';

interface Call {
  readonly inputs: readonly VectorTensor[];
  readonly kwargs: {
    readonly mask?: readonly VectorTensor[];
    readonly initial_state?: readonly VectorTensor[];
  };
}

export interface KerasLayerCase extends VectorCase {
  readonly op: 'keras_layer';
  readonly layer: KerasConfig;
  readonly weights: readonly (VectorTensor & { readonly name: string })[];
  /** More than one for stateful layers alone. */
  readonly calls: readonly Call[];
  readonly n_outputs: number;
  /** `index`: one sample of the output, or null for all. */
  readonly checks: readonly (VectorTensor & { readonly output: number; readonly index: number | null })[];
}

/** Row-major values with the first two axes swapped: from batch first to time first and back. */
function swapped(values: ArrayLike<number>, [first, second, ...rest]: readonly number[]): Float64Array {
  const width = rest.reduce((product, n) => product * n, 1);
  const out = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const a = Math.floor(i / width / second);
    const b = Math.floor(i / width) % second;
    out[(b * first + a) * width + (i % width)] = values[i];
  }
  return out;
}

/** A tensor of a call as an input of the plan; what has a time axis has it first there. */
function inputOf(b: Builder, name: string, t: VectorTensor, values: Map<string, Float64Array>): Tensor {
  const isMask = t.dtype === 'bool';
  const timeFirst = isMask || t.shape.length >= 3;
  const [first, second, ...rest] = t.shape;
  const shape = timeFirst ? [second, first, ...rest] : t.shape;
  values.set(name, timeFirst ? swapped(numbersOf(t), t.shape) : Float64Array.from(numbersOf(t)));
  return b.input(name, shape, isMask ? { dtype: 'u32' } : {});
}

async function run(c: KerasLayerCase, backend: Backend): Promise<Outcome> {
  const parameters = new Parameters();
  const layer: AnyLayer = layerFromConfig(translated(c.layer));
  const values = new Map<string, Float64Array>();
  const outputs: Tensor[] = [];
  const [first] = c.calls;
  const plan = buildPlan({ name: c.id, limits: backend.limits, parameters }, (b) => {
    const [x] = first.inputs.map((t, i) => inputOf(b, `x${i}`, t, values));
    if (first.kwargs.mask) b.setMask(x, inputOf(b, 'mask', first.kwargs.mask[0], values));
    const states = (first.kwargs.initial_state ?? []).map((t, i) => inputOf(b, `state${i}`, t, values));
    b.scope(layer.name, () => outputs.push(...outputsOf(layer.build(b, x, ...states))));
    return Object.fromEntries(outputs.map((y, i) => [`y${i}`, y]));
  });
  if (outputs.length !== c.n_outputs) {
    return { status: 'failed', message: `${outputs.length} outputs, expected ${c.n_outputs}` };
  }
  if (parameters.all.length !== c.weights.length) {
    return { status: 'failed', message: `${parameters.all.length} weights, expected ${c.weights.length}` };
  }
  const executable = await backend.load(plan);
  try {
    for (const [i, p] of parameters.all.entries()) backend.write(p, toStorage(p, numbersOf(c.weights[i])));
    for (const [name, data] of values) backend.write(plan.inputs[name], data);
    for (const call of c.calls) {
      const [x] = call.inputs;
      backend.write(plan.inputs.x0, swapped(numbersOf(x), x.shape));
      executable.run();
    }
    for (const check of c.checks) {
      const y = outputs[check.output];
      const got = Float64Array.from(await backend.read(y));
      const batchFirst = y.shape.length >= 3 ? swapped(got, y.shape) : got;
      const size = got.length / (y.shape.length >= 3 ? y.shape[1] : y.shape[0]);
      const { index } = check;
      const part = index === null ? batchFirst : batchFirst.subarray(index * size, (index + 1) * size);
      const outcome = compared(`output ${check.output}`, part, check, c.tolerance);
      if (outcome.status !== 'passed') return outcome;
    }
    return { status: 'passed' };
  } finally {
    executable.dispose();
    backend.release(parameters.storage);
  }
}

/** Runs the cases of keras_layers_rnn.json. */
export const runner: Runner<KerasLayerCase> = { ops: ['keras_layer'], run };

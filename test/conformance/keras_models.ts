// Published numbers of whole sequential models: predictions over several calls, masks and states, training by plain descent.
import type { Backend } from '../../src/backends/backend.ts';
import { NdArray } from '../../src/data/nd_array.ts';
import type { AnyLayer } from '../../src/layers/layer.ts';
import { input, type Symbolic } from '../../src/layers/symbolic.ts';
import { model } from '../../src/models/functional.ts';
import type { Model } from '../../src/models/model.ts';
import { layerFromConfig } from '../../src/models/registry.ts';
import { sequential } from '../../src/models/sequential.ts';
import { sgd } from '../../src/training/optimizers.ts';
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
  readonly inputs: VectorTensor;
  readonly initial_state?: readonly VectorTensor[];
}

interface Training {
  readonly loss: string;
  readonly learning_rate: number;
  readonly epochs: number;
  readonly batch_size: number;
  readonly x: VectorTensor;
  readonly y: VectorTensor;
  readonly history_loss?: readonly (number | null)[];
  readonly final_weights?: readonly VectorTensor[];
  readonly predict_after?: readonly VectorTensor[] | VectorTensor;
}

export interface KerasModelCase extends VectorCase {
  readonly op: 'keras_model';
  readonly layers: readonly (KerasConfig & { readonly weights: readonly VectorTensor[] })[];
  readonly calls: readonly Call[];
  readonly checks: readonly (VectorTensor & { readonly call: number; readonly output: number })[];
  readonly train?: Training;
}

function arrayOf(t: VectorTensor): NdArray {
  return new NdArray(t.shape, numbersOf(t));
}

/** The model of a case; with initial states as further inputs where a call brings some. */
function modelOf(c: KerasModelCase, backend: Backend): Model {
  const layers = c.layers.map((one) => layerFromConfig(translated(one)));
  const first = c.calls[0]?.inputs ?? c.train!.x;
  const dtype = first.dtype === 'int32' ? 'int32' : 'float32';
  const x = input({ shape: first.shape.slice(1), dtype, name: 'x' });
  const states = (c.calls[0]?.initial_state ?? []).map((t, i) =>
    input({ shape: t.shape.slice(1), name: `state${i}` }),
  );
  let made: Model;
  if (states.length === 0) made = sequential([x, ...layers]);
  else {
    let at: Symbolic[] = [x, ...states];
    for (const layer of layers) at = [...(layer as AnyLayer & ((from: Symbolic[]) => Symbolic))(at)];
    made = model({ inputs: [x, ...states], outputs: at });
  }
  const learningRate = c.train?.learning_rate ?? 0;
  made.compile({ optimizer: sgd({ learningRate }), loss: c.train?.loss ?? 'mse', backend });
  return made;
}

async function run(c: KerasModelCase, backend: Backend): Promise<Outcome> {
  const made = modelOf(c, backend);
  try {
    await made.setWeights(c.layers.flatMap(({ weights }) => weights.map(arrayOf)));
    for (const [i, call] of c.calls.entries()) {
      const outputs = await made.predictAll(
        call.initial_state
          ? [arrayOf(call.inputs), ...call.initial_state.map(arrayOf)]
          : arrayOf(call.inputs),
      );
      for (const check of c.checks.filter((one) => one.call === i)) {
        const got = outputs[check.output].data;
        const outcome = compared(`call ${i}, output ${check.output}`, got, check, c.tolerance);
        if (outcome.status !== 'passed') return outcome;
      }
    }
    return c.train ? await checkTraining(c, c.train, made) : { status: 'passed' };
  } finally {
    await made.dispose();
  }
}

async function checkTraining(c: KerasModelCase, train: Training, made: Model): Promise<Outcome> {
  const { history } = await made.fit(arrayOf(train.x), arrayOf(train.y), {
    epochs: train.epochs,
    batchSize: train.batch_size,
    shuffle: false,
    verbose: 0,
  });
  const results: Outcome[] = [];
  for (const [epoch, want] of (train.history_loss ?? []).entries()) {
    if (want === null) continue;
    const vector: VectorTensor = { shape: [1], dtype: 'float32', data: [want] };
    results.push(compared(`loss of epoch ${epoch}`, [history.loss[epoch]], vector, c.tolerance));
  }
  if (train.final_weights) {
    const weights = await made.getWeights();
    train.final_weights.forEach((want, i) => {
      results.push(compared(made.weightNames[i], weights[i].data, want, c.tolerance));
    });
  }
  if (train.predict_after) {
    const wanted = Array.isArray(train.predict_after) ? train.predict_after : [train.predict_after];
    const got = await made.predictAll(arrayOf(train.x));
    wanted.forEach((want, i) => {
      results.push(compared(`prediction ${i} after training`, got[i].data, want, c.tolerance));
    });
  }
  return results.find(({ status }) => status !== 'passed') ?? { status: 'passed' };
}

/** Runs the cases of tfjs_layers.json. */
export const runner: Runner<KerasModelCase> = { ops: ['keras_model'], run };

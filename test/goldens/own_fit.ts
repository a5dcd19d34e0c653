// Our own golden cases of whole trainings: what fit records of every epoch, and the weights that it leaves.
import { expect } from 'vitest';
import type { Backend } from '../../src/backends/backend.ts';
import { NdArray } from '../../src/data/nd_array.ts';
import { dense } from '../../src/layers/dense.ts';
import { gru } from '../../src/layers/gru.ts';
import { lstm } from '../../src/layers/lstm.ts';
import { globalAveragePooling1D } from '../../src/layers/pooling.ts';
import { l2 } from '../../src/layers/regularizers.ts';
import { input } from '../../src/layers/symbolic.ts';
import { model } from '../../src/models/functional.ts';
import type { Model } from '../../src/models/model.ts';
import { sequential } from '../../src/models/sequential.ts';
import { sparseCategoricalCrossentropy } from '../../src/training/losses.ts';
import { adam, rmsprop } from '../../src/training/optimizers.ts';
import { expectClose, type Golden, loadGolden } from '../harness/golden.ts';

interface FitAttrs {
  epochs: number;
  batchSize: number;
  units: number;
  classes: number;
  learningRate: number;
  epsilon: number;
  classWeight: number[];
  l2: number;
  globalClipNorm: number;
  lossWeights: number[];
  rho: number;
}

type History = Readonly<Record<string, readonly number[]>>;

/** Kind `fit`: the numbers of all epochs by their names in logs, and exp.after.*, the weights at the end. */
export async function checkFit(id: string, backend: Backend, precision: 'f32' | 'f64'): Promise<void> {
  const golden = loadGolden(id);
  const [made, train] = id === 'fit-classes' ? classes(golden, backend) : twoOutputs(golden, backend);
  try {
    await made.setWeights(made.weightNames.map((name) => given(golden, `w.${name}`)));
    const history = await train();
    const weights = await made.getWeights();
    for (const [name, { shape }] of Object.entries(golden.tensors)) {
      if (!name.startsWith('exp.')) continue;
      const [, short, weight] = /^exp\.(after\.(.*)|.*)$/.exec(name)!;
      const got = weight ? weights[made.weightNames.indexOf(weight)].data : history[short];
      expect(got?.length, `${id} ${name} ${shape}`).toBeGreaterThan(0);
      expectClose(golden, name, got, precision);
    }
  } finally {
    await made.dispose();
  }
}

/** A tensor of the case as users have it. */
function given({ tensors }: Golden, name: string): NdArray {
  const { shape, data } = tensors[name];
  return new NdArray(shape, data);
}

function classes(golden: Golden, backend: Backend): [Model, () => Promise<History>] {
  const a = golden.attrs as unknown as FitAttrs;
  const [, T, D] = golden.tensors['in.x'].shape;
  const made = sequential([
    input({ shape: [T, D] }),
    lstm({ units: a.units, kernelRegularizer: l2(a.l2) }),
    dense({ units: a.classes }),
  ]);
  const { learningRate, epsilon, globalClipNorm } = a;
  made.compile({
    optimizer: adam({ convention: 'torch', learningRate, epsilon, globalClipNorm }),
    loss: sparseCategoricalCrossentropy({ fromLogits: true }),
    metrics: ['accuracy'],
    weightedMetrics: ['sparse_categorical_accuracy'],
    backend,
  });
  const train = async () => {
    const { history } = await made.fit(given(golden, 'in.x'), given(golden, 'in.y'), {
      epochs: a.epochs,
      batchSize: a.batchSize,
      shuffle: false,
      classWeight: a.classWeight,
      sampleWeight: given(golden, 'in.weight'),
      validationData: [given(golden, 'in.validation_x'), given(golden, 'in.validation_y')],
    });
    return history as History;
  };
  return [made, train];
}

function twoOutputs(golden: Golden, backend: Backend): [Model, () => Promise<History>] {
  const a = golden.attrs as unknown as FitAttrs;
  const [, T, D] = golden.tensors['in.x'].shape;
  const x = input({ shape: [T, D] });
  const steps = gru({ units: a.units, returnSequences: true })(x);
  const tags = dense({ units: a.classes, name: 'tags' })(steps);
  const value = dense({ units: 2, name: 'value' })(globalAveragePooling1D()(steps));
  const made = model({ inputs: x, outputs: [tags, value] });
  const { learningRate, epsilon, rho } = a;
  made.compile({
    optimizer: rmsprop({ convention: 'torch', learningRate, epsilon, rho }),
    loss: { tags: sparseCategoricalCrossentropy({ fromLogits: true }), value: 'meanSquaredError' },
    lossWeights: a.lossWeights,
    backend,
  });
  const train = async () => {
    const y = { tags: given(golden, 'in.tags'), value: given(golden, 'in.value') };
    const { history } = await made.fit(given(golden, 'in.x'), y, {
      epochs: a.epochs,
      batchSize: a.batchSize,
      shuffle: false,
      lengths: Array.from(golden.tensors['in.lengths'].data),
      sampleWeight: {
        tags: given(golden, 'in.tag_weight'),
        value: given(golden, 'in.value_weight'),
      },
    });
    return history as History;
  };
  return [made, train];
}

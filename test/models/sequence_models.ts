// Models of convolution, pooling, normalization and attention: small ones that every backend trains.
import type { Backend } from '../../src/backends/backend.ts';
import { additiveAttention, attention } from '../../src/layers/attention.ts';
import { batchNormalization } from '../../src/layers/batch_normalization.ts';
import { conv1D } from '../../src/layers/conv_1d.ts';
import { dense } from '../../src/layers/dense.ts';
import { embedding } from '../../src/layers/embedding.ts';
import { gru } from '../../src/layers/gru.ts';
import { layerNormalization } from '../../src/layers/layer_normalization.ts';
import { concatenate } from '../../src/layers/merge.ts';
import { multiHeadAttention } from '../../src/layers/multi_head_attention.ts';
import { globalAveragePooling1D, maxPooling1D } from '../../src/layers/pooling.ts';
import { input } from '../../src/layers/symbolic.ts';
import { model } from '../../src/models/functional.ts';
import type { Model } from '../../src/models/model.ts';
import { sequential } from '../../src/models/sequential.ts';
import { sgd } from '../../src/training/optimizers.ts';

/** Whether waves of eight steps rise or fall, [N,8,2] and [N,1]. */
export function waves(count: number): { x: number[][][]; y: number[][] } {
  const rows = Array.from({ length: count }, (_, n) => {
    const rises = n % 3 !== 0;
    const x = Array.from({ length: 8 }, (_, t) => [
      (rises ? t : -t) / 4 + Math.sin(n + t),
      Math.cos(5 * n + t * t),
    ]);
    return { x, y: [rises ? 1 : 0] };
  });
  return { x: rows.map(({ x }) => x), y: rows.map(({ y }) => y) };
}

/** Convolution, batch and layer normalization, pooling. */
export function convolutional(backend: Backend): Model {
  const made = sequential([
    input({ shape: [8, 2] }),
    conv1D({ filters: 6, kernelSize: 3, padding: 'same', activation: 'relu' }),
    batchNormalization({ momentum: 0.5 }),
    maxPooling1D(),
    conv1D({ filters: 4, kernelSize: 2, strides: 2, groups: 2, padding: 'causal' }),
    layerNormalization(),
    globalAveragePooling1D(),
    dense({ units: 1, activation: 'sigmoid' }),
  ]);
  made.compile({ optimizer: sgd({ learningRate: 0.5 }), loss: 'binaryCrossentropy', backend, seed: 3 });
  return made;
}

/** Sources of up to five tokens, padded by 0, and what is to be said of them, in three tokens. */
export const sources = [
  [1, 2, 3, 4, 5],
  [5, 4, 3, 0, 0],
  [2, 3, 0, 0, 0],
  [4, 4, 1, 2, 0],
];
export const prompts = sources.map(() => [6, 6, 6]);
export const answers = sources.map(([a, b]) => [b, a, b]);

/** An encoder-decoder with three kinds of attention over a masked source of any length. */
export function attentive(backend: Backend): Model {
  const source = input({ shape: [null], dtype: 'int32', name: 'source' });
  const prompt = input({ shape: [3], dtype: 'int32', name: 'prompt' });
  const table = embedding({ inputDim: 7, outputDim: 4, maskZero: true });
  const [encoded, state] = gru({ units: 6, returnSequences: true, returnState: true })(table(source));
  const decoded = gru({ units: 6, returnSequences: true, name: 'decoder' })(table(prompt), {
    initialState: state,
  });
  const contexts = [
    attention({ scaled: true })([decoded, encoded]),
    additiveAttention()([decoded, encoded]),
    multiHeadAttention({ numHeads: 2, keyDim: 3 })([decoded, encoded]),
  ];
  const said = dense({ units: 7, activation: 'softmax' })(concatenate()([decoded, ...contexts]));
  const made = model({ inputs: [source, prompt], outputs: said });
  const loss = 'sparseCategoricalCrossentropy';
  made.compile({ optimizer: sgd({ learningRate: 0.5 }), loss, backend, seed: 4 });
  return made;
}

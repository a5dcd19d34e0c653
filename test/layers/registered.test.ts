// Layers that merge, reshape, mask and activate are read back from their configs, by their classes.
import { expect, test } from 'vitest';
import * as library from '../../src/index.ts';

const layers: readonly library.AnyLayer[] = [
  library.activation({ activation: 'tanh' }),
  library.add(),
  library.average(),
  library.concatenate({ axis: 1 }),
  library.cropping1D(),
  library.dense({ units: 2, kernelRegularizer: 'l2' }),
  library.dropout({ rate: 0.1 }),
  library.elu(),
  library.embedding({ inputDim: 2, outputDim: 3, maskZero: true }),
  library.flatten(),
  library.leakyReLU(),
  library.masking(),
  library.maximum(),
  library.minimum(),
  library.multiply(),
  library.permute({ dims: [2, 1] }),
  library.prelu(),
  library.repeatVector({ n: 2 }),
  library.reshape({ targetShape: [2, -1] }),
  library.softmax(),
  library.spatialDropout1D({ rate: 0.1 }),
  library.subtract(),
  library.timeDistributed(library.dense({ units: 2 })),
  library.upSampling1D(),
  library.zeroPadding1D(),
];

for (const layer of layers) {
  test(layer.className!, () => {
    const config = JSON.parse(JSON.stringify(layer.getConfig!()));
    const again = library.layerFromConfig({ className: layer.className!, config });
    expect(again.className).toBe(layer.className);
    expect(again.getConfig!()).toEqual(layer.getConfig!());
  });
}

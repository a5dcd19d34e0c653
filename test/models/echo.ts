// Small models and data that tests of models share.
import { cpu } from '../../src/backends/cpu.ts';
import { dense } from '../../src/layers/dense.ts';
import { lstm } from '../../src/layers/lstm.ts';
import { input } from '../../src/layers/symbolic.ts';
import type { Model } from '../../src/models/model.ts';
import { sequential } from '../../src/models/sequential.ts';
import { sgd } from '../../src/training/optimizers.ts';

export const f64 = () => cpu({ precision: 'f64' });

/** x [N,T,1] and y [N,1]: the first number of each sequence. */
export function echoData(N = 7, T = 3): { x: number[][][]; y: number[][] } {
  const x = Array.from({ length: N }, (_, n) =>
    Array.from({ length: T }, (_, t) => [Math.sin(1 + 3 * n + 7 * t)]),
  );
  return { x, y: x.map((rows) => [rows[0][0]]) };
}

/** An LSTM and a dense layer on it, compiled with plain gradient descent. */
export function echoModel(backend = f64(), options: { seed?: number; learningRate?: number } = {}): Model {
  const { seed = 3, learningRate = 0.1 } = options;
  const model = sequential([input({ shape: [null, 1] }), lstm({ units: 4 }), dense({ units: 1 })]);
  model.compile({ optimizer: sgd({ learningRate }), loss: 'meanSquaredError', backend, seed });
  return model;
}

export function flat(arrays: readonly { data: ArrayLike<number> }[]): number[] {
  return arrays.flatMap(({ data }) => Array.from(data));
}

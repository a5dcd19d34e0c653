// Five folds tell how good a kind of model is; then one model learns from all samples, is saved, and loaded again.
import {
  adam,
  type Backend,
  dense,
  gru,
  input,
  kFold,
  loadModel,
  type Model,
  type NdArray,
  ndarray,
  random,
  scalerFromJSON,
  sequential,
  standardScaler,
} from 'webgpu-rnn';

const shapes = [
  (phase: number) => Math.sin(2 * Math.PI * phase),
  (phase: number) => Math.sign(phase - 0.5),
  (phase: number) => 2 * phase - 1,
];
const steps = 24;

export interface Result {
  /** The accuracy on each fold by a model that was trained on the other four. */
  accuracies: number[];
  mean: number;
  deviation: number;
  /** The largest difference between what the final model predicts and what it predicts once it was saved and loaded. */
  difference: number;
  /** Bytes of the saved model. */
  bytes: number;
}

/** Tells noisy sines, squares and saw teeth apart. */
export async function main({ backend }: { backend?: Backend } = {}): Promise<Result> {
  const { x, y } = samples(150);
  const accuracies: number[] = [];
  for (const { train, test } of kFold({ nSplits: 5, shuffle: true, seed: 1 }).split(x)) {
    const { model, scale } = await trained(x.take(train), y.take(train), backend);
    accuracies.push((await model.evaluate(scale(x.take(test)), y.take(test))).accuracy);
    await model.dispose();
  }
  const mean = accuracies.reduce((sum, accuracy) => sum + accuracy, 0) / accuracies.length;
  const variance = accuracies.reduce((sum, accuracy) => sum + (accuracy - mean) ** 2, 0) / accuracies.length;

  const { model, scale } = await trained(x, y, backend);
  const before = await model.predict(scale(x));
  const bytes = await model.save();
  await model.dispose();
  const loaded = loadModel(bytes);
  if (backend) loaded.runtime.useBackend(backend);
  const scaler = scalerFromJSON(loaded.extras.scaler as never);
  const after = await loaded.predict(scaler.transform(x));
  await loaded.dispose();
  return {
    accuracies,
    mean,
    deviation: Math.sqrt(variance),
    difference: Math.max(...Array.from(before.data, (p, i) => Math.abs(p - after.data[i]))),
    bytes: bytes.length,
  };
}

/** A new model, trained on samples that it scales by what it learns from them; the scaler is saved with it. */
async function trained(
  x: NdArray,
  y: NdArray,
  backend: Backend | undefined,
): Promise<{ model: Model; scale(x: NdArray): NdArray }> {
  const scaler = standardScaler();
  const model = sequential([
    input({ shape: [steps, 1] }),
    gru({ units: 12 }),
    dense({ units: shapes.length, activation: 'softmax' }),
  ]);
  model.compile({
    optimizer: adam({ learningRate: 0.01 }),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
    ...(backend && { backend }),
  });
  await model.fit(scaler.fitTransform(x), y, { epochs: 25, batchSize: 16, verbose: 0 });
  model.extras = { scaler: scaler.toJSON() };
  return { model, scale: (values) => scaler.transform(values) };
}

/** Waves x [n,steps,1] that begin anywhere, and which shape each has, y [n]. */
function samples(n: number): { x: NdArray; y: NdArray } {
  const draw = random(5, 'waves');
  const labels = Array.from({ length: n }, (_, i) => i % shapes.length);
  const waves = labels.map((label) => {
    const begin = draw.uniform();
    return Array.from({ length: steps }, (_, t) => [
      10 + 3 * (shapes[label]((begin + t / 12) % 1) + 0.3 * draw.normal()),
    ]);
  });
  return { x: ndarray(waves), y: ndarray(labels) };
}

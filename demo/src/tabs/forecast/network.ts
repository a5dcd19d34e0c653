// The network of the tab, and the file in which it is kept with all that forecasting takes.
import { adam, type Backend, dense, input, loadModel, lstm, type Model, sequential } from 'webgpu-rnn';
import type { NetworkNote, RunSettings } from './messages.ts';

/** An untrained network, from a seed of its own for each run. */
export function network(
  { window, units, learningRate, seed }: RunSettings,
  run: number,
  backend: Backend,
): Model {
  const made = sequential([input({ shape: [window, 1] }), lstm({ units }), dense({ units: 1 })]);
  const optimizer = adam({ learningRate, globalClipNorm: 5 });
  made.compile({ optimizer, loss: 'meanSquaredError', backend, seed: seed + run });
  return made;
}

/** What the file of a run's network will say, before its first epoch. */
export function noteOf(settings: RunSettings, scaler: NetworkNote['scaler'], run: number): NetworkNote {
  const { series, length, file, column, window, horizon, relative, units, values, ...training } = settings;
  return {
    ...{ task: 'forecast', series, window, horizon, relative, units, run, epoch: 0 },
    length: series === 'file' ? (values?.length ?? 0) : length,
    ...(series === 'file' && file !== undefined && { file }),
    ...(series === 'file' && column !== undefined && { column }),
    ...(scaler && { scaler }),
    key: JSON.stringify([series, length, file, column, window, horizon, relative, units, training]),
  };
}

/**
 * A network out of a file.
 * @throws Error in the visitor's words for another file.
 */
export function openNetwork(bytes: Uint8Array, backend: Backend): { model: Model; note: NetworkNote } {
  const model = loadModel(bytes, { backend });
  const { task, window, horizon, relative, ...rest } = model.extras as unknown as Partial<NetworkNote>;
  if (task !== 'forecast') throw new Error('this model comes from another tab and forecasts no series');
  const note = {
    ...{ series: 'file' as const, length: 0, units: 0, run: 0, epoch: 0, key: '', ...rest },
    ...{ task, window: Number(window), horizon: Number(horizon), relative: Boolean(relative) },
  } as const;
  return { model, note };
}

// A model folder brought to life on a backend, for the commands that use a trained model.
import type { Backend } from '../backends/backend.ts';
import { Parameters } from '../core/parameters.ts';
import { Vocabulary } from '../data/vocabulary.ts';
import { checkWeights, firstStreamStates, unpackWeights } from '../io/checkpoint.ts';
import { languageModel } from '../models/language_model.ts';
import type { Sequential } from '../models/sequential.ts';
import { chooseBackend } from './backend.ts';
import { readModel } from './model_folder.ts';
import type { BackendName } from './options.ts';

export interface TrainedModel {
  model: Sequential;
  parameters: Parameters;
  vocabulary: Vocabulary;
  vocabularySize: number;
}

/** What a folder holds, before its weights are on a device. */
export interface OpenedModel extends TrainedModel {
  /** Writes the weights; call it when the first plan has been loaded. */
  loadWeights(backend: Backend): void;
  /** Where the training stood in its first stream; nothing where the file does not tell. */
  streamStates(): Record<string, Float32Array>;
  /** Checks that all weights are there; call it when the first plan has been built. */
  checkWeights(): void;
}

/**
 * Reads a folder and makes its model.
 * @throws FormatError when the folder is missing or damaged.
 */
export function openModel(folder: string): OpenedModel {
  const { record, weights, weightsFile } = readModel(folder);
  const parameters = new Parameters();
  const vocabulary = new Vocabulary(record.vocabulary);
  const model = languageModel(record.architecture);
  return {
    model,
    parameters,
    vocabulary,
    vocabularySize: vocabulary.size,
    loadWeights: (backend) => void unpackWeights(weights, weightsFile, backend, parameters),
    streamStates: () => firstStreamStates(weights, weightsFile, model.layerNames, record.architecture.units),
    checkWeights: () => checkWeights(weights, weightsFile, parameters),
  };
}

/** Runs `use` on the chosen backend and disposes of that; the adapter is named on stderr. */
export async function withBackend<T>(name: BackendName, use: (backend: Backend) => Promise<T>): Promise<T> {
  const { backend, notice } = await chooseBackend(name);
  try {
    if (notice) process.stderr.write(`${notice}\n`);
    process.stderr.write(`adapter: ${backend.description}\n`);
    return await use(backend);
  } finally {
    backend.dispose();
  }
}

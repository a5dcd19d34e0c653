// One file for a model of this tab: weights, optimizer and states in safetensors, vocabulary and settings in its metadata.
import {
  type Backend,
  FormatError,
  type LanguageModelConfig,
  type LanguageTrainer,
  type Parameters as ModelParameters,
  packWeights,
  parseModelRecord,
  readSafetensors,
  unpackWeights,
  Vocabulary,
  writeSafetensors,
} from 'webgpu-rnn';
import { type RunSettings, readSettings } from './settings.ts';

/** What this page writes holds f32 and u32 only. */
type Writable = Parameters<typeof writeSafetensors>[0];

/** A model as a file keeps it. */
export interface StoredModel {
  readonly config: LanguageModelConfig;
  readonly vocabulary: Vocabulary;
  readonly settings: Partial<RunSettings>;
  readonly step: number;
  /** Tells the text that it was trained on. */
  readonly fingerprint: string;
  /** Which run of the visit it was saved in. */
  readonly run: number;
  readonly bytes: Uint8Array;
  readonly name: string;
}

export interface ModelParts {
  backend: Backend;
  parameters: ModelParameters;
  config: LanguageModelConfig;
  vocabulary: Vocabulary;
  settings: RunSettings;
  step: number;
  /** What a run goes on from; left out where the model was never trained here. */
  trainer?: LanguageTrainer | undefined;
  text: { name: string; tokens: number; fingerprint: string };
  adapter: string;
  /** Tells the runs of one visit apart. */
  run: number;
}

/**
 * The file of a model.
 * @throws DataError where the weights are no numbers any more.
 */
export async function packModel(parts: ModelParts): Promise<Uint8Array<ArrayBuffer>> {
  const { backend, parameters, config, vocabulary, settings, step, trainer, text, adapter, run } = parts;
  const progress = { step, stepInEpoch: 0, epoch: 0 };
  const packed = await packWeights(backend, parameters, trainer?.carried ?? {}, progress);
  const { tensors, metadata } = readSafetensors(packed);
  const record = {
    format: 'webgpu-rnn/1',
    architecture: config,
    vocabulary,
    training: {
      options: settings,
      text: { name: text.name, tokens: text.tokens, sha256: text.fingerprint },
      steps: step,
      epochs: [],
      adapter,
    },
  };
  return writeSafetensors(tensors as Writable, {
    ...metadata,
    run: String(run),
    model: JSON.stringify(record),
  });
}

/**
 * Reads the metadata of a file; its weights are looked at when they are put in place. `record` is the model.json of a
 * folder of the command line, whose weights have none in them.
 * @throws FormatError for a file that is cut short, or is not of this page and has no record.
 */
export function openModelFile(bytes: Uint8Array, name: string, record?: string): StoredModel {
  const { metadata } = readSafetensors(bytes, name);
  const model = metadata.model ?? record;
  if (metadata.format !== 'webgpu-rnn/1') {
    throw new FormatError(`${name} holds no language model that was saved on this page.`);
  }
  if (model === undefined) {
    throw new FormatError(
      `${name} holds weights alone, as the command line saves them: the model.json beside it is missing.`,
    );
  }
  const { architecture, vocabulary, training } = parseModelRecord(
    model,
    metadata.model ? name : 'model.json',
  );
  return {
    config: architecture,
    vocabulary: new Vocabulary(vocabulary),
    settings: {
      ...readSettings(training.options as Record<string, string | number>),
      cell: architecture.cell,
      layers: architecture.layers,
      units: architecture.units,
    },
    step: training.steps,
    fingerprint: training.text?.sha256 ?? '',
    run: Number(metadata.run),
    bytes,
    name,
  };
}

/** The same file for another run. */
export function restamp(stored: StoredModel, run: number): Uint8Array<ArrayBuffer> {
  const { tensors, metadata } = readSafetensors(stored.bytes, stored.name);
  return writeSafetensors(tensors as Writable, { ...metadata, run: String(run) });
}

/** Puts the weights in place, once a plan of the model is loaded. */
export function restoreWeights(stored: StoredModel, backend: Backend, parameters: ModelParameters): void {
  unpackWeights(stored.bytes, stored.name, backend, parameters);
}

/**
 * Puts optimizer and states in place too, as far as they fit: the states only where text and streams are the same.
 */
export function restoreTraining(
  stored: StoredModel,
  backend: Backend,
  trainer: LanguageTrainer,
  fingerprint: string,
): void {
  const { tensors } = readSafetensors(stored.bytes, stored.name);
  const { parameters, carried } = trainer;
  const hasSlots = [...parameters.slots.keys()].every((slot) =>
    parameters.all.every((p) => tensors.has(`optimizer/${slot}/${p.name}`)),
  );
  if (!hasSlots) {
    restoreWeights(stored, backend, parameters);
    trainer.step = stored.step;
    return;
  }
  const fitting = Object.entries(carried).filter(([name, t]) => {
    const kept = tensors.get(`state/${name}`);
    return kept && String(kept.shape) === String(t.shape);
  });
  const all = fitting.length === Object.keys(carried).length && stored.fingerprint === fingerprint;
  const states = all ? fitting : fitting.filter(([name]) => name === 'loss sums');
  unpackWeights(stored.bytes, stored.name, backend, parameters, Object.fromEntries(states));
  trainer.step = stored.step;
}

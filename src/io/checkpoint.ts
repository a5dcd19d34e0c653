// A saved language model: what model.json and weights.safetensors hold, and how they become a running model again.
import type { Backend } from '../backends/backend.ts';
import { DataError, FormatError, show } from '../core/errors.ts';
import { fromStorage, type Parameters, toStorage } from '../core/parameters.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import type { VocabularyRecord } from '../data/vocabulary.ts';
import type { CellName, LanguageModelConfig } from '../models/language_model.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

/** model.json */
export interface ModelRecord {
  format: 'webgpu-rnn/1';
  architecture: LanguageModelConfig;
  vocabulary: VocabularyRecord;
  /** How it was trained and how far; nothing of it is needed to run the model. */
  training: TrainingRecord;
}

export interface TrainingRecord {
  /** The options of the run, defaults filled in. */
  options: Record<string, unknown>;
  /** The text it was trained on, so that a resumed run can tell another one. */
  text?: { name: string; tokens: number; sha256: string };
  /** Updates so far. */
  steps: number;
  /** What was reported after each epoch. */
  epochs: readonly Record<string, unknown>[];
  adapter: string;
  /** What the training plan chose by key, so that a resumed run on the same adapter computes the same bits. */
  choices?: Readonly<Record<string, string>>;
}

/** What a run needs to go on as if it had never stopped; kept with the weights, so that both are always of one moment. */
export interface Progress {
  step: number;
  /** Steps of the current epoch that are done. */
  stepInEpoch: number;
  epoch: number;
}

/** The cells that a file may name. */
const cells: Record<CellName, true> = { lstm: true, gru: true, rnn: true };

type Values = Awaited<ReturnType<Backend['read']>>;
type Stored = Map<string, { shape: readonly number[]; data: Float32Array | Uint32Array }>;

/**
 * Reads weights, slots and carried tensors from the device and packs them as a safetensors file.
 * Names: `<parameter>`, `optimizer/<slot>/<parameter>`, `state/<name>`; weights and slots in file layout
 * (gate blocks side by side, as Keras orders them). All are of one moment: a step that is queued meanwhile comes after.
 * @throws DataError for a weight or slot that is not finite: the training has diverged.
 */
export async function packWeights(
  backend: Backend,
  parameters: Parameters,
  carried: Readonly<Record<string, Tensor>> = {},
  progress?: Progress,
): Promise<Uint8Array<ArrayBuffer>> {
  const stored: Stored = new Map();
  const slots = [...parameters.slots];
  const states = Object.entries(carried);
  // Every read is queued before the first is awaited.
  const [weights, slotValues, stateValues] = await Promise.all([
    backend.read(parameters.arena),
    Promise.all(slots.map(([, slot]) => backend.read(slot))),
    Promise.all(states.map(([, t]) => backend.read(t))),
  ]);
  const addAll = (prefix: string, values: Values): void => {
    for (const p of parameters.all) {
      const part = values.subarray(p.offset, p.offset + sizeOf(p.shape));
      const at = firstNotFinite(part);
      if (at >= 0) {
        throw new DataError(
          `the training diverged: ${prefix}${p.name} holds ${part[at]}; take a smaller learning rate`,
        );
      }
      stored.set(prefix + p.name, { shape: p.shape, data: Float32Array.from(fromStorage(p, part)) });
    }
  };
  addAll('', weights);
  slots.forEach(([name], i) => {
    addAll(`optimizer/${name}/`, slotValues[i]);
  });
  states.forEach(([name, { shape, dtype }], i) => {
    const data = dtype === 'u32' ? Uint32Array.from(stateValues[i]) : Float32Array.from(stateValues[i]);
    stored.set(`state/${name}`, { shape, data });
  });
  const metadata: Record<string, string> = { format: 'webgpu-rnn/1' };
  if (progress) metadata.progress = JSON.stringify(progress);
  return writeSafetensors(stored, metadata);
}

/**
 * Writes the weights of a file, and where the plan has them the slots and carried tensors, to the device.
 * @throws FormatError for a missing tensor, another shape (naming both) or a number that is not finite.
 */
export function unpackWeights(
  bytes: Uint8Array,
  source: string,
  backend: Backend,
  parameters: Parameters,
  carried: Readonly<Record<string, Tensor>> = {},
): Progress | undefined {
  // Everything is looked up before anything is written, so that a bad file changes nothing.
  const { writes, progress } = collectWeights(bytes, source, parameters, carried);
  for (const [t, values] of writes) backend.write(t, values);
  return progress;
}

/**
 * Checks that a file has all the weights of a model.
 * @throws FormatError for a missing tensor, another shape (naming both) or a number that is not finite.
 */
export function checkWeights(bytes: Uint8Array, source: string, parameters: Parameters): void {
  collectWeights(bytes, source, parameters, {});
}

/**
 * The carried states of the first stream of a training, by name; none where the file keeps none of these layers.
 * @throws FormatError for a state that is not finite.
 */
export function firstStreamStates(
  bytes: Uint8Array,
  source: string,
  layers: readonly string[],
  units: number,
): Record<string, Float32Array> {
  const states: Record<string, Float32Array> = {};
  for (const [key, { dtype, shape, data }] of readSafetensors(bytes, source).tensors) {
    const [, name, layer] = /^state\/((.+)\/[hc])$/.exec(key) ?? [];
    if (!layers.includes(layer) || dtype !== 'F32') continue;
    if (shape.length !== 2 || shape[0] < 1 || shape[1] !== units) continue;
    const values = data.subarray(0, units) as Float32Array;
    expectFinite(values, key, source);
    states[name] = values;
  }
  return states;
}

function expectFinite(values: ArrayLike<number>, name: string, source: string): void {
  const at = firstNotFinite(values);
  if (at >= 0) throw new FormatError(`${source}: ${name} holds ${values[at]} at index ${at}`);
}

/** Index of the first NaN or infinity; -1 where there is none. */
function firstNotFinite(values: ArrayLike<number>): number {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return i;
  return -1;
}

function collectWeights(
  bytes: Uint8Array,
  source: string,
  parameters: Parameters,
  carried: Readonly<Record<string, Tensor>>,
): { writes: [Tensor, ArrayLike<number>][]; progress: Progress | undefined } {
  const { tensors, metadata } = readSafetensors(bytes, source);
  const take = (name: string, shape: readonly number[], dtype = 'F32'): ArrayLike<number> => {
    const stored = tensors.get(name);
    if (!stored) throw new FormatError(`${source} has no tensor ${name} ${show(shape)}`);
    if (show(stored.shape) !== show(shape)) {
      throw new FormatError(`${source}: ${name} is ${show(stored.shape)}, the model needs ${show(shape)}`);
    }
    if (stored.dtype !== dtype) {
      throw new FormatError(`${source}: ${name} holds ${stored.dtype} numbers, the model needs ${dtype}`);
    }
    const data = stored.data as Float32Array | Uint32Array;
    expectFinite(data, name, source);
    return data;
  };
  const writes: [Tensor, ArrayLike<number>][] = [];
  const gather = (prefix: string, arena: Tensor): void => {
    // All are looked up before the array is made: sizes that do not fit may be beyond every memory.
    const parts = parameters.all.map((p) => [p, take(prefix + p.name, p.shape)] as const);
    const values = new Float32Array(sizeOf(arena.shape));
    for (const [p, part] of parts) values.set(toStorage(p, part), p.offset);
    writes.push([arena, values]);
  };
  gather('', parameters.arena);
  const resuming = Object.keys(carried).length > 0;
  if (resuming) {
    for (const [name, slot] of parameters.slots) gather(`optimizer/${name}/`, slot);
    for (const [name, t] of Object.entries(carried)) {
      writes.push([t, take(`state/${name}`, t.shape, t.dtype === 'u32' ? 'U32' : 'F32')]);
    }
  }
  const progress = metadata.progress ? parseProgress(metadata.progress, source) : undefined;
  return { writes, progress };
}

/**
 * Parses and checks the text of a model.json.
 * @throws FormatError that names `source` and what is wrong with it.
 */
export function parseModelRecord(text: string, source: string): ModelRecord {
  let record: Partial<ModelRecord> | null;
  try {
    record = JSON.parse(text);
  } catch (error) {
    throw new FormatError(`${source} is not JSON (${(error as Error).message}); it may be cut short`);
  }
  if (record?.format !== 'webgpu-rnn/1') {
    throw new FormatError(
      `${source} is not a model of this program: its format is ${JSON.stringify(record?.format)}, not "webgpu-rnn/1"`,
    );
  }
  const architecture = checkArchitecture(record.architecture, source);
  const vocabulary = checkVocabulary(record.vocabulary, source);
  if (architecture.vocabularySize !== vocabulary.tokens.length) {
    throw new FormatError(
      `${source} names ${vocabulary.tokens.length} tokens, but the model was made for ${architecture.vocabularySize}`,
    );
  }
  return { format: record.format, architecture, vocabulary, training: checkTraining(record.training) };
}

function checkArchitecture(
  value: Partial<LanguageModelConfig> | undefined,
  source: string,
): LanguageModelConfig {
  const fail = (name: string, wanted: string): never => {
    const got = JSON.stringify(value?.[name as keyof LanguageModelConfig]);
    throw new FormatError(`${source}: architecture.${name} must be ${wanted}, it is ${got}`);
  };
  const count = (name: 'vocabularySize' | 'layers' | 'units' | 'embedding'): number => {
    const n = value?.[name];
    return typeof n === 'number' && Number.isInteger(n) && n > 0 ? n : fail(name, 'a positive whole number');
  };
  const { cell, dropout, tieWeights } = value ?? {};
  return {
    vocabularySize: count('vocabularySize'),
    cell: cell && Object.hasOwn(cells, cell) ? cell : fail('cell', `one of ${Object.keys(cells).join(', ')}`),
    layers: count('layers'),
    units: count('units'),
    embedding: count('embedding'),
    dropout:
      typeof dropout === 'number' && dropout >= 0 && dropout < 1 ? dropout : fail('dropout', 'from 0 to 1'),
    tieWeights: typeof tieWeights === 'boolean' ? tieWeights : fail('tieWeights', 'true or false'),
  };
}

function checkVocabulary(value: Partial<VocabularyRecord> | undefined, source: string): VocabularyRecord {
  const { level, tokens } = value ?? {};
  if (level !== 'char' && level !== 'word') {
    throw new FormatError(`${source}: vocabulary.level must be char or word, it is ${JSON.stringify(level)}`);
  }
  if (!Array.isArray(tokens) || !tokens.every((t) => typeof t === 'string')) {
    throw new FormatError(`${source}: vocabulary.tokens must be a list of texts`);
  }
  if (new Set(tokens).size !== tokens.length) {
    throw new FormatError(`${source}: vocabulary.tokens names a token twice`);
  }
  return { level, tokens };
}

/** A model runs without its training record: what is damaged there counts as missing. */
function checkTraining(value: Partial<TrainingRecord> | undefined): TrainingRecord {
  const { options, steps, epochs, adapter, text, choices } = value ?? {};
  return {
    options: typeof options === 'object' && options !== null ? options : {},
    ...(typeof text?.sha256 === 'string' && { text }),
    steps: Number.isSafeInteger(steps) ? steps! : 0,
    epochs: Array.isArray(epochs) ? epochs : [],
    adapter: typeof adapter === 'string' ? adapter : '',
    ...(isRecordOfTexts(choices) && { choices }),
  };
}

function isRecordOfTexts(value: unknown): value is Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((text) => typeof text === 'string');
}

function parseProgress(text: string, source: string): Progress {
  try {
    const progress: Progress = JSON.parse(text);
    if ([progress.step, progress.stepInEpoch, progress.epoch].every((n) => Number.isSafeInteger(n) && n >= 0))
      return progress;
  } catch {
    // Reported below.
  }
  throw new FormatError(`${source} has a damaged record of its progress`);
}

// Saved models: weights, slots and carried tensors come back to a device, and a file that does not fit changes nothing.
import { describe, expect, test } from 'vitest';
import type { Backend } from '../../src/backends/backend.ts';
import { cpu } from '../../src/backends/cpu.ts';
import { FormatError } from '../../src/core/errors.ts';
import { Parameters } from '../../src/core/parameters.ts';
import {
  firstStreamStates,
  type ModelRecord,
  packWeights,
  parseModelRecord,
  unpackWeights,
} from '../../src/io/checkpoint.ts';
import { readSafetensors, writeSafetensors } from '../../src/io/safetensors.ts';
import { languageModel } from '../../src/models/language_model.ts';
import { type LanguageTrainer, languageTrainer } from '../../src/training/language_trainer.ts';
import { adam } from '../../src/training/optimizers.ts';

const architecture = {
  vocabularySize: 7,
  cell: 'gru',
  layers: 1,
  units: 3,
  embedding: 4,
  dropout: 0,
  tieWeights: false,
} as const;

interface Session {
  backend: Backend;
  parameters: Parameters;
  trainer: LanguageTrainer;
}

async function session(seed: number): Promise<Session> {
  const backend = cpu();
  const parameters = new Parameters({ seed });
  const trainer = await languageTrainer({
    model: languageModel(architecture),
    parameters,
    backend,
    tokens: Uint32Array.from({ length: 60 }, (_, i) => (i * i) % 7),
    vocabularySize: 7,
    batch: 2,
    window: 3,
    optimizer: adam({ learningRate: 0.05 }),
    seed,
  });
  return { backend, parameters, trainer };
}

const pack = ({ backend, parameters, trainer }: Session, progress = { step: 4, stepInEpoch: 4, epoch: 0 }) =>
  packWeights(backend, parameters, trainer.carried, progress);

const unpack = (bytes: Uint8Array, { backend, parameters, trainer }: Session) =>
  unpackWeights(bytes, 'weights.safetensors', backend, parameters, trainer.carried);

describe('weights', () => {
  test('what was packed comes back, byte for byte', async () => {
    const trained = await session(1);
    await trained.trainer.train({ steps: 4 });
    const bytes = await pack(trained);
    const fresh = await session(2);
    expect(unpack(bytes, fresh)).toEqual({ step: 4, stepInEpoch: 4, epoch: 0 });
    expect(await pack(fresh)).toEqual(bytes);
  });

  test('a file is of one moment, also where a step is queued while it is packed', async () => {
    const running = await session(1);
    await running.trainer.train({ steps: 4 });
    const before = await pack(running);
    const packing = pack(running);
    running.trainer.executable.run();
    expect(await packing).toEqual(before);
    expect(await pack(running)).not.toEqual(before);
  });

  test('a run that comes back goes on with the same bits', async () => {
    const straight = await session(1);
    await straight.trainer.train({ steps: 9 });
    const first = await session(1);
    await first.trainer.train({ steps: 4 });
    const second = await session(5);
    unpack(await pack(first), second);
    second.trainer.step = 4;
    await second.trainer.train({ steps: 5 });
    expect(await pack(second)).toEqual(await pack(straight));
  });

  test('gates lie side by side in the file, as Keras has them', async () => {
    const { tensors } = readSafetensors(await pack(await session(1)));
    const shapes = Object.fromEntries([...tensors].map(([name, t]) => [name, t.shape]));
    expect(shapes).toMatchObject({
      'embedding/embeddings': [7, 4],
      'gru/kernel': [4, 9],
      'gru/recurrent_kernel': [3, 9],
      'gru/bias': [2, 9],
      'dense/kernel': [3, 7],
      'dense/bias': [7],
      'optimizer/adam/mean/gru/kernel': [4, 9],
      'state/gru/h': [2, 3],
      'state/clock': [4],
    });
  });

  test.each<[string, (tensors: Map<string, { shape: number[]; data: Float32Array }>) => void, RegExp]>([
    [
      'a missing tensor',
      (t) => t.delete('gru/kernel'),
      /weights.safetensors has no tensor gru\/kernel \[4, 9\]/,
    ],
    ['a missing state', (t) => t.delete('state/clock'), /has no tensor state\/clock \[4\]/],
    [
      'another shape',
      (t) => t.set('dense/bias', { shape: [8], data: new Float32Array(8) }),
      /dense\/bias is \[8\], the model needs \[7\]/,
    ],
    [
      'another kind of number',
      (t) => t.set('state/clock', { shape: [4], data: new Float32Array(4) }),
      /state\/clock holds F32 numbers, the model needs U32/,
    ],
    [
      'a weight that is no number',
      (t) => t.get('gru/kernel')!.data.fill(Number.NaN, 7),
      /gru\/kernel holds NaN at index 7/,
    ],
    [
      'an endless slot',
      (t) => t.get('optimizer/adam/mean/dense/bias')!.data.fill(Number.POSITIVE_INFINITY, 2),
      /optimizer\/adam\/mean\/dense\/bias holds Infinity at index 2/,
    ],
  ])('%s is named, and nothing is written', async (_name, damage, message) => {
    const { tensors, metadata } = readSafetensors(await pack(await session(1)));
    const changed = tensors as Map<string, never>;
    damage(changed);
    const bytes = writeSafetensors(changed, metadata);
    const target = await session(3);
    const before = await pack(target);
    expect(() => unpack(bytes, target)).toThrow(FormatError);
    expect(() => unpack(bytes, target)).toThrow(message);
    expect(await pack(target)).toEqual(before);
  });

  test('weights that are no numbers are not packed', async () => {
    const trained = await session(1);
    const { arena } = trained.parameters;
    trained.backend.write(arena, (await trained.backend.read(arena)).fill(Number.NaN, 3));
    await expect(pack(trained)).rejects.toThrow(
      'the training diverged: embedding/embeddings holds NaN; take a smaller learning rate',
    );
  });

  test('the states of the first stream come back by name', async () => {
    const trained = await session(1);
    await trained.trainer.train({ steps: 4 });
    const bytes = await pack(trained);
    const states = (...layers: string[]) => firstStreamStates(bytes, 'weights.safetensors', layers, 3);
    expect(states('embedding', 'gru', 'dense')).toEqual(await trained.trainer.streamStates());
    expect(states('lstm')).toEqual({});
    expect(firstStreamStates(bytes, 'weights.safetensors', ['gru'], 5)).toEqual({});
  });

  test('a damaged record of the progress is named', async () => {
    const trained = await session(1);
    const { tensors } = readSafetensors(await pack(trained));
    for (const progress of ['{"step": 1', '{"step":1,"epoch":"one","stepInEpoch":0}', 'null']) {
      const bytes = writeSafetensors(tensors as Map<string, never>, { progress });
      expect(() => unpack(bytes, trained)).toThrow('has a damaged record of its progress');
    }
  });
});

describe('model.json', () => {
  const record: ModelRecord = {
    format: 'webgpu-rnn/1',
    architecture,
    vocabulary: { level: 'char', tokens: [...'abcdefg'] },
    training: {
      options: { units: 3 },
      text: { name: 'x', tokens: 60, sha256: '00' },
      steps: 4,
      epochs: [{ epoch: 1 }],
      adapter: 'CPU',
    },
  };
  const text = JSON.stringify(record);

  test('a whole record comes back', () => {
    expect(parseModelRecord(text, 'model.json')).toEqual(record);
  });

  test('a model runs without its training record', () => {
    const { training: _, ...rest } = record;
    expect(parseModelRecord(JSON.stringify(rest), 'model.json').training.steps).toBe(0);
  });

  const changed = (changes: object) => JSON.stringify({ ...record, ...changes });
  const withSize = (changes: object) => changed({ architecture: { ...architecture, ...changes } });
  test.each<[string, string, RegExp]>([
    ['an empty file', '', /is not JSON/],
    ['a cut file', text.slice(0, 90), /is not JSON .* may be cut short/],
    ['null', 'null', /is not a model of this program/],
    [
      'another format',
      changed({ format: 'webgpu-rnn/9' }),
      /its format is "webgpu-rnn\/9", not "webgpu-rnn\/1"/,
    ],
    ['no architecture', changed({ architecture: undefined }), /architecture.vocabularySize must be/],
    [
      'an unknown cell',
      withSize({ cell: 'toString' }),
      /architecture.cell must be one of lstm, gru, rnn, it is/,
    ],
    [
      'a text as size',
      withSize({ units: '3' }),
      /architecture.units must be a positive whole number, it is "3"/,
    ],
    ['no layers', withSize({ layers: 0 }), /architecture.layers must be/],
    ['dropout of everything', withSize({ dropout: 1 }), /architecture.dropout must be/],
    ['no tying', withSize({ tieWeights: null }), /architecture.tieWeights must be true or false/],
    ['another vocabulary', withSize({ vocabularySize: 9 }), /names 7 tokens, but the model was made for 9/],
    ['no vocabulary', changed({ vocabulary: undefined }), /vocabulary.level must be char or word/],
    [
      'tokens of numbers',
      changed({ vocabulary: { level: 'char', tokens: [1] } }),
      /vocabulary.tokens must be/,
    ],
    ['a token twice', changed({ vocabulary: { level: 'char', tokens: ['a', 'a'] } }), /names a token twice/],
  ])('%s is named', (_name, damaged, message) => {
    expect(() => parseModelRecord(damaged, 'model.json')).toThrow(FormatError);
    expect(() => parseModelRecord(damaged, 'model.json')).toThrow(message);
  });
});

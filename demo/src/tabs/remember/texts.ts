// The small character model that reads any text, and what it learns from: the project's own source.
import { adam, type Backend, dense, embedding, input, lstm, type Model, sequential } from 'webgpu-rnn';

export interface Alphabet {
  readonly characters: readonly string[];
  /** Ids of a text; a character that is not in the alphabet is read as a space. */
  encode(text: string): { ids: Uint32Array; unknown: number };
}

/** The characters of a text, in order. */
export function alphabetOf(text: string): Alphabet {
  const characters = [...new Set([' ', ...text.split('')])].sort();
  const idOf = new Map(characters.map((character, id) => [character, id]));
  const space = idOf.get(' ')!;
  return {
    characters,
    encode(said) {
      let unknown = 0;
      const ids = Uint32Array.from(said.split(''), (character) => {
        const id = idOf.get(character);
        if (id === undefined) unknown++;
        return id ?? space;
      });
      return { ids, unknown };
    },
  };
}

/** A character model: an embedding, one LSTM, logits. */
export function textModel(options: {
  backend: Backend;
  units: number;
  seed: number;
  symbols: number;
}): Model {
  const { backend, units, seed, symbols } = options;
  const model = sequential([
    input({ shape: [null], dtype: 'int32' }),
    embedding({ inputDim: symbols, outputDim: 32 }),
    lstm({ units, returnSequences: true, stateful: true }),
    dense({ units: symbols }),
  ]);
  const optimizer = adam({ learningRate: 0.004, globalClipNorm: 5 });
  model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', backend, seed });
  return model;
}

const sources = import.meta.glob<string>('../../../../src/{layers,training,data}/*.ts', {
  query: '?raw',
  import: 'default',
});

/** Some files of the project, quotes, brackets, comments and all. */
export async function sourceText(): Promise<string> {
  const chosen = Object.keys(sources)
    .filter((path) => /(recurr|lstm|dense|embedding|scalers|split|windows|vocabulary)[a-z_]*\.ts$/.test(path))
    .sort();
  const texts = await Promise.all(chosen.map((path) => sources[path]()));
  // Characters beyond ASCII are few in code, and each would be a class of its own.
  return texts.join('\n').replace(/[^\n\x20-\x7e]/g, '');
}

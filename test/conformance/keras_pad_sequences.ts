// Keras' own numbers for pad_sequences.
import type { Nested } from '../../src/data/nd_array.ts';
import { type PadSequencesOptions, padSequences } from '../../src/data/pad_sequences.ts';
import { compared, type Runner, type VectorCase, type VectorTensor } from './outcome.ts';

export interface PadSequencesCase extends VectorCase {
  readonly sequences: readonly Nested[];
  readonly config: PadSequencesOptions;
  readonly expected: { readonly value: VectorTensor };
}

export const runner: Runner<PadSequencesCase> = {
  ops: ['pad_sequences'],
  async run({ sequences, config, expected, tolerance }) {
    const padded = padSequences(sequences, config);
    const { value } = expected;
    if (String(padded.shape) !== String(value.shape)) {
      return { status: 'failed', message: `is [${padded.shape}], expected [${value.shape}]` };
    }
    // Numbers are kept in f32, where Keras has them so too.
    const kept = value.dtype === 'int32' ? value.data : value.data.map((x) => Math.fround(Number(x)));
    return compared('value', padded.data, { ...value, data: kept }, tolerance);
  },
};

// The family of language models that the command line trains: embedding, recurrent layers, dropout, a dense output.
import { OptionError } from '../core/errors.ts';
import { expectCount } from '../core/tensor.ts';
import { dense } from '../layers/dense.ts';
import { dropout } from '../layers/dropout.ts';
import { embedding } from '../layers/embedding.ts';
import { gru } from '../layers/gru.ts';
import type { Layer } from '../layers/layer.ts';
import { lstm } from '../layers/lstm.ts';
import type { RecurrentOptions } from '../layers/recurrent.ts';
import { simpleRNN } from '../layers/simple_rnn.ts';
import { type Sequential, sequential } from './sequential.ts';

export type CellName = 'lstm' | 'gru' | 'rnn';

/** What model.json holds of the architecture. */
export interface LanguageModelConfig {
  /** V */
  vocabularySize: number;
  cell: CellName;
  /** Recurrent layers, one above the other. */
  layers: number;
  /** H */
  units: number;
  /** D: width of the embedding. */
  embedding: number;
  /** Probability to drop, between layers and not within the recurrence (Zaremba et al. 2014). */
  dropout: number;
  /** Whether the output layer uses the embedding's table; needs embedding = units. */
  tieWeights: boolean;
}

const cells: Readonly<Record<CellName, (options: RecurrentOptions) => Layer>> = { lstm, gru, rnn: simpleRNN };

/**
 * Builds the model: ids [T,N] to logits [T,N,V]; its recurrent layers carry their states from run to run.
 * @throws OptionError for sizes that are no positive integers, or tied weights of unequal width.
 */
export function languageModel(config: LanguageModelConfig): Sequential {
  const { vocabularySize, cell, units, tieWeights } = config;
  const count = expectCount(config.layers, 'layers');
  const make = cells[cell];
  if (!Object.hasOwn(cells, cell))
    throw new OptionError(`there is no cell ${cell}; there are ${Object.keys(cells).join(', ')}`);
  if (tieWeights && config.embedding !== units) {
    throw new OptionError(
      `tied weights need an embedding as wide as the last layer, got embedding ${config.embedding} and units ${units}`,
    );
  }
  if (!(config.dropout >= 0 && config.dropout < 1)) {
    throw new OptionError(`[dropout] must be at least 0 and below 1, got ${config.dropout}`);
  }
  const table = embedding({ inputDim: vocabularySize, outputDim: config.embedding });
  const rest: Layer[] = [];
  for (let i = 0; i < count; i++) {
    if (config.dropout > 0) rest.push(dropout({ rate: config.dropout }));
    rest.push(make({ units, returnSequences: true, stateful: true }));
  }
  if (config.dropout > 0) rest.push(dropout({ rate: config.dropout }));
  const output = dense({ units: vocabularySize, ...(tieWeights && { tieTo: table }) });
  return sequential([table, ...rest, output], { name: 'language_model' });
}

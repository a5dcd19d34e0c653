// General cells with every option, alone and together.
import { gru } from '../../src/layers/gru.ts';
import { lstm } from '../../src/layers/lstm.ts';
import type { RecurrentLayer, RecurrentOptions } from '../../src/layers/recurrent.ts';
import { simpleRNN } from '../../src/layers/simple_rnn.ts';

type Make = (options: RecurrentOptions) => RecurrentLayer;

export const scaled = { name: 'scaledTanh', alpha: 1.2, beta: 0.7 } as const;

export const cells: Record<string, Make> = {
  'lstm with activations': (o) =>
    lstm({ ...o, activation: 'gelu', recurrentActivation: 'softsign', outputActivation: scaled }),
  'lstm, peephole': (o) => lstm({ ...o, peephole: true }),
  'lstm, coupled gates': (o) => lstm({ ...o, inputForget: true }),
  'lstm, coupled gates and peephole': (o) => lstm({ ...o, inputForget: true, peephole: true }),
  'lstm, projection': (o) => lstm({ ...o, projection: 3 }),
  'lstm, projection and two biases': (o) => lstm({ ...o, projection: 3, twoBiases: true }),
  'lstm, normalised': (o) => lstm({ ...o, layerNormalization: true }),
  'lstm, normalised, projection and peephole': (o) =>
    lstm({ ...o, layerNormalization: true, projection: 2, peephole: true }),
  'lstm, clips': (o) => lstm({ ...o, clip: 0.11, cellClip: 0.03 }),
  'lstm, clip and peephole': (o) => lstm({ ...o, clip: 0.2, peephole: true }),
  'lstm, recurrent dropout': (o) => lstm({ ...o, recurrentDropout: 0.4 }),
  'lstm, recurrent dropout, projection, normalised': (o) =>
    lstm({ ...o, recurrentDropout: 0.4, projection: 3, layerNormalization: true }),
  'gru with activations': (o) => gru({ ...o, activation: 'softplus', recurrentActivation: scaled }),
  'gru, clip': (o) => gru({ ...o, clip: 0.2 }),
  'gru, normalised': (o) => gru({ ...o, layerNormalization: true }),
  'gru, recurrent dropout': (o) => gru({ ...o, recurrentDropout: 0.4 }),
  'gru, recurrent dropout, normalised': (o) => gru({ ...o, recurrentDropout: 0.4, layerNormalization: true }),
  'gru reset before with activations': (o) =>
    gru({ ...o, resetAfter: false, activation: 'elu', recurrentActivation: 'silu' }),
  'gru reset before, clip': (o) => gru({ ...o, resetAfter: false, clip: 0.2 }),
  'gru reset before, normalised': (o) => gru({ ...o, resetAfter: false, layerNormalization: true }),
  'gru reset before, recurrent dropout, normalised': (o) =>
    gru({ ...o, resetAfter: false, recurrentDropout: 0.4, layerNormalization: true }),
  'simpleRNN selu': (o) => simpleRNN({ ...o, activation: 'selu' }),
  'simpleRNN, clip, two biases': (o) => simpleRNN({ ...o, clip: 0.2, twoBiases: true }),
  'simpleRNN, normalised': (o) => simpleRNN({ ...o, layerNormalization: true, activation: 'mish' }),
  'simpleRNN, recurrent dropout, normalised': (o) =>
    simpleRNN({ ...o, recurrentDropout: 0.4, layerNormalization: true }),
};

// The classes of layers by Keras' names, from which configs are read back.
import { OptionError } from '../core/errors.ts';
import { checkOptions, shown, suggestion } from '../core/options.ts';
import { activation } from '../layers/activation.ts';
import { elu, leakyReLU, prelu, reLU, softmax } from '../layers/activation_layers.ts';
import { additiveAttention, attention } from '../layers/attention.ts';
import { batchNormalization } from '../layers/batch_normalization.ts';
import { bidirectional } from '../layers/bidirectional.ts';
import { conv1D } from '../layers/conv_1d.ts';
import { crf } from '../layers/crf.ts';
import { dense } from '../layers/dense.ts';
import { dot } from '../layers/dot.ts';
import { dropout, spatialDropout1D } from '../layers/dropout.ts';
import { embedding } from '../layers/embedding.ts';
import { gru } from '../layers/gru.ts';
import type { AnyLayer } from '../layers/layer.ts';
import { type LayerConfig, sharedLayer } from '../layers/layer_config.ts';
import { layerNormalization, rmsNormalization } from '../layers/layer_normalization.ts';
import { lstm } from '../layers/lstm.ts';
import { masking } from '../layers/masking.ts';
import { add, average, concatenate, maximum, minimum, multiply, subtract } from '../layers/merge.ts';
import { multiHeadAttention } from '../layers/multi_head_attention.ts';
import {
  averagePooling1D,
  globalAveragePooling1D,
  globalMaxPooling1D,
  maxPooling1D,
} from '../layers/pooling.ts';
import { gruCell, lstmCell, rnn, simpleRNNCell } from '../layers/rnn.ts';
import {
  cropping1D,
  flatten,
  permute,
  repeatVector,
  reshape,
  upSampling1D,
  zeroPadding1D,
} from '../layers/shape.ts';
import { simpleRNN } from '../layers/simple_rnn.ts';
import { timeDistributed } from '../layers/time_distributed.ts';

/** Makes a layer of its options; a factory as it is. */
export type LayerFactory = (config: never, custom: CustomObjects) => AnyLayer;

/** A user's own classes, by the `className` that their layers have. */
export type CustomObjects = Readonly<Record<string, LayerFactory>>;

const factories: Record<string, LayerFactory> = {
  Activation: activation,
  Add: add,
  AdditiveAttention: additiveAttention,
  Attention: attention,
  Average: average,
  AveragePooling1D: averagePooling1D,
  BatchNormalization: batchNormalization,
  Bidirectional: bidirectional,
  CRF: crf,
  Concatenate: concatenate,
  Conv1D: conv1D,
  Cropping1D: cropping1D,
  Dense: dense,
  Dot: dot,
  Dropout: dropout,
  ELU: elu,
  Embedding: embedding,
  Flatten: flatten,
  GRU: gru,
  GRUCell: gruCell,
  GlobalAveragePooling1D: globalAveragePooling1D,
  GlobalMaxPooling1D: globalMaxPooling1D,
  LSTM: lstm,
  LSTMCell: lstmCell,
  LayerNormalization: layerNormalization,
  LeakyReLU: leakyReLU,
  Masking: masking,
  MaxPooling1D: maxPooling1D,
  Maximum: maximum,
  Minimum: minimum,
  MultiHeadAttention: multiHeadAttention,
  Multiply: multiply,
  PReLU: prelu,
  Permute: permute,
  RMSNormalization: rmsNormalization,
  RNN: rnn,
  ReLU: reLU,
  RepeatVector: repeatVector,
  Reshape: reshape,
  SimpleRNN: simpleRNN,
  SimpleRNNCell: simpleRNNCell,
  Softmax: softmax,
  SpatialDropout1D: spatialDropout1D,
  Subtract: subtract,
  TimeDistributed: timeDistributed,
  UpSampling1D: upSampling1D,
  ZeroPadding1D: zeroPadding1D,
};

/** Keras' class names of all layers that configs may hold. */
export function layerClasses(): string[] {
  return Object.keys(factories).sort();
}

/** Adds a class to those that configs may hold; models add themselves so. */
export function registerLayer(className: string, factory: LayerFactory): void {
  factories[className] = factory;
}

/** Options that hold a layer; the cells of `rnn` are read by `rnn` itself. */
const NESTED = ['layer', 'backwardLayer'];

/**
 * The layer that a config describes, and those inside it.
 * @throws OptionError for a class that is not known; whatever the factory says of its options.
 */
export function layerFromConfig(layer: LayerConfig, custom: CustomObjects = {}): AnyLayer {
  if (!isConfig(layer) || typeof layer.config !== 'object' || layer.config === null) {
    throw new OptionError(`[layerFromConfig] takes { className, config }, got ${shown(layer)}`);
  }
  const { className, config, shared } = layer;
  const factory = Object.hasOwn(custom, className)
    ? custom[className]
    : Object.hasOwn(factories, className)
      ? factories[className]
      : undefined;
  if (!factory) {
    throw new OptionError(
      `there is no layer of class ${shown(className)}; there are ${layerClasses().join(', ')}` +
        `${suggestion(className, layerClasses()) || '.'} A class of your own is handed in as { customObjects: { Name: factory } }`,
    );
  }
  return sharedLayer(shared, () => {
    const entries = Object.entries(config).map(([key, value]) => [
      key,
      NESTED.includes(key) ? nested(value, custom) : value,
    ]);
    return factory(Object.fromEntries(entries) as never, custom);
  });
}

function nested(value: unknown, custom: CustomObjects): unknown {
  if (Array.isArray(value)) return value.map((one) => nested(one, custom));
  return isConfig(value) ? layerFromConfig(value, custom) : value;
}

function isConfig(value: unknown): value is LayerConfig {
  return typeof (value as LayerConfig | null)?.className === 'string';
}

/** @throws OptionError unless it is an object of factories. */
export function checkCustom(where: string, options: { customObjects?: CustomObjects }): CustomObjects {
  checkOptions(where, options, ['customObjects']);
  const { customObjects = {} } = options;
  for (const [name, factory] of Object.entries(customObjects)) {
    if (typeof factory === 'function') continue;
    throw new OptionError(`[${where}/customObjects] ${name} must be a factory, got ${shown(factory)}`);
  }
  return customObjects;
}

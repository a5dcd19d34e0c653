// Recurrent layers from the configs that files and other layers hold of them.
import { OptionError } from '../core/errors.ts';
import { shown } from '../core/options.ts';
import type { Directed } from './bidirectional.ts';
import { gru } from './gru.ts';
import { lstm } from './lstm.ts';
import type { NamedConfig } from './named.ts';
import { rnn } from './rnn.ts';
import { simpleRNN } from './simple_rnn.ts';

const factories: Readonly<Record<string, (config: never) => Directed>> = {
  GRU: (config) => gru(config),
  LSTM: (config) => lstm(config),
  RNN: (config) => rnn(config),
  SimpleRNN: (config) => simpleRNN(config),
};

/**
 * The recurrent layer of a config, as its `getConfig()` gives it.
 * @throws OptionError for a class that is no recurrent layer.
 */
export function recurrentOfConfig({ className, config = {} }: NamedConfig, where: string): Directed {
  if (!Object.hasOwn(factories, className)) {
    throw new OptionError(
      `[${where}] there is no recurrent layer ${shown(className)}; there are ${Object.keys(factories).join(', ')}`,
    );
  }
  return factories[className](config as never);
}

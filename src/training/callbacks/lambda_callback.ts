// A callback of functions that are given one by one; an object of the user's own does the same.
import { OptionError } from '../../core/errors.ts';
import { checkOptions, shown } from '../../core/options.ts';
import { type Callback, callbackEvents } from '../callback.ts';

/**
 * A callback of some functions, as keras.callbacks.LambdaCallback; misspelled names are refused.
 * @throws OptionError for a name that is no event, or what is no function.
 */
export function lambdaCallback(functions: Callback): Callback {
  checkOptions('lambdaCallback', functions, callbackEvents);
  for (const [name, value] of Object.entries(functions)) {
    if (value === undefined || typeof value === 'function') continue;
    throw new OptionError(`[lambdaCallback/${name}] must be a function, got ${shown(value)}`);
  }
  return { ...functions };
}

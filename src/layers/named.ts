// Things that layers name in their options, such as initializers: taken by name, as objects, or as files hold them.
import { OptionError } from '../core/errors.ts';
import { refuseFactory, shown, suggestion } from '../core/options.ts';

/** As files hold it: Keras' class name, and its options in camelCase. */
export interface NamedConfig {
  className: string;
  config?: Readonly<Record<string, unknown>>;
}

/** What a name stands for: the class name in files, and the factory that takes the options. */
export type Factories<T> = Readonly<
  Record<string, { readonly className: string; make(config?: never): T; readonly byName?: false }>
>;

export function isNamedConfig(value: unknown): value is NamedConfig {
  return typeof value === 'object' && value !== null && typeof (value as NamedConfig).className === 'string';
}

/**
 * The thing that a name or a config stands for.
 * @throws OptionError for a name that does not exist, with those that do.
 */
export function made<T>(
  what: string,
  factories: Factories<T>,
  which: string | NamedConfig,
  where: string | undefined,
): T {
  const label = where ? `[${where}] ` : '';
  if (typeof which === 'string') {
    const entry = Object.hasOwn(factories, which) ? factories[which] : undefined;
    if (entry && entry.byName !== false) return entry.make();
    if (entry) throw new OptionError(`${label}${which} has no defaults: give ${which}({ ... })`);
    const names = Object.keys(factories).filter((name) => factories[name].byName !== false);
    throw new OptionError(
      `${label}there is no ${what} ${shown(which)}; there are ${names.join(', ')}${suggestion(which, names)}`,
    );
  }
  if (isNamedConfig(which)) {
    const entry = Object.values(factories).find(({ className }) => className === which.className);
    if (entry) return entry.make(which.config as never);
    const classes = new Set(Object.values(factories).map(({ className }) => className));
    throw new OptionError(
      `${label}there is no ${what} of class ${shown(which.className)}; there are ${[...classes].join(', ')}${suggestion(which.className, classes)}`,
    );
  }
  refuseMakers(what, factories, which, where);
  throw new OptionError(`${label}takes the name of a ${what}, a ${what} or its config, got ${shown(which)}`);
}

/** @throws OptionError for one of the functions that make such things, which has to be called. */
export function refuseMakers<T>(
  what: string,
  factories: Factories<T>,
  which: unknown,
  where: string | undefined,
): void {
  const makers = Object.entries(factories).map(([key, { make }]) => [key, make]);
  refuseFactory(where ?? what, which, Object.fromEntries(makers));
}

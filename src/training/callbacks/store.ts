// What callbacks check about the store they are given.
import { OptionError } from '../../core/errors.ts';
import { shown } from '../../core/options.ts';
import type { Store } from '../callback.ts';

/** @throws OptionError for what cannot write, append and read files. */
export function expectStore(where: string, store: unknown): asserts store is Store {
  const any = store as Record<string, unknown> | null | undefined;
  const fits = ['write', 'append', 'read'].every((name) => typeof any?.[name] === 'function');
  if (fits) return;
  throw new OptionError(
    `[${where}/store] takes a store such as folder('runs/1') of webgpu-rnn/node or memoryStore(), got ${shown(store)}`,
  );
}

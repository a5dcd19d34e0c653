// A store in memory: for browsers, tests, and whoever hands the files on.
import { DataError } from '../../core/errors.ts';
import type { Store } from '../callback.ts';

export interface MemoryStore extends Store {
  /** The files by name, in the order in which they were first written. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** @throws DataError when there is none. */
  text(name: string): string;
}

/** Keeps files in memory. */
export function memoryStore(): MemoryStore {
  const files = new Map<string, Uint8Array>();
  const found = (name: string): Uint8Array => {
    const file = files.get(name);
    if (file) return file;
    throw new DataError(`there is no file ${name}; there are ${[...files.keys()].join(', ') || 'none'}`);
  };
  return {
    files,
    async write(name, contents) {
      files.set(name, bytesOf(contents));
    },
    async append(name, contents) {
      const before = files.get(name) ?? new Uint8Array();
      const more = bytesOf(contents);
      const both = new Uint8Array(before.length + more.length);
      both.set(before);
      both.set(more, before.length);
      files.set(name, both);
    },
    async read(name) {
      return found(name).slice();
    },
    text: (name) => new TextDecoder().decode(found(name)),
  };
}

/** A copy, so that what is stored does not change with its source. */
function bytesOf(contents: Uint8Array | string): Uint8Array {
  return typeof contents === 'string' ? new TextEncoder().encode(contents) : contents.slice();
}

// Files of callbacks in a folder on disk.
import fs from 'node:fs/promises';
import path from 'node:path';
import { DataError, OptionError } from '../core/errors.ts';
import { shown } from '../core/options.ts';
import type { Store } from '../training/callback.ts';

/**
 * Keeps files in a folder, which is made with the first file; names may lead into folders below it.
 * A file that is replaced is written beside the old one first, so that it is there whole or not at all.
 * @throws OptionError for a path that is no text, or a name that leads out of the folder; DataError for what cannot be read.
 */
export function folder(where: string): Store {
  if (typeof where !== 'string' || where === '') {
    throw new OptionError(`[folder] takes the path of a folder, got ${shown(where)}`);
  }
  const root = path.resolve(where);
  /** The path of a file, whose folder exists. */
  const place = async (name: string): Promise<string> => {
    const file = fileOf(root, name);
    await fs.mkdir(path.dirname(file), { recursive: true });
    return file;
  };
  return {
    async write(name, contents) {
      const file = await place(name);
      const beside = `${file}.${process.pid}.part`;
      try {
        await fs.writeFile(beside, contents, { flush: true });
        await fs.rename(beside, file);
      } catch (error) {
        await fs.rm(beside, { force: true });
        throw error;
      }
    },
    async append(name, contents) {
      await fs.appendFile(await place(name), contents);
    },
    async read(name) {
      const file = fileOf(root, name);
      try {
        return new Uint8Array(await fs.readFile(file));
      } catch (error) {
        const missing = ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
        const why = missing ? 'there is no such file' : (error as Error).message;
        throw new DataError(`cannot read ${file}: ${why}`);
      }
    },
  };
}

function fileOf(root: string, name: string): string {
  const file = path.resolve(root, name);
  const inside = path.relative(root, file);
  if (inside !== '' && !inside.startsWith('..') && !path.isAbsolute(inside)) return file;
  throw new OptionError(`${shown(name)} is no file within the folder ${root}`);
}

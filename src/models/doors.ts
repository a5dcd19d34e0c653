// What models take from rooms above and beside them, the default backend and the file format; the public door connects them.
import type { Backend } from '../backends/backend.ts';
import { DeviceError } from '../core/errors.ts';
import type { Model } from './model.ts';

export interface Doors {
  /** Makes the backend of models that were given none. */
  backend(): Promise<Backend>;
  /** Writes a model with its weights as the bytes of one file. */
  save(model: Model): Promise<Uint8Array>;
}

let doors: Doors | undefined;
let made: Promise<Backend> | undefined;

export function connect(to: Doors): void {
  doors = to;
}

/**
 * The backend that all models share which were given none; made at the first call.
 * @throws DeviceError when there is no adapter; `compile({ backend: cpu() })` is the way out.
 */
export function defaultBackend(): Promise<Backend> {
  made ??= open().backend();
  made.catch(() => {
    made = undefined;
  });
  return made;
}

export function saveModel(model: Model): Promise<Uint8Array> {
  return open().save(model);
}

function open(): Doors {
  if (doors) return doors;
  throw new DeviceError(
    'models come by a backend and files through the public door: import them from the package',
  );
}

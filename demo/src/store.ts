// Models kept in the browser's own database, and downloads.
import type { ModelMeta, SavedModel } from './types.ts';

const tables = ['list', 'bytes'] as const;

/** Keeps a model under a name; one of the same name is replaced. */
export async function saveModel(name: string, bytes: Uint8Array, meta: ModelMeta): Promise<void> {
  const saved: SavedModel = { ...meta, name, bytes: bytes.byteLength, time: Date.now() };
  await inTables('readwrite', (list, blobs) => {
    list.put(saved, name);
    return blobs.put(bytes, name);
  });
}

/** The models that are kept, the latest first; of one tab where it is named. */
export async function listModels(tab?: string): Promise<SavedModel[]> {
  const all = await inTables('readonly', (list) => list.getAll() as IDBRequest<SavedModel[]>);
  return all.filter((model) => tab === undefined || model.tab === tab).sort((a, b) => b.time - a.time);
}

/** @throws Error where there is no model of that name. */
export async function openModel(name: string): Promise<{ bytes: Uint8Array; meta: SavedModel }> {
  let meta!: IDBRequest<SavedModel | undefined>;
  const bytes = await inTables('readonly', (list, blobs) => {
    meta = list.get(name);
    return blobs.get(name) as IDBRequest<Uint8Array | undefined>;
  });
  if (!bytes || !meta.result) throw new Error(`no model is saved under the name “${name}”`);
  return { bytes, meta: meta.result };
}

export async function removeModel(name: string): Promise<void> {
  await inTables('readwrite', (list, blobs) => {
    list.delete(name);
    return blobs.delete(name);
  });
}

/** Hands bytes or text to the visitor as a file. */
export function download(name: string, bytes: Uint8Array | string, type = 'application/octet-stream'): void {
  const url = URL.createObjectURL(new Blob([bytes as BlobPart], { type }));
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

let opening: Promise<IDBDatabase> | undefined;

function database(): Promise<IDBDatabase> {
  opening ??= new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open('webgpu-rnn-demo', 1);
    request.onupgradeneeded = () => {
      for (const table of tables) request.result.createObjectStore(table);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  }).catch((error) => {
    opening = undefined;
    throw new Error(
      `this browser keeps no data for the page (${error?.message ?? 'private window?'}); download instead`,
    );
  });
  return opening;
}

/** One transaction over both tables; resolves with the request's result when all is written. */
async function inTables<T>(
  mode: IDBTransactionMode,
  use: (list: IDBObjectStore, blobs: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const transaction = (await database()).transaction(tables, mode);
  const request = use(transaction.objectStore('list'), transaction.objectStore('bytes'));
  return new Promise((resolve, reject) => {
    const failed = (): void => {
      const full = transaction.error?.name === 'QuotaExceededError';
      reject(
        new Error(
          full
            ? 'the browser has no room left for the model; download it instead'
            : String(transaction.error),
        ),
      );
    };
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = failed;
    transaction.onerror = failed;
  });
}

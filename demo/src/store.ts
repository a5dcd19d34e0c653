// Models kept in the browser's own database, and downloads.
import type { ModelMeta, SavedModel } from './types.ts';

const tables = ['list', 'bytes'] as const;

/** Where pages of the same browser tell each other that a list of models has changed. */
let pages: BroadcastChannel | undefined;
const channel = (): BroadcastChannel => {
  pages ??= new BroadcastChannel('webgpu-rnn-demo models');
  return pages;
};

/** Calls the listener with the tab whose models another page has saved or deleted. */
export function onModelsElsewhere(listener: (tab: string) => void): void {
  channel().addEventListener('message', ({ data }) => listener(String(data)));
}

/** Keeps a model under a name of its tab; one of the same name is replaced. */
export async function saveModel(name: string, bytes: Uint8Array, meta: ModelMeta): Promise<void> {
  const saved: SavedModel = { ...meta, name, bytes: bytes.byteLength, time: Date.now() };
  await inTables('readwrite', (list, blobs) => {
    list.put(saved, [meta.tab, name]);
    return blobs.put(bytes, [meta.tab, name]);
  });
  channel().postMessage(meta.tab);
}

/** The models that are kept, the latest first; of one tab where it is named. */
export async function listModels(tab?: string): Promise<SavedModel[]> {
  const all = await inTables('readonly', (list) => list.getAll() as IDBRequest<SavedModel[]>);
  return all.filter((model) => tab === undefined || model.tab === tab).sort((a, b) => b.time - a.time);
}

/** @throws Error where the tab has no model of that name. */
export async function openModel(tab: string, name: string): Promise<{ bytes: Uint8Array; meta: SavedModel }> {
  let meta!: IDBRequest<SavedModel | undefined>;
  const bytes = await inTables('readonly', (list, blobs) => {
    meta = list.get([tab, name]);
    return blobs.get([tab, name]) as IDBRequest<Uint8Array | undefined>;
  });
  if (!bytes || !meta.result) throw new Error(`no model is saved under the name “${name}”`);
  return { bytes, meta: meta.result };
}

export async function removeModel(tab: string, name: string): Promise<void> {
  await inTables('readwrite', (list, blobs) => {
    list.delete([tab, name]);
    return blobs.delete([tab, name]);
  });
  channel().postMessage(tab);
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
    const request = indexedDB.open('webgpu-rnn-demo', 2);
    request.onupgradeneeded = ({ oldVersion }) => {
      if (oldVersion > 0) nameTabs(request.transaction!);
      else for (const table of tables) request.result.createObjectStore(table);
    };
    request.onsuccess = () => {
      const made = request.result;
      // Opened anew when it is wanted next.
      const forget = (): void => {
        opening = undefined;
      };
      made.onclose = forget;
      made.onversionchange = () => {
        made.close();
        forget();
      };
      resolve(made);
    };
    request.onerror = () => reject(request.error);
    request.onblocked = () =>
      reject(new Error('an older copy of the page is open in another window: close it'));
  }).catch((error) => {
    opening = undefined;
    throw new Error(
      `this browser keeps no data for the page (${error?.message ?? 'private window?'}); download instead`,
    );
  });
  return opening;
}

/** Moves models that are kept by their names alone to keys that begin with their tabs. */
function nameTabs(transaction: IDBTransaction): void {
  const [list, blobs] = tables.map((table) => transaction.objectStore(table));
  const all = list.getAll() as IDBRequest<SavedModel[]>;
  all.onsuccess = () => {
    for (const model of all.result) {
      const bytes = blobs.get(model.name);
      bytes.onsuccess = () => {
        list.put(model, [model.tab, model.name]);
        blobs.put(bytes.result, [model.tab, model.name]);
        list.delete(model.name);
        blobs.delete(model.name);
      };
    }
  };
}

/** One transaction over both tables; resolves with the request's result when all is written. */
async function inTables<T>(
  mode: IDBTransactionMode,
  use: (list: IDBObjectStore, blobs: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const transaction = (await database()).transaction(tables, mode);
  const request = use(transaction.objectStore('list'), transaction.objectStore('bytes'));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result);
    // Known only now: while a request fails, its transaction has no error yet.
    transaction.onabort = () => {
      const { error } = transaction;
      const full = error?.name === 'QuotaExceededError';
      reject(
        new Error(
          full
            ? 'the browser has no room left for the model; download it instead'
            : `the browser broke off${error ? ` (${error.message})` : ''}; try again`,
        ),
      );
    };
  });
}

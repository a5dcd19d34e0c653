// Keeps what was measured from one start to the next: a file in Node's cache folder, IndexedDB in a browser, else nothing.
import type { Measured } from '../tuner.ts';
import type { MeasurementStore } from '../tuning.ts';

const FORMAT = 'webgpu-rnn tuning/2';

/** Opens the store of an adapter: `identity` says all by which it can be told from others (see identity.ts). */
export async function openTuningStore(identity: string): Promise<MeasurementStore> {
  if (
    typeof process !== 'undefined' &&
    process.versions?.node &&
    typeof process.getBuiltinModule === 'function'
  ) {
    return fileStore(identity);
  }
  return (await databaseStore(identity)) ?? forgetful;
}

const forgetful: MeasurementStore = { place: null, read: async () => new Map(), async add() {} };

/** The measurements in a value that a store gave back; whatever is no measurement is left out. */
export function parseMeasurements(value: unknown, identity: string): Map<string, Measured> {
  const found = new Map<string, Measured>();
  if (!isRecord(value) || value.format !== FORMAT || value.identity !== identity) return found;
  if (!isRecord(value.measurements)) return found;
  for (const [key, one] of Object.entries(value.measurements)) {
    if (!isRecord(one) || !isRecord(one.microseconds)) continue;
    const { chosen } = one;
    const times = Object.values(one.microseconds);
    if (!times.every((t) => t === null || (Number.isFinite(t) && (t as number) > 0))) continue;
    const known = typeof chosen === 'string' && typeof one.microseconds[chosen] === 'number';
    if (!known && chosen !== null) continue;
    const { shaders } = one;
    if (shaders !== undefined && typeof shaders !== 'string') continue;
    const microseconds = one.microseconds as Measured['microseconds'];
    found.set(key, { chosen, microseconds, ...(shaders !== undefined && { shaders }) });
  }
  return found;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function recordOf(identity: string, measurements: ReadonlyMap<string, Measured>) {
  return { format: FORMAT, identity, measurements: Object.fromEntries(measurements) };
}

/** A file for each adapter and version, written beside and renamed. */
function fileStore(identity: string): MeasurementStore {
  // Not imported: a bundler for the web would look for these modules, and a page has no use for them.
  const { createHash, randomBytes } = process.getBuiltinModule('node:crypto');
  const fs = process.getBuiltinModule('node:fs');
  const path = process.getBuiltinModule('node:path');
  const name = `tuning-${createHash('sha256').update(identity).digest('hex').slice(0, 16)}.json`;
  const folders = cacheFolders();
  const readFrom = (folder: string): Map<string, Measured> => {
    try {
      return parseMeasurements(JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8')), identity);
    } catch {
      return new Map();
    }
  };
  const holder = (): string | undefined => folders.find((folder) => fs.existsSync(path.join(folder, name)));
  // mkdirSync's own `recursive` never returns where a file system answers ENOENT, as /proc does.
  const makeFolder = (folder: string): void => {
    if (fs.existsSync(folder)) return;
    makeFolder(path.dirname(folder));
    fs.mkdirSync(folder, { mode: 0o700 });
  };
  const isWritable = (folder: string): boolean => {
    try {
      makeFolder(folder);
      fs.accessSync(folder, fs.constants.W_OK);
      return fs.statSync(folder).isDirectory();
    } catch {
      return false;
    }
  };
  return {
    get place() {
      return path.join(holder() ?? folders[0], name);
    },
    async read() {
      const folder = holder();
      return folder === undefined ? new Map() : readFrom(folder);
    },
    async add(measurements) {
      const folder = holder() ?? folders.find(isWritable);
      if (folder === undefined) return;
      // Read again: another process may have measured meanwhile. Two that write at once lose one's measurements.
      const merged = new Map([...readFrom(folder), ...measurements]);
      const file = path.join(folder, name);
      const partial = `${file}.${process.pid}.${randomBytes(4).toString('hex')}.partial`;
      try {
        fs.writeFileSync(partial, `${JSON.stringify(recordOf(identity, merged), undefined, 1)}\n`);
        fs.renameSync(partial, file);
      } catch {
        if (fs.existsSync(partial)) fs.rmSync(partial);
      }
    },
  };
}

/** Where the command line's own cache may lie (see src/cli/adapter_archives.js), in the order in which they are tried. */
function cacheFolders(): string[] {
  const fs = process.getBuiltinModule('node:fs');
  const os = process.getBuiltinModule('node:os');
  const path = process.getBuiltinModule('node:path');
  const { fileURLToPath } = process.getBuiltinModule('node:url');
  const named = process.env.WEBGPU_RNN_CACHE;
  if (named) return [path.resolve(named)];
  const folders: string[] = [];
  try {
    const here = path.dirname(fileURLToPath(import.meta.url));
    for (let folder = here; folder !== path.dirname(folder); folder = path.dirname(folder)) {
      const manifest = path.join(folder, 'package.json');
      if (!fs.existsSync(manifest)) continue;
      // Bundled into another program it has no folder of its own.
      if (JSON.parse(fs.readFileSync(manifest, 'utf8')).name === 'webgpu-rnn') {
        folders.push(path.join(folder, 'node_modules', '.cache', 'webgpu-rnn'));
      }
      break;
    }
  } catch {
    // This module lies in no file.
  }
  folders.push(path.join(os.tmpdir(), `webgpu-rnn-${process.getuid?.() ?? os.userInfo().username}`));
  return folders;
}

const DATABASE = 'webgpu-rnn';
const TABLE = 'tuning';
/** Where a page may not store anything, some browsers answer with an error and some not at all. */
const OPEN_MS = 1000;

/** One record for each adapter and version; pages and workers have it alike. */
async function databaseStore(identity: string): Promise<MeasurementStore | undefined> {
  const database = await openDatabase().catch(() => undefined);
  if (!database) return undefined;
  /** Runs requests in one transaction, which no other page can interrupt. */
  const transact = (
    mode: IDBTransactionMode,
    body: (table: IDBObjectStore, found: Map<string, Measured>) => void,
  ): Promise<Map<string, Measured>> =>
    new Promise((resolve) => {
      let found = new Map<string, Measured>();
      try {
        const transaction = database.transaction(TABLE, mode);
        const table = transaction.objectStore(TABLE);
        const request = table.get(identity);
        request.onsuccess = () => {
          found = parseMeasurements(request.result, identity);
          body(table, found);
        };
        transaction.oncomplete = () => resolve(found);
        transaction.onerror = () => resolve(found);
        transaction.onabort = () => resolve(found);
      } catch {
        resolve(found);
      }
    });
  return {
    place: `IndexedDB ${DATABASE}`,
    read: () => transact('readonly', () => {}),
    async add(measurements) {
      await transact('readwrite', (table, found) => {
        table.put(recordOf(identity, new Map([...found, ...measurements])), identity);
      });
    },
  };
}

function openDatabase(): Promise<IDBDatabase | undefined> {
  return new Promise((resolve, reject) => {
    // Missing in some workers and in shells; asking a sandboxed frame for it throws.
    const { indexedDB } = globalThis;
    if (!indexedDB) {
      resolve(undefined);
      return;
    }
    setTimeout(() => resolve(undefined), OPEN_MS);
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(TABLE);
    request.onerror = () => reject(request.error);
    request.onblocked = () => resolve(undefined);
    request.onsuccess = () => {
      // A newer version of the library may want another table.
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
  });
}

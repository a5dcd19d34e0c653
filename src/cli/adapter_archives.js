// The archives of the npm package that carries SwiftShader and a headless Chromium, and the cache folder where they lie unpacked.
// Plain JavaScript, because it runs in a clone before anything has been built.

import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import zlib from 'node:zlib';

const packageRoot = fileURLToPath(new URL('../../', import.meta.url));

/** The software adapter or the bundled browser cannot be had here; the message says why and what to do. */
export class SoftwareAdapterError extends Error {
  /** @override */
  name = 'SoftwareAdapterError';
}

/** @type {Map<string, Promise<string>>} */
const pending = new Map();

/**
 * The folder `name` of the cache, filled by `fill` when it is not there yet.
 *
 * It is filled beside its place and renamed, so that a folder which exists is complete; where two processes do
 * this at once, the first to rename wins and the other uses that folder.
 * @param {string} name
 * @param {(target: string, archives: string) => Promise<void>} fill
 * @returns {Promise<string>}
 */
export function unpacked(name, fill) {
  let promise = pending.get(name);
  if (!promise) {
    promise = unpackOnce(name, fill).finally(() => pending.delete(name));
    pending.set(name, promise);
  }
  return promise;
}

/**
 * @param {string} name
 * @param {(target: string, archives: string) => Promise<void>} fill
 */
async function unpackOnce(name, fill) {
  const { archives, version } = bundledPackage();
  const key = `chromium-${version}`;
  const failures = [];
  for (const { folder, mode, trusted } of cacheRoots()) {
    const parent = path.join(folder, key);
    const target = path.join(parent, name);
    if (trusted() && fs.existsSync(target)) return target;
    const partial = `${target}.${process.pid}.${randomBytes(4).toString('hex')}.partial`;
    try {
      makeFolder(folder, mode);
      if (!trusted()) throw new Error('others can write there');
      makeFolder(partial, 0o777);
      await fill(partial, archives);
      removeAbandoned(parent);
      try {
        fs.renameSync(partial, target);
      } catch (error) {
        if (!fs.existsSync(target)) throw error;
      }
      return target;
    } catch (error) {
      failures.push(`${folder}: ${error instanceof Error ? error.message : error}`);
    } finally {
      // Asked first, for rmSync complains about a folder that it may not look into.
      if (fs.existsSync(partial)) fs.rmSync(partial, { recursive: true, force: true });
    }
  }
  throw new SoftwareAdapterError(
    `cannot unpack ${name} anywhere; set WEBGPU_RNN_CACHE to a folder that can be written\n  ${failures.join('\n  ')}`,
  );
}

/**
 * Makes a folder and those above it. (fs.mkdirSync's own `recursive` never returns where a file system answers ENOENT, as /proc does.)
 * @param {string} folder
 * @param {number} mode
 */
function makeFolder(folder, mode) {
  if (fs.existsSync(folder)) return;
  const parent = path.dirname(folder);
  if (parent !== folder) makeFolder(parent, mode);
  try {
    fs.mkdirSync(folder, { mode });
  } catch (error) {
    // Another process may have made it in between.
    if (!fs.existsSync(folder)) throw error;
  }
}

/**
 * Removes what killed processes left half unpacked, once it is an hour old.
 * @param {string} parent
 */
function removeAbandoned(parent) {
  for (const entry of fs.readdirSync(parent)) {
    const file = path.join(parent, entry);
    if (!entry.endsWith('.partial')) continue;
    const age = Date.now() - (fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > 3_600_000) fs.rmSync(file, { recursive: true, force: true });
  }
}

/**
 * The folders that may hold the cache, in the order in which they are tried.
 *
 * The last lies in a folder that all users share, so it is used only while nobody else can write there: what it holds is run.
 * @returns {{ folder: string, mode: number, trusted: () => boolean }[]}
 */
function cacheRoots() {
  const own = { mode: 0o777, trusted: () => true };
  const roots = [{ folder: path.join(packageRoot, 'node_modules', '.cache', 'webgpu-rnn'), ...own }];
  const named = process.env.WEBGPU_RNN_CACHE;
  if (named) roots.unshift({ folder: path.resolve(named), ...own });
  const user = process.getuid?.() ?? createHash('sha256').update(os.homedir()).digest('hex').slice(0, 12);
  const shared = path.join(os.tmpdir(), `webgpu-rnn-${user}`);
  roots.push({
    folder: shared,
    mode: 0o700,
    trusted() {
      const status = fs.lstatSync(shared, { throwIfNoEntry: false });
      if (!status?.isDirectory()) return false;
      return process.platform === 'win32' || (status.uid === user && (status.mode & 0o022) === 0);
    },
  });
  return roots;
}

/**
 * The folder of the compressed archives and the version of the package that carries them.
 * @returns {{ archives: string, version: string }}
 */
function bundledPackage() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new SoftwareAdapterError(
      `the bundled software adapter and Chromium are built for linux-x64, not for ${process.platform}-${process.arch}: ` +
        'use a GPU with its driver, or an installed Chrome (PUPPETEER_EXECUTABLE_PATH names one)',
    );
  }
  try {
    // The package does not export its package.json: its entry lies in build/cjs.
    const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
    const folder = path.join(path.dirname(entry), '..', '..');
    const { version } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
    return { archives: path.join(folder, 'bin'), version };
  } catch (error) {
    throw new SoftwareAdapterError(
      'the optional package @sparticuz/chromium, which carries the software adapter, is not installed: npm install @sparticuz/chromium',
      { cause: error },
    );
  }
}

/**
 * Decompresses a brotli file into a stream.
 * @param {string} file
 * @param {NodeJS.WritableStream} into
 */
export async function inflate(file, into) {
  await pipeline(fs.createReadStream(file), zlib.createBrotliDecompress({ chunkSize: 1 << 20 }), into);
}

/**
 * Unpacks a .tar.br into a folder.
 * @param {string} file
 * @param {string} target
 * @param {(name: string) => boolean} [wanted]  takes an entry's path in the archive
 */
export async function untar(file, target, wanted = () => true) {
  const { extract } = (await import('tar-fs')).default;
  // The archives carry the user ids of their authors' machines: chown stays off, also for root.
  /** @type {import('tar-fs').ExtractOptions & { chown: boolean }} */
  const options = { chown: false, ignore: (_name, header) => !wanted(header?.name ?? '') };
  await inflate(file, extract(target, options));
}

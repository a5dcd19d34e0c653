// Unpacks the software GPU (SwiftShader) and the headless Chromium that one npm package carries, so that a bare machine needs no system package.
// Plain JavaScript, because it runs in a clone before anything has been built.

import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import zlib from 'node:zlib';

/** @typedef {Record<string, string>} Environment  variables to add to a child's environment */

const packageRoot = fileURLToPath(new URL('../../', import.meta.url));

/** The software adapter or the bundled browser cannot be had here; the message says why and what to do. */
export class SoftwareAdapterError extends Error {
  /** @override */
  name = 'SoftwareAdapterError';
}

/**
 * Unpacks SwiftShader once and names its folder and the variables that make a new process find it as its Vulkan driver.
 *
 * LD_LIBRARY_PATH is read by the dynamic loader when a process starts, so `env` is for a child process.
 * @param {NodeJS.ProcessEnv} [inherited]  the environment that `env` will be added to
 * @returns {Promise<{ folder: string, env: Environment }>}
 * @throws {SoftwareAdapterError} where the bundled build does not run or is not installed
 */
export async function softwareVulkan(inherited = process.env) {
  const folder = await unpacked('vulkan', async (target, archives) => {
    await untar(path.join(archives, 'swiftshader.tar.br'), target, (name) => name.includes('vk_swiftshader'));
    linkOrCopy(target, 'libvk_swiftshader.so', 'libvulkan.so.1');
  });
  return {
    folder,
    env: {
      LD_LIBRARY_PATH: prepended(folder, inherited.LD_LIBRARY_PATH),
      // Read by an installed Vulkan loader, should one come first in spite of LD_LIBRARY_PATH.
      VK_ICD_FILENAMES: path.join(folder, 'vk_swiftshader_icd.json'),
    },
  };
}

/**
 * Finds a Chrome or Chromium to drive: the one that the environment names, puppeteer's own, an installed one, else the bundled one.
 * @returns {Promise<{ executable: string, env: Environment, bundled: boolean }>}
 * @throws {SoftwareAdapterError} where none is installed and the bundled build does not run
 */
export async function chromiumPath() {
  const installed = await installedChromium();
  if (installed) return { executable: installed, env: {}, bundled: false };
  const folder = await unpacked('chromium', async (target, archives) => {
    const executable = path.join(target, 'chromium');
    await Promise.all([
      inflate(path.join(archives, 'chromium.br'), fs.createWriteStream(executable, { mode: 0o755 })),
      untar(path.join(archives, 'swiftshader.tar.br'), target),
      untar(path.join(archives, 'al2023.tar.br'), target),
      untar(path.join(archives, 'fonts.tar.br'), target, (name) => name !== 'fonts.conf'),
    ]);
    fs.writeFileSync(path.join(target, 'fonts.conf'), fontsConfiguration);
  });
  /** @type {Environment} */
  const env = { LD_LIBRARY_PATH: prepended(path.join(folder, 'lib'), process.env.LD_LIBRARY_PATH) };
  if (!fs.existsSync('/etc/fonts/fonts.conf')) env.FONTCONFIG_FILE = path.join(folder, 'fonts.conf');
  return { executable: path.join(folder, 'chromium'), env, bundled: true };
}

/** The package's own fonts.conf names folders that exist on its authors' machines only. */
const fontsConfiguration = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir prefix="relative">fonts</dir><cachedir prefix="relative">fonts-cache</cachedir></fontconfig>
`;

/**
 * The path of an installed browser, or undefined.
 * @returns {Promise<string | undefined>}
 */
async function installedChromium() {
  for (const variable of ['PUPPETEER_EXECUTABLE_PATH', 'CHROME_PATH']) {
    const named = process.env[variable];
    if (!named) continue;
    if (isFile(named)) return named;
    throw new SoftwareAdapterError(`${variable} names ${named}, which is not a file`);
  }
  try {
    const { default: puppeteer } = await import('puppeteer');
    const own = await puppeteer.executablePath();
    if (isFile(own)) return own;
  } catch {
    // puppeteer is not installed, or has no browser of its own.
  }
  return browserCandidates().find(isUsableBrowser);
}

/** @returns {string[]} where browsers are usually installed, the likeliest first */
function browserCandidates() {
  if (process.platform === 'darwin') {
    return ['Google Chrome', 'Chromium', 'Microsoft Edge'].map((app) =>
      path.join('/Applications', `${app}.app`, 'Contents', 'MacOS', app),
    );
  }
  if (process.platform === 'win32') {
    const programs = ['ProgramFiles', 'ProgramFiles(x86)', 'LOCALAPPDATA'].flatMap(
      (variable) => process.env[variable] ?? [],
    );
    return programs.flatMap((folder) => [
      path.join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe'),
      path.join(folder, 'Chromium', 'Application', 'chrome.exe'),
      path.join(folder, 'Microsoft', 'Edge', 'Application', 'msedge.exe'),
    ]);
  }
  const names = ['google-chrome-stable', 'google-chrome', 'chromium', 'chromium-browser'];
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(path.isAbsolute);
  return names.flatMap((name) => folders.map((folder) => path.join(folder, name)));
}

/**
 * A snap (or the script that stands for one) is left out: its confinement hides the profile folder that a driver gives it.
 * @param {string} file
 */
function isUsableBrowser(file) {
  if (!isFile(file)) return false;
  const target = fs.realpathSync(file);
  if (target.includes('/snap')) return false;
  const size = fs.statSync(target).size;
  return size > 65536 || !fs.readFileSync(target, 'utf8').includes('/snap/bin');
}

/** @param {string} file */
function isFile(file) {
  return fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
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
function unpacked(name, fill) {
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
async function inflate(file, into) {
  await pipeline(fs.createReadStream(file), zlib.createBrotliDecompress({ chunkSize: 1 << 20 }), into);
}

/**
 * Unpacks a .tar.br into a folder.
 * @param {string} file
 * @param {string} target
 * @param {(name: string) => boolean} [wanted]  takes an entry's path in the archive
 */
async function untar(file, target, wanted = () => true) {
  const { extract } = (await import('tar-fs')).default;
  // The archives carry the user ids of their authors' machines: chown stays off, also for root.
  /** @type {import('tar-fs').ExtractOptions & { chown: boolean }} */
  const options = { chown: false, ignore: (_name, header) => !wanted(header?.name ?? '') };
  await inflate(file, extract(target, options));
}

/**
 * @param {string} folder
 * @param {string} existing
 * @param {string} link
 */
function linkOrCopy(folder, existing, link) {
  try {
    fs.symlinkSync(existing, path.join(folder, link));
  } catch {
    // A file system without links.
    fs.copyFileSync(path.join(folder, existing), path.join(folder, link));
  }
}

/**
 * @param {string} folder
 * @param {string | undefined} list
 */
function prepended(folder, list) {
  const others = (list ?? '').split(':').filter((entry) => entry && entry !== folder);
  return [folder, ...others].join(':');
}

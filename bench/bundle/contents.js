// What goes into the bundle: finding the Vulkan loader and the C++ library of this machine, the list of files, and their size.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';

/** Bytes; the folder is carried to other machines. */
export const sizeLimit = 60e6;

/** From here on a file is packed. */
const packFrom = 256 * 1024;

/** The bundle cannot be made; the message says why and what to do. */
export class BundleError extends Error {
  /** @override */
  name = 'BundleError';
}

/** Where Linux keeps shared libraries, the loader's own list before them. */
const libraryFolders = [
  '/usr/local/lib/x86_64-linux-gnu',
  '/usr/local/lib',
  '/lib/x86_64-linux-gnu',
  '/usr/lib/x86_64-linux-gnu',
  '/lib64',
  '/usr/lib64',
  '/usr/lib',
];

/**
 * The path of a shared library of this machine; undefined where it has none.
 * @param {string} name  such as libvulkan.so.1
 * @param {{ cache?: string, folders?: readonly string[] }} [places]  `cache`: what `ldconfig -p` prints
 * @returns {string | undefined}
 */
export function findLibrary(name, { cache = loaderCache(), folders = libraryFolders } = {}) {
  const listed = cache.split('\n').flatMap((line) => {
    const [, file, kind, target] = /^\s*(\S+) \(([^)]*)\) => (.+)$/.exec(line) ?? [];
    return file === name && kind.includes('x86-64') ? [target] : [];
  });
  const candidates = [...listed, ...folders.map((folder) => path.join(folder, name))];
  return candidates.find((file) => isElf64(file));
}

function loaderCache() {
  for (const ldconfig of ['ldconfig', '/sbin/ldconfig']) {
    const { status, stdout } = spawnSync(ldconfig, ['-p'], { encoding: 'utf8' });
    if (status === 0) return stdout;
  }
  return '';
}

/**
 * Whether a file is a 64-bit x86 program or library.
 * @param {string} file
 */
export function isElf64(file) {
  try {
    const handle = fs.openSync(file, 'r');
    try {
      const header = Buffer.alloc(20);
      fs.readSync(handle, header, 0, 20, 0);
      return (
        header.toString('latin1', 0, 4) === '\x7fELF' && header[4] === 2 && header.readUInt16LE(18) === 62
      );
    } finally {
      fs.closeSync(handle);
    }
  } catch {
    return false;
  }
}

/**
 * The Vulkan loader to carry: the one that is named, else this machine's.
 * @param {string | undefined} named
 * @param {() => string | undefined} [find]
 * @returns {string | undefined} undefined for `none`
 */
export function vulkanLoader(named, find = () => findLibrary('libvulkan.so.1')) {
  if (named === 'none') return undefined;
  if (named !== undefined) {
    if (!fs.existsSync(named)) throw new BundleError(`there is no Vulkan loader ${named}`);
    if (!isElf64(named)) throw new BundleError(`${named} is no library for x86-64 Linux`);
    return named;
  }
  const found = find();
  if (found) return found;
  throw new BundleError(
    'this machine has no Vulkan loader (libvulkan.so.1) to carry. Install one (Debian and Ubuntu: libvulkan1; Fedora:' +
      ' vulkan-loader), or name a file: npm run bench:bundle -- --loader /path/to/libvulkan.so.1;' +
      ' --loader none relies on the loader of the machine that the bundle runs on',
  );
}

/**
 * @typedef {object} Item
 * @property {string} source  the file here
 * @property {string} to      where it lies once unpacked
 * @property {boolean} [strip]  symbols may go
 */

/**
 * Every file below a folder as items below `to`; stamps and other hidden files are left out.
 * @param {string} folder
 * @param {string} to
 * @returns {Item[]}
 */
export function itemsIn(folder, to) {
  return fs
    .readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const source = path.join(folder, entry.name);
      const target = `${to}/${entry.name}`;
      return entry.isDirectory() ? itemsIn(source, target) : [{ source, to: target }];
    });
}

/**
 * Puts items into the bundle's folder, large ones packed, and returns the list that start.js unpacks by.
 * @param {readonly Item[]} items
 * @param {string} folder
 * @returns {{ from: string, to: string, size: number }[]}
 */
export function packItems(items, folder) {
  return items.map(({ source, to, strip }) => {
    const content = strip ? stripped(source) : fs.readFileSync(source);
    const isLarge = content.length >= packFrom;
    const from = `files/${to}${isLarge ? '.gz' : ''}`;
    writeInto(path.join(folder, from), isLarge ? zlib.gzipSync(content, { level: 9 }) : content);
    return { from, to, size: content.length };
  });
}

/**
 * @param {string} file
 * @param {string | Buffer} content
 */
export function writeInto(file, content) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, content);
}

/**
 * A program's bytes without its symbols where binutils' `strip` is installed, else as it is.
 * @param {string} file
 */
export function stripped(file) {
  const target = path.join(
    fs.mkdtempSync(path.join(path.dirname(path.resolve(file)), '.strip-')),
    'stripped',
  );
  try {
    const { status } = spawnSync('strip', ['-o', target, file], { stdio: 'ignore' });
    return fs.readFileSync(status === 0 ? target : file);
  } finally {
    fs.rmSync(path.dirname(target), { recursive: true, force: true });
  }
}

/**
 * Every file of a folder with its size, largest first.
 * @param {string} folder
 * @returns {{ name: string, size: number }[]}
 */
export function sizesIn(folder) {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => ({ name, status: fs.statSync(path.join(folder, name)) }))
    .filter(({ status }) => status.isFile())
    .map(({ name, status }) => ({ name, size: status.size }))
    .sort((a, b) => b.size - a.size);
}

/**
 * @param {readonly { name: string, size: number }[]} files
 * @param {number} [limit]
 * @returns {number} the sum of all sizes
 * @throws {BundleError} that names the largest files where the sum is past the limit
 */
export function checkSize(files, limit = sizeLimit) {
  const total = files.reduce((sum, { size }) => sum + size, 0);
  if (total > limit) {
    const largest = files.slice(0, 4).map(({ name, size }) => `${name} ${megabytes(size)}`);
    throw new BundleError(
      `the bundle takes ${megabytes(total)} and may take ${megabytes(limit)}; the largest files: ${largest.join(', ')}.` +
        ' Install binutils (strip), or take a smaller Node with --node VERSION',
    );
  }
  return total;
}

/** @param {number} bytes */
export function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/**
 * A name for exactly this content, so that two bundles never share an unpacked folder.
 * @param {string} folder
 */
export function contentId(folder) {
  const hash = createHash('sha256');
  for (const { name } of sizesIn(folder).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    hash.update(`${name}\0`).update(fs.readFileSync(path.join(folder, name)));
  }
  return hash.digest('hex').slice(0, 12);
}

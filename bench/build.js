// Builds the parts of the benchmark that are missing or older than their sources.

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const bench = path.join(root, 'bench');

/** What a part is made of; a stamp in the built folder carries the time at which its build began. */
const sources = [
  'bench/src',
  'bench/vite.config.ts',
  'bench/package-lock.json',
  'src',
  'shaders',
  'test/harness',
];

/**
 * Builds parts that are out of date, one after the other.
 * @param {('main' | 'worker' | 'page')[]} parts
 * @param {string} [outDir]  where they go, with the page in a folder of its own; bench/.build when left out
 */
export async function buildParts(parts, outDir = path.join(bench, '.build')) {
  // The peers come and go with an installation, which a build must notice.
  const installed = fs.existsSync(path.join(bench, 'node_modules')) ? 'with peers' : 'without peers';
  for (const part of parts) {
    const stamp = path.join(outDir, `.${part}`);
    const built = fs.statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    const upToDate =
      sources.every((name) => newest(path.join(root, name)) <= built) &&
      fs.readFileSync(stamp, 'utf8') === installed;
    if (upToDate) continue;
    const started = new Date();
    const { build } = await import('vite');
    await build({
      configFile: path.join(bench, 'vite.config.ts'),
      mode: part,
      build: { outDir: part === 'page' ? path.join(outDir, 'page') : outDir },
    });
    fs.writeFileSync(stamp, installed);
    fs.utimesSync(stamp, started, started);
  }
}

/**
 * The latest modification time in a tree, in ms.
 * @param {string} file
 * @returns {number}
 */
function newest(file) {
  const status = fs.statSync(file, { throwIfNoEntry: false });
  if (!status) return 0;
  if (!status.isDirectory()) return status.mtimeMs;
  return fs
    .readdirSync(file)
    .reduce((latest, entry) => Math.max(latest, newest(path.join(file, entry))), status.mtimeMs);
}

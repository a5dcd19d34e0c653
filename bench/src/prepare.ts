// Makes ready what a measurement needs beyond the command: the peers' packages, and the programs of the places.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { DataError } from '../../src/core/errors.ts';
import { stoppedWithUs } from './interruption.ts';

/** The folder `bench` of a clone, seen from the built command. */
const bench = fileURLToPath(new URL('../', import.meta.url));

/** In a bundle everything is built, and there is nothing to build with. */
export const isClone = fs.existsSync(path.join(bench, 'build.js'));

/**
 * Installs the packages of bench/package.json where they are missing.
 * @throws DataError that says what to do where npm fails.
 */
export async function installPeers(): Promise<void> {
  if (!isClone || fs.existsSync(path.join(bench, 'node_modules', '.package-lock.json'))) return;
  process.stderr.write('installing the libraries to compare with (once, about 140 MB)…\n');
  const argv = ['ci', '--prefix', bench, '--ignore-scripts', '--no-audit', '--no-fund'];
  const npm = process.env.npm_execpath;
  const [program, ...first] = npm ? [process.execPath, npm] : ['npm'];
  const child = stoppedWithUs(
    spawn(program, [...first, ...argv], { cwd: bench, stdio: ['ignore', 'ignore', 'pipe'] }),
  );
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  const end = await new Promise<number | null | Error>((resolve) => {
    child.once('error', resolve).once('close', resolve);
  });
  if (end === 0) return;
  const said =
    end instanceof Error ? end.message : (complaints.match(/^npm error .*$/m)?.[0] ?? `status ${end}`);
  throw new DataError(
    `npm could not install the libraries to compare with (${said}). They come from the npm registry once: is there a` +
      ' network? Without them `npm run bench -- --engines webgpu-rnn` measures this library alone, and --counts needs none',
  );
}

/** Builds the programs of the places that are out of date. */
export async function buildPlaces(parts: readonly ('worker' | 'page')[]): Promise<void> {
  if (!isClone) return;
  const { buildParts } = await import(/* @vite-ignore */ pathToFileURL(path.join(bench, 'build.js')).href);
  await buildParts(parts);
}

/** The commit that is measured, with a plus where files differ from it. */
export function commitOf(): string {
  const git = (...argv: string[]) => spawnSync('git', argv, { cwd: bench, encoding: 'utf8' });
  const { status, stdout } = isClone ? git('rev-parse', '--short', 'HEAD') : { status: 1, stdout: '' };
  if (status !== 0) return BENCH_COMMIT;
  const changed = git('status', '--porcelain', '--', '../src', '../shaders', '.').stdout.trim() !== '';
  return stdout.trim() + (changed ? '+' : '');
}

declare global {
  /** The commit at the time of the build. */
  const BENCH_COMMIT: string;
}

#!/usr/bin/env node
// The `webgpu-rnn` command: runs dist/cli.js where a GPU adapter is found, and in a clone first builds it when it is out of date.

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { launch } from './launch.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const program = path.join(root, 'dist', 'cli.js');
const isClone = fs.existsSync(path.join(root, 'src', 'cli', 'main.ts'));

try {
  const argv = process.argv.slice(2);
  const isScript = argv[0] === 'launch' && argv[1] !== undefined && !argv[1].startsWith('-');
  const refusal = isScript ? whyNoScript(argv[1]) : undefined;
  if (refusal !== undefined) {
    process.stderr.write(`webgpu-rnn: ${refusal}\n`);
    process.exitCode = 2;
  } else {
    // A script too may import the built library.
    if (isClone && isOutOfDate()) await build();
    process.exitCode = isScript
      ? await launch([path.resolve(argv[1]), ...argv.slice(2)])
      : await launch([program, ...argv], { gpu: mayNeedGpu(argv) });
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}

/**
 * Why a file cannot be launched; undefined for one that can.
 * @param {string} file
 */
function whyNoScript(file) {
  if (!fs.statSync(file, { throwIfNoEntry: false })?.isFile()) {
    return `there is no script ${file}; give a JavaScript file`;
  }
  if (!/^(\.[cm]?js)?$/.test(path.extname(file))) {
    return `${file} is not JavaScript: launch runs .js, .mjs and .cjs files; compile it first`;
  }
  return undefined;
}

/**
 * Whether the command may compute on a GPU.
 * @param {string[]} argv
 */
function mayNeedGpu(argv) {
  const command = argv.find((argument) => !argument.startsWith('-'));
  if (command === undefined || command === 'help' || command === 'summary') return false;
  if (argv.some((argument) => ['--help', '-h', '--version', '-V', '--backend=cpu'].includes(argument)))
    return false;
  return !argv.some((argument, i) => argument === '--backend' && argv[i + 1] === 'cpu');
}

/** Whether a part of what is built is missing, or a source (or a folder, whose time changes when a file goes) is newer. */
function isOutOfDate() {
  if (!fs.existsSync(path.join(root, 'dist', 'index.js'))) return true;
  const built = fs.statSync(program, { throwIfNoEntry: false })?.mtimeMs;
  if (built === undefined) return true;
  return ['src', 'shaders', 'vite.config.ts', 'package.json'].some(
    (name) => newest(path.join(root, name)) > built,
  );
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

/** Builds beside dist and renames file by file, dist/cli.js last, so that a command started meanwhile finds whole files. */
async function build() {
  process.stderr.write('building…\n');
  const started = new Date();
  const dist = path.join(root, 'dist');
  fs.mkdirSync(dist, { recursive: true });
  const fresh = fs.mkdtempSync(path.join(dist, '.building-'));
  try {
    const { build } = await import('vite');
    await build({ root, logLevel: 'warn', build: { outDir: fresh, emptyOutDir: false } });
    // A source that is saved while the build runs is newer than what was built.
    fs.utimesSync(path.join(fresh, 'cli.js'), started, started);
    const files = fs.readdirSync(fresh).sort((a, b) => Number(a === 'cli.js') - Number(b === 'cli.js'));
    for (const file of files) fs.renameSync(path.join(fresh, file), path.join(dist, file));
  } finally {
    fs.rmSync(fresh, { recursive: true, force: true });
  }
}

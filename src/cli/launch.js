// Starts a Node program with an environment in which Dawn finds a GPU adapter: the real one first, else SwiftShader.
// Also a script: `node src/cli/launch.js <script or package binary> [arguments]`.

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { SoftwareAdapterError, softwareVulkan } from './software_adapter.js';

/**
 * @typedef {object} Adapter
 * @property {'hardware' | 'software' | 'none'} kind
 * @property {string} name  as the driver gives it, or why there is none
 * @property {Record<string, string>} env  what a child's environment must have added
 */

/** Set in the environment of what launch() starts, so that nothing below it probes or launches again. */
const marker = 'WEBGPU_RNN_ADAPTER';

/**
 * Finds the adapter that a child process would get, probing at most once for a whole tree of processes.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<Adapter>}
 */
export async function findAdapter(env = process.env) {
  const known = knownAdapter(env[marker]);
  if (known) return known;
  const installed = noGpuPossible(env) ? null : await probe(env);
  if (installed) return marked(installed.software ? 'software' : 'hardware', installed.name, {});
  try {
    const software = await softwareVulkan(env);
    const requirement = env.REQUIRE_GPU === '1';
    const found = requirement ? await probe({ ...env, ...software.env }) : undefined;
    if (found === null)
      return marked('none', `Dawn finds no adapter, SwiftShader in ${software.folder} included`, {});
    return marked('software', 'SwiftShader', software.env);
  } catch (error) {
    if (!(error instanceof SoftwareAdapterError)) throw error;
    return marked('none', error.message, {});
  }
}

/**
 * Runs `node ...argv` (or a package's binary, such as `vitest`, found in node_modules) where Dawn finds an adapter, and waits for it.
 *
 * The child has this process's terminal. Where a signal ended the child, this process ends by it too.
 * @param {string[]} argv
 * @param {{ gpu?: boolean, env?: NodeJS.ProcessEnv }} [options]  gpu: false starts the child without looking for an adapter
 * @returns {Promise<number>} the child's exit status; 2 where REQUIRE_GPU=1 and no adapter is there
 */
export async function launch(argv, { gpu = true, env = process.env } = {}) {
  const program = resolveProgram(argv);
  /** @type {Record<string, string>} */
  let additions = {};
  if (gpu) {
    const adapter = await findAdapter(env);
    if (adapter.kind === 'none' && env.REQUIRE_GPU === '1') {
      process.stderr.write(`webgpu-rnn: REQUIRE_GPU=1 and no GPU adapter: ${adapter.name}\n`);
      return 2;
    }
    additions = adapter.env;
  }
  const child = spawn(process.execPath, program, { stdio: 'inherit', env: { ...env, ...additions } });
  const stopForwarding = forwardSignals(child);
  /** @type {{ status: number | null, signal: NodeJS.Signals | null }} */
  const end = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status, signal) => resolve({ status, signal }));
  }).finally(stopForwarding);
  if (end.signal === null) return end.status ?? 1;
  process.kill(process.pid, end.signal);
  return 128 + os.constants.signals[end.signal];
}

/**
 * Passes on each signal that this process gets, and waits on.
 *
 * Ctrl-C in a terminal reaches every process of the foreground group, the child too: passing it on would
 * deliver it twice, which many programs read as "stop at once".
 * @param {import('node:child_process').ChildProcess} child
 * @returns {() => void} takes the handlers away
 */
function forwardSignals(child) {
  /** @type {NodeJS.Signals[]} */
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  if (process.platform !== 'win32') signals.push('SIGQUIT');
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => {
    const fromKeyboard = signal === 'SIGINT' || signal === 'SIGQUIT';
    if (!(fromKeyboard && isForeground())) child.kill(signal);
  };
  for (const signal of signals) process.on(signal, forward);
  return () => {
    for (const signal of signals) process.off(signal, forward);
  };
}

/** Whether the keyboard's signals reach this process's group. */
function isForeground() {
  try {
    // pid (command) state ppid pgrp session tty tpgid ...; the command may hold blanks and parentheses.
    const fields = fs.readFileSync('/proc/self/stat', 'latin1').split(') ').pop()?.split(' ') ?? [];
    return fields[2] === fields[5];
  } catch {
    return process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  }
}

/**
 * @param {Adapter['kind']} kind
 * @param {string} name
 * @param {Record<string, string>} env
 * @returns {Adapter}
 */
function marked(kind, name, env) {
  return { kind, name, env: { ...env, [marker]: `${kind}: ${name}` } };
}

/**
 * @param {string | undefined} text
 * @returns {Adapter | undefined}
 */
function knownAdapter(text) {
  const [, kind, name] = /^(hardware|software|none): (.*)$/s.exec(text ?? '') ?? [];
  if (kind === undefined || name === undefined) return undefined;
  return { kind: /** @type {Adapter['kind']} */ (kind), name, env: {} };
}

/**
 * Asks a child process which adapter Dawn finds; null where it finds none, crashes or takes longer than a minute.
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ name: string, software: boolean } | null>}
 */
async function probe(env) {
  const script = fileURLToPath(new URL('./probe_adapter.js', import.meta.url));
  const child = spawn(process.execPath, [script], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env,
    timeout: 60_000,
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  await new Promise((resolve) => child.once('error', resolve).once('close', resolve));
  try {
    return JSON.parse(output);
  } catch {
    return null;
  }
}

/**
 * Whether a probe would surely find nothing: Linux with no device node of a GPU, and with no Vulkan driver installed or named.
 * @param {NodeJS.ProcessEnv} env
 */
function noGpuPossible(env) {
  if (process.platform !== 'linux') return false;
  const named = [
    'LD_LIBRARY_PATH',
    'LD_PRELOAD',
    'VK_ICD_FILENAMES',
    'VK_DRIVER_FILES',
    'VK_ADD_DRIVER_FILES',
  ];
  if (named.some((variable) => env[variable])) return false;
  // DRM, NVIDIA, WSL, AMD compute, Adreno, Mali, PowerVR, Android-like containers.
  if (
    entries('/dev').some((name) => /^(dri|nvidia.*|dxg|kfd|kgsl.*|mali\d*|pvr.*|nvhost.*|nvmap)$/.test(name))
  )
    return false;
  const home = env.HOME ?? '';
  const data = [
    ...(env.XDG_DATA_DIRS || '/usr/local/share:/usr/share').split(':'),
    ...(env.XDG_CONFIG_DIRS || '/etc/xdg').split(':'),
    env.XDG_DATA_HOME || path.join(home, '.local/share'),
    env.XDG_CONFIG_HOME || path.join(home, '.config'),
    '/etc',
    '/usr/local/etc',
    '/usr/share',
    '/usr/local/share',
    '/run/opengl-driver/share',
  ];
  return data.every((folder) => entries(path.join(folder, 'vulkan', 'icd.d')).length === 0);
}

/**
 * The names in a folder; none where it cannot be read.
 * @param {string} folder
 */
function entries(folder) {
  try {
    return fs.readdirSync(folder);
  } catch {
    return [];
  }
}

/**
 * Turns a leading package binary into the path of its script.
 * @param {string[]} argv
 */
function resolveProgram(argv) {
  const [name, ...rest] = argv;
  if (name === undefined || name.startsWith('-') || /[\\/]|\.[cm]?[jt]s$/.test(name) || fs.existsSync(name))
    return argv;
  for (const start of [process.cwd(), path.dirname(fileURLToPath(import.meta.url))]) {
    for (let folder = start; ; folder = path.dirname(folder)) {
      const script = packageBinary(path.join(folder, 'node_modules'), name);
      if (script) return [script, ...rest];
      if (folder === path.dirname(folder)) break;
    }
  }
  return argv;
}

/**
 * @param {string} modules  a node_modules folder
 * @param {string} name
 * @returns {string | undefined}
 */
function packageBinary(modules, name) {
  try {
    const { bin } = JSON.parse(fs.readFileSync(path.join(modules, name, 'package.json'), 'utf8'));
    const script = typeof bin === 'string' ? bin : bin?.[name];
    if (script) return path.join(modules, name, script);
  } catch {
    // The binary's package has another name.
  }
  const link = path.join(modules, '.bin', name);
  return process.platform !== 'win32' && fs.existsSync(link) ? fs.realpathSync(link) : undefined;
}

const started = process.argv[1];
if (started && fs.existsSync(started) && fs.realpathSync(started) === fileURLToPath(import.meta.url)) {
  const argv = process.argv.slice(2);
  if (argv.length === 0) {
    process.stderr.write('usage: node launch.js <script or package binary> [arguments]\n');
    process.exitCode = 2;
  } else {
    process.exitCode = await launch(argv);
  }
}

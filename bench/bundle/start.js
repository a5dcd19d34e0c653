// What the bundle's `run` starts in Node: unpacks the rest, finds the GPU's driver, names the adapter and runs the benchmark.

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import zlib from 'node:zlib';
import { driverEnvironment, findDriverLibraries, findManifests, manifestFor } from './drivers.js';

/**
 * @typedef {object} Packed
 * @property {string} from  in the bundle
 * @property {string} to    in the unpacked folder
 * @property {number} size  unpacked
 *
 * @typedef {object} Launcher  what src/cli/launch.js gives
 * @property {(env: NodeJS.ProcessEnv) => Promise<{ kind: 'hardware' | 'software' | 'none', name: string, env: Record<string, string> }>} findAdapter
 * @property {(argv: string[], options: { env: NodeJS.ProcessEnv }) => Promise<number>} launch
 */

const usage = `usage: ./run [options of the benchmark]
       ./run --check [--out FOLDER] [kernel ...]

Without --check the benchmark runs and its results go into the folder --out names, else into $OUT where it is set,
else into ./bench-results.
--check          computes every case of every kernel on the GPU and compares it with a reference in f64: the first
                 thing to run on a new GPU
--vulkan FILE    use this library for Vulkan: a loader (libvulkan.so.1) or a driver such as libvk_swiftshader.so
VK_DRIVER_FILES=/path/to/driver.json ./run   uses this driver where none is found
WEBGPU_RNN_UNPACK=/folder ./run              unpacks there: 200 MB, where programs may run
`;

/**
 * Takes the options that are this script's own out of a command line.
 * @param {readonly string[]} argv
 * @returns {{ check: boolean, vulkan?: string, help: boolean, rest: string[] }}
 */
export function ownOptions(argv) {
  /** @type {{ check: boolean, vulkan?: string, help: boolean, rest: string[] }} */
  const options = { check: false, help: false, rest: [] };
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i];
    if (argument === '--check') options.check = true;
    else if (argument === '--vulkan' || argument.startsWith('--vulkan=')) {
      const file = argument === '--vulkan' ? argv[++i] : argument.slice('--vulkan='.length);
      if (!file) throw new Error('--vulkan needs the path of a library');
      options.vulkan = file;
    } else {
      if (argument === '--help' || argument === '-h') options.help = true;
      options.rest.push(argument);
    }
  }
  return options;
}

/**
 * The command line with `--out`, where only $OUT says where results go.
 * @param {readonly string[]} rest
 * @param {string | undefined} out
 */
export function withOut(rest, out) {
  const isGiven = rest.some((argument) => argument === '--out' || argument.startsWith('--out='));
  return out && !isGiven ? [...rest, '--out', out] : [...rest];
}

/**
 * Calls are counted on Dawn's null backend, on any machine.
 * @param {readonly string[]} rest
 */
export function needsAdapter(rest) {
  return !rest.includes('--counts');
}

/**
 * Unpacks every file that is not there yet, by renaming.
 * @param {string} bundle
 * @param {string} folder
 */
function unpack(bundle, folder) {
  /** @type {Packed[]} */
  const files = JSON.parse(fs.readFileSync(path.join(bundle, 'files.json'), 'utf8'));
  for (const { from, to, size } of files) {
    const target = path.join(folder, to);
    if (fs.statSync(target, { throwIfNoEntry: false })?.size === size) continue;
    const packed = fs.readFileSync(path.join(bundle, from));
    const content = from.endsWith('.gz') ? zlib.gunzipSync(packed) : packed;
    if (content.length !== size) throw new Error(`${from} is damaged: copy the bundle again`);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.writeFileSync(`${target}.${process.pid}`, content, { mode: 0o755 });
    fs.renameSync(`${target}.${process.pid}`, target);
  }
}

/**
 * A folder in which the library lies under the name that Dawn asks for.
 * @param {string} folder
 * @param {string} library
 */
function namedForDawn(folder, library) {
  const file = path.resolve(library);
  if (!fs.statSync(file, { throwIfNoEntry: false })?.isFile()) throw new Error(`there is no library ${file}`);
  const target = fs.mkdtempSync(path.join(folder, 'vulkan-'));
  fs.symlinkSync(file, path.join(target, 'libvulkan.so.1'));
  process.once('exit', () => fs.rmSync(target, { recursive: true, force: true }));
  return target;
}

/**
 * The environments to look for a GPU in, one after the other.
 * @param {string} folder
 * @param {string | undefined} vulkan
 */
function environments(folder, vulkan) {
  const { env } = process;
  if (vulkan) {
    const own = driverEnvironment(env, {
      folder: namedForDawn(folder, vulkan),
      manifests: findManifests(env),
    });
    return [{ ...env, ...own }];
  }
  const loader = path.join(folder, 'vulkan');
  const carried = fs.existsSync(loader) ? loader : undefined;
  const manifests = findManifests(env);
  // The machine's own loader knows its own places best; the bundled one gets every driver named.
  const candidates = [env, { ...env, ...driverEnvironment(env, { folder: carried, manifests }) }];
  const written = findDriverLibraries(env).map((library, i) => {
    const file = path.join(folder, `driver-${i}.json`);
    fs.writeFileSync(file, manifestFor(library));
    return file;
  });
  if (written.length > 0) {
    candidates.push({ ...env, ...driverEnvironment(env, { folder: carried, manifests: written }) });
  }
  return candidates;
}

/**
 * @param {Launcher} launcher
 * @param {readonly NodeJS.ProcessEnv[]} candidates
 */
async function adapterIn({ findAdapter }, candidates) {
  let software;
  for (const env of candidates) {
    const adapter = await findAdapter(env);
    if (adapter.kind === 'hardware') return { adapter, env };
    if (adapter.kind === 'software') software ??= { adapter, env };
  }
  return software;
}

/**
 * @param {string} bundle
 * @param {string} folder
 * @param {readonly string[]} argv
 * @returns {Promise<number>} the exit status
 */
async function main(bundle, folder, argv) {
  const { check, vulkan, help, rest } = ownOptions(argv);
  if (help) process.stdout.write(usage);
  unpack(bundle, folder);
  const app = path.join(folder, 'app');
  const program = path.join(app, 'bench', 'build', check ? 'check.js' : 'main.js');
  /** @type {Launcher} */
  const launcher = await import(pathToFileURL(path.join(app, 'src', 'cli', 'launch.js')).href);
  if (help) {
    if (check) return 0;
    process.stdout.write('\nOptions of the benchmark:\n');
  }
  if (help || (!check && !needsAdapter(rest))) {
    return launcher.launch([program, ...rest], {
      env: { ...process.env, WEBGPU_RNN_ADAPTER: 'none: not looked for' },
    });
  }
  const candidates = environments(folder, vulkan);
  const found = await adapterIn(launcher, candidates);
  if (!found) {
    process.stderr.write(await noAdapter(candidates[1] ?? candidates[0], path.join(app, 'src', 'cli')));
    return 2;
  }
  const { kind, name } = found.adapter;
  process.stderr.write(`adapter: ${name}${kind === 'software' ? ' (software adapter)' : ''}\n`);
  return launcher.launch(
    [program, ...withOut(rest, process.env.OUT || (check ? undefined : 'bench-results'))],
    {
      env: { ...found.env, ...found.adapter.env },
    },
  );
}

/**
 * What to do where no adapter is found, with what Vulkan's loader says about it.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} folder  of probe_adapter.js
 */
async function noAdapter(env, folder) {
  const { spawnSync } = await import('node:child_process');
  const { stderr } = spawnSync(process.execPath, [path.join(folder, 'probe_adapter.js')], {
    env: { ...env, VK_LOADER_DEBUG: 'error,warn' },
    encoding: 'utf8',
    timeout: 60_000,
  });
  const manifests = findManifests(env);
  const words = stderr.trim().split('\n').slice(0, 12);
  return [
    'run: no GPU adapter was found.',
    `  drivers: ${manifests.length > 0 ? manifests.join(', ') : 'no manifest in the usual places (such as /usr/share/vulkan/icd.d)'}`,
    ...(words[0] ? ["  Vulkan's loader says:", ...words.map((line) => `    ${line}`)] : []),
    '  Name a driver by its manifest: VK_DRIVER_FILES=/path/to/driver.json ./run',
    '  or a library of Vulkan: ./run --vulkan /path/to/libvulkan.so.1',
    '',
  ].join('\n');
}

if (process.argv[1] && fs.realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [, , folder, ...argv] = process.argv;
  try {
    process.exitCode = await main(path.dirname(fileURLToPath(import.meta.url)), folder, argv);
  } catch (error) {
    process.stderr.write(`run: ${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  }
}

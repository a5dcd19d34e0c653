#!/usr/bin/env node
// `node examples/run.js NAME`: runs an example where a GPU adapter is found; `--cpu` on the CPU.

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';
import { launch } from '../src/cli/launch.js';
import { alias } from './alias.js';

const folder = fileURLToPath(new URL('./', import.meta.url));
const names = fs
  .readdirSync(folder)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => path.basename(file, '.ts'));

try {
  const argv = process.argv.slice(2);
  const name = argv.find((argument) => !argument.startsWith('-'));
  if (name === undefined || !names.includes(name)) {
    process.stderr.write(`usage: node examples/run.js NAME [--cpu]\nNAME: ${names.join(', ')}\n`);
    process.exitCode = 2;
  } else if (argv.includes('--cpu') || argv.includes('--launched')) {
    await run(name, argv.includes('--cpu'));
  } else {
    // Dawn looks for an adapter once a process, so that the environment must be right before it starts.
    process.exitCode = await launch([fileURLToPath(import.meta.url), ...argv, '--launched']);
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exitCode = 1;
}

/**
 * @param {string} name
 * @param {boolean} onCpu
 */
async function run(name, onCpu) {
  const server = await createServer({
    root: path.join(folder, '..'),
    configFile: false,
    logLevel: 'warn',
    appType: 'custom',
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    resolve: { alias },
  });
  try {
    const library = await server.ssrLoadModule('/src/index.ts');
    const example = await server.ssrLoadModule(`/examples/${name}.ts`);
    const backend = await (onCpu ? library.cpu() : library.webgpu());
    console.log(`${name} on ${backend.description}`);
    const start = performance.now();
    console.log(await example.main({ backend }));
    console.log(`${((performance.now() - start) / 1000).toFixed(1)} s`);
    backend.dispose();
  } finally {
    await server.close();
  }
}

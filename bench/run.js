#!/usr/bin/env node
// `npm run bench`: builds the benchmark where it is out of date and starts it where Dawn finds an adapter.

import { fileURLToPath } from 'node:url';
import { launch } from '../src/cli/launch.js';
import { buildParts } from './build.js';

try {
  const argv = process.argv.slice(2);
  await buildParts(['main']);
  // Help needs no adapter, and calls are counted without one.
  const needsGpu = !argv.some((argument) => ['--help', '-h', '--counts'].includes(argument));
  const program = fileURLToPath(new URL('./.build/main.js', import.meta.url));
  process.exitCode = await launch([program, ...argv], { gpu: needsGpu });
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}

// The libraries that the tab "Speed" measures against: those of bench/package.json, installed once.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const bench = fileURLToPath(new URL('../bench/', import.meta.url));

/** Whether a build can take them in; without them the page measures this library alone, and says so. */
export const hasPeers = () => fs.existsSync(`${bench}node_modules/@tensorflow/tfjs-core/package.json`);

/** Installs them where they are missing; without a network the page is made without them. */
export function installPeers() {
  if (hasPeers()) return;
  process.stderr.write('installing the libraries to compare with (once, about 140 MB)…\n');
  const argv = ['ci', '--prefix', bench, '--ignore-scripts', '--no-audit', '--no-fund'];
  const npm = process.env.npm_execpath;
  const [program, ...first] = npm ? [process.execPath, npm] : ['npm'];
  const { status } = spawnSync(program, [...first, ...argv], { cwd: bench, stdio: 'ignore' });
  if (status === 0) return;
  process.stderr.write('npm could not install them: the tab “Speed” will measure this library alone\n');
}

// The `info` command: the adapter in use, what it can do, and the versions of everything.

import manifest from '../../package.json' with { type: 'json' };
import type { WebGpuBackend } from '../backends/webgpu/webgpu.ts';
import { chooseBackend } from './backend.ts';
import { grouped, table } from './format.ts';
import type { BackendName } from './options.ts';

export interface InfoArguments {
  backend: BackendName;
  json?: boolean;
}

/** Prints the adapter, its features and limits, and the versions. */
export async function info({ backend: name, json }: InfoArguments): Promise<void> {
  const { backend, notice } = await chooseBackend(name);
  try {
    const gpu = backend.name === 'webgpu' ? (backend as WebGpuBackend) : undefined;
    const facts = {
      backend: backend.name,
      adapter: backend.description,
      software: gpu ? gpu.software : null,
      notice: notice ?? null,
      features: gpu?.features ?? [],
      limits: backend.limits,
      versions: { 'webgpu-rnn': manifest.version, node: process.versions.node, webgpu: await dawnVersion() },
    };
    if (json) {
      process.stdout.write(`${JSON.stringify(facts)}\n`);
      return;
    }
    const versions = Object.entries(facts.versions).map(([what, version]) => `${what} ${version}`);
    const lines = [
      ...(notice ? [notice] : []),
      `adapter   ${facts.adapter}`,
      `backend   ${facts.backend}`,
      `versions  ${versions.join(', ')}; ${process.platform} ${process.arch}`,
      ...(gpu ? [`features  ${wrapped(facts.features)}`] : []),
      'limits in use',
      ...table(
        Object.entries(facts.limits).map(([what, value]) => [
          `  ${words(what)}`,
          typeof value === 'number' ? grouped(value) : value ? 'yes' : 'no',
        ]),
        [1],
      ),
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
  } finally {
    backend.dispose();
  }
}

async function dawnVersion(): Promise<string> {
  try {
    const { createRequire } = await import('node:module');
    return createRequire(import.meta.url)('webgpu/package.json').version;
  } catch {
    return 'not installed';
  }
}

/** bindingBytes as `binding bytes`. */
function words(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function wrapped(names: readonly string[]): string {
  const lines = [''];
  for (const name of names) {
    const last = lines[lines.length - 1];
    if (last.length + name.length > 90) lines.push(name);
    else lines[lines.length - 1] = last ? `${last} ${name}` : name;
  }
  return lines.join('\n          ');
}

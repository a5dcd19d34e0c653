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
    const { tuned: _tuned, model, ...limits } = backend.limits;
    const measurements = [...(gpu?.tuning.measurements ?? [])];
    const facts = {
      backend: backend.name,
      adapter: backend.description,
      software: gpu ? gpu.software : null,
      notice: notice ?? null,
      features: gpu?.features ?? [],
      limits,
      model,
      tuning: gpu ? { place: gpu.tuning.place, measurements: Object.fromEntries(measurements) } : null,
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
        Object.entries(facts.limits).map(([what, value]) => [`  ${words(what)}`, limitText(value)]),
        [1],
      ),
      ...(gpu ? tuningLines(gpu.tuning) : []),
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
  } finally {
    backend.dispose();
  }
}

function limitText(value: number | boolean | string): string {
  if (typeof value === 'number') return grouped(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return value;
}

/** What was measured on this adapter, the choice first. */
function tuningLines({ place, measurements }: WebGpuBackend['tuning']): string[] {
  if (measurements.size === 0) return ['no kernels measured on this adapter; train --autotune full does'];
  const rows = [...measurements].map(([key, { chosen, microseconds }]) => {
    const others = Object.entries(microseconds).filter(([name]) => name !== chosen);
    others.sort(([, a], [, b]) => (a ?? Number.POSITIVE_INFINITY) - (b ?? Number.POSITIVE_INFINITY));
    const told = others.map(([name, time]) => (time === null ? `${name} fails` : `${name} ${grouped(time)}`));
    const taken = chosen === null ? 'by the cost model' : `${chosen} ${grouped(microseconds[chosen]!)} µs`;
    return [`  ${key}`, taken, told.join(', ')];
  });
  return [`kernels measured, kept in ${place ?? 'memory'}`, ...table(rows)];
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

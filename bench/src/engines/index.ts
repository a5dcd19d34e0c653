// The engines by name, each loaded only when it is asked for.
import type { Place } from '../results.ts';
import type { Engine } from './engine.ts';
import { oursOnCpu, oursOnGpu } from './ours.ts';

export interface EngineEntry {
  /** Where it runs at all. */
  places: readonly Place[];
  load(): Promise<Engine>;
}

/** What the others are compared with. */
export const ours = 'webgpu-rnn webgpu';

const tfjs = async (backend: 'webgpu' | 'webgl' | 'wasm') => (await import('./tfjs.ts')).tfjs(backend);
const jax = async (device: 'webgpu' | 'wasm') => (await import('./jax.ts')).jax(device);

export const engines: Readonly<Record<string, EngineEntry>> = {
  [ours]: { places: ['node', 'browser'], load: async () => oursOnGpu },
  'webgpu-rnn cpu': { places: ['node', 'browser'], load: async () => oursOnCpu() },
  'tfjs webgpu': { places: ['node', 'browser'], load: () => tfjs('webgpu') },
  'tfjs webgl': { places: ['browser'], load: () => tfjs('webgl') },
  'tfjs wasm': { places: ['browser'], load: () => tfjs('wasm') },
  'jax-js webgpu': { places: ['node', 'browser'], load: () => jax('webgpu') },
  'jax-js wasm': { places: ['node', 'browser'], load: () => jax('wasm') },
};

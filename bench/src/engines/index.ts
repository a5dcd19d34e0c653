// The code of the engines, each loaded only when it is asked for.
import type { Engine } from './engine.ts';
import { oursOnCpu, oursOnGpu } from './ours.ts';

const tfjs = async (backend: 'webgpu' | 'webgl' | 'wasm') => (await import('./tfjs.ts')).tfjs(backend);
const jax = async (device: 'webgpu' | 'wasm') => (await import('./jax.ts')).jax(device);

const loaders: Readonly<Record<string, () => Promise<Engine> | Engine>> = {
  'webgpu-rnn webgpu': () => oursOnGpu(),
  'webgpu-rnn cpu': () => oursOnCpu(),
  'tfjs webgpu': () => tfjs('webgpu'),
  'tfjs webgl': () => tfjs('webgl'),
  'tfjs wasm': () => tfjs('wasm'),
  'jax-js webgpu': () => jax('webgpu'),
  'jax-js wasm': () => jax('wasm'),
};

/** The engine of that name, as names.ts lists them. */
export async function loadEngine(name: string): Promise<Engine> {
  return loaders[name]();
}

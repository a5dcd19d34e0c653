// The engines by name and where each can run; apart from their code, which only the measuring places load.
import type { Place } from '../results.ts';

/** What the others are compared with. */
export const ours = 'webgpu-rnn webgpu';

export const engines: Readonly<Record<string, readonly Place[]>> = {
  [ours]: ['node', 'browser'],
  'webgpu-rnn cpu': ['node', 'browser'],
  'tfjs webgpu': ['node', 'browser'],
  // These two need a page: a canvas, and files that are fetched.
  'tfjs webgl': ['browser'],
  'tfjs wasm': ['browser'],
  'jax-js webgpu': ['node', 'browser'],
  'jax-js wasm': ['node', 'browser'],
  // In a process of its own, where Python has it.
  torch: ['node'],
};

/** Whether the engine is of this project, and so needs no packages of bench/package.json. */
export function isOwn(name: string): boolean {
  return name.startsWith('webgpu-rnn ');
}

// Gives a process of Node a navigator.gpu, where browser libraries look for it, and on a software adapter one way of waiting to all of them.
import { slowPolling } from '../../src/backends/webgpu/node_wait.ts';
import { DeviceError } from '../../src/core/errors.ts';

/**
 * Makes Dawn's WebGPU the navigator.gpu of this process.
 * @param options  Dawn's own, such as `backend=null`
 * @throws DeviceError when the package `webgpu` cannot be loaded.
 */
export async function offerWebGpu(options: string[] = []): Promise<void> {
  let dawn: { create(options: string[]): GPU; globals: object };
  try {
    dawn = (await import('webgpu')) as typeof dawn;
  } catch (error) {
    throw new DeviceError(
      `the package \`webgpu\`, which the benchmark runs on, cannot be loaded (${(error as Error).message});` +
        ' run `npm ci`, and see whether it has a build for this platform',
    );
  }
  Object.assign(globalThis, dawn.globals);
  const gpu = dawn.create(options);
  Object.defineProperty(globalThis, 'navigator', {
    value: { gpu, userAgent: 'Node.js', hardwareConcurrency: 1, language: 'en' },
    configurable: true,
  });
  // Dawn's own beat takes a core, which a software adapter needs; on a GPU the slower one would lengthen waits of peers.
  if (!process.env.WEBGPU_RNN_ADAPTER?.startsWith('software:')) return;
  const wait = GPUBuffer.prototype.mapAsync;
  GPUBuffer.prototype.mapAsync = function (...args) {
    return slowPolling(() => wait.apply(this, args));
  };
  const done = GPUQueue.prototype.onSubmittedWorkDone;
  GPUQueue.prototype.onSubmittedWorkDone = function () {
    return slowPolling(() => done.apply(this));
  };
}

// A process that measures in Node: does one errand, so that what a library leaves behind or breaks ends with it.
import { slowPolling } from '../../src/backends/webgpu/node_wait.ts';
import { type Errand, errands } from './errands.ts';
import { reasonOf } from './measure.ts';

export interface WorkerMessage {
  errand: Errand;
  request: unknown;
}

export type WorkerAnswer = { answer: unknown } | { failure: string };

process.once('message', async ({ errand, request }: WorkerMessage) => {
  let message: WorkerAnswer;
  try {
    await offerWebGpu();
    message = { answer: await errands[errand](request as never) };
  } catch (error) {
    message = { failure: reasonOf(error) };
  }
  process.send!(message, () => process.exit(0));
});

/** Makes Dawn's WebGPU the navigator.gpu of this process, where browser libraries look for it. */
async function offerWebGpu(): Promise<void> {
  const { create, globals } = (await import('webgpu')) as { create(options: string[]): GPU; globals: object };
  Object.assign(globalThis, globals);
  const gpu = create([]);
  Object.defineProperty(globalThis, 'navigator', {
    value: { gpu, userAgent: 'Node.js', hardwareConcurrency: 1, language: 'en' },
    configurable: true,
  });
  // Every library waits at the same beat: Dawn's own takes a core, which a software adapter needs.
  const wait = GPUBuffer.prototype.mapAsync;
  GPUBuffer.prototype.mapAsync = function (...args) {
    return slowPolling(() => wait.apply(this, args));
  };
  const done = GPUQueue.prototype.onSubmittedWorkDone;
  GPUQueue.prototype.onSubmittedWorkDone = function () {
    return slowPolling(() => done.apply(this));
  };
}

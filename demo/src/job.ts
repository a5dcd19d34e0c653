// The page's side of a job: a worker of its own, the last weights it sent, and what is said when its device goes.
import { announce, say } from './messages.ts';
import type { FromWorker, ToWorker } from './messages_of_jobs.ts';
import type { AdapterInfo, Banner, Device, JobHandle, JobHooks, JobOptions } from './types.ts';

/** What the visitor chose after a device was missing; later jobs begin with it. */
let chosen: Device = 'webgpu';
const adapterListeners = new Set<(adapter: AdapterInfo) => void>();

/** Calls the listener with the adapter of each job that has begun. */
export function onAdapter(listener: (adapter: AdapterInfo) => void): void {
  adapterListeners.add(listener);
}

/** Opens the job of that name (`tabs/<name>/job.ts`) in a worker of its own; commands wait until it is there. */
export function openJob<Command, Event>(
  name: string,
  hooks: JobHooks<Event>,
  { seed = 1, device }: JobOptions = {},
): JobHandle<Command> {
  let worker: Worker | undefined;
  let snapshot: Uint8Array | undefined;
  let ready = false;
  let restarted = false;
  let waiting: [unknown, Transferable[]][] = [];
  let banner: Banner | undefined;

  const post = (message: ToWorker, transfer: Transferable[] = []): void =>
    worker?.postMessage(message, transfer);

  const start = (on: Device): void => {
    worker?.terminate();
    banner?.close();
    ready = false;
    worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: `job ${name}` });
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => hear(data);
    worker.onerror = (event) => {
      event.preventDefault();
      lose(
        event.message || 'the worker ended',
        `The work in the background has stopped (${event.message || 'no reason given'}).`,
      );
    };
    post({ kind: 'open', name, seed, device: on, snapshot });
  };
  const restart = (on: Device): void => {
    chosen = on;
    restarted = true;
    waiting = [];
    start(on);
  };
  const lose = (reason: string, text: string, again = 'Restart on the GPU'): void => {
    worker?.terminate();
    worker = undefined;
    ready = false;
    waiting = [];
    banner = say('error', text, [
      { label: again, run: () => restart('webgpu') },
      { label: 'Go on with the CPU', run: () => restart('cpu') },
    ]);
    hooks.onLost?.(reason);
  };
  const hear = (message: FromWorker): void => {
    if (message.kind === 'event') hooks.onEvent(message.event as Event);
    else if (message.kind === 'snapshot') snapshot = message.bytes;
    else if (message.kind === 'ready') {
      ready = true;
      for (const listener of adapterListeners) listener(message.adapter);
      hooks.onReady?.(message.adapter, restarted);
      if (restarted) announce(`Goes on, on ${message.adapter.description}.`);
      restarted = false;
      for (const [command, transfer] of waiting.splice(0)) post({ kind: 'command', command }, transfer);
    } else if (message.kind === 'lost') {
      const kept = snapshot ? 'The last weights are kept.' : 'No weights had been kept yet.';
      lose(message.reason, `The GPU was lost (${plain(message.reason)}). ${kept}`);
    } else if (message.kind === 'none') {
      lose(
        message.message,
        'This browser gives the page no GPU through WebGPU. A current Chrome, Edge, Safari or Firefox on a' +
          ' computer with a graphics driver does. Everything works on the CPU too, slowly.',
        'Try the GPU again',
      );
    } else if (hooks.onError?.(message.message, message.name) !== true) tellError(message);
  };
  const tellError = ({ message, name: kind }: { message: string; name: string }): void => {
    const memory = /memory|allocation/i.test(message) && kind !== 'OptionError';
    say(
      'error',
      memory
        ? `There is not enough memory for this: ${plain(message)}.`
        : `That did not work: ${plain(message)}.`,
      [...(memory ? [{ label: 'Go on with the CPU', run: () => restart('cpu') }] : [])],
    );
  };

  const loseForTest = (): void => post({ kind: 'lose' });
  window.addEventListener('test:lose-device', loseForTest);
  start(device ?? chosen);

  return {
    send(command, transfer = []) {
      if (ready) post({ kind: 'command', command }, transfer);
      else waiting.push([command, transfer]);
    },
    restart,
    close() {
      worker?.terminate();
      worker = undefined;
      banner?.close();
      window.removeEventListener('test:lose-device', loseForTest);
    },
  };
}

/** A message as part of a sentence: without the full stop at its end. */
function plain(message: string): string {
  return message.trim().replace(/\.$/, '');
}

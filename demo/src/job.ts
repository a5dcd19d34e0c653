// The page's side of a job: a worker of its own, the last weights it sent, and what is said when its device goes.
import { announce, say } from './messages.ts';
import type { FromWorker, ToWorker } from './messages_of_jobs.ts';
import {
  dismiss,
  enlist,
  forgetLost,
  isHeld,
  type LostWords,
  type OpenJob,
  remindOfLost,
  tellLost,
  tellRest,
} from './open_jobs.ts';
import { download } from './store.ts';
import { inTime, isMemory, type Loss, lossText, plain } from './troubles.ts';
import type { Action, AdapterInfo, Device, JobHandle, JobHooks, JobOptions } from './types.ts';
import { heard, isUnsaved } from './unsaved.ts';

const noGpu =
  'This browser gives the page no GPU through WebGPU. A current Chrome, Edge, Safari or Firefox on a computer with a' +
  ' graphics driver does. Everything works on the CPU too, slowly.';

/** What the visitor chose after a device was missing; later jobs begin with it. */
let chosen: Device = 'webgpu';
window.addEventListener('beforeunload', (event) => {
  if (isUnsaved()) event.preventDefault();
});
const adapterListeners = new Set<(adapter: AdapterInfo) => void>();

/** Calls the listener with the adapter of each job that has begun. */
export function onAdapter(listener: (adapter: AdapterInfo) => void): void {
  adapterListeners.add(listener);
}

/** Opens the job of that name (`tabs/<name>/job.ts`) in a worker of its own; commands wait until it is there. */
export function openJob<Command, Event>(
  name: string,
  hooks: JobHooks<Event>,
  { seed = 1, device, keptAs = name }: JobOptions = {},
): JobHandle<Command> {
  let worker: Worker | undefined;
  let snapshot: Uint8Array | undefined;
  let ready = false;
  let restarted = false;
  let lost = false;
  let waiting: [unknown, Transferable[]][] = [];

  const post = (message: ToWorker, transfer: Transferable[] = []): void =>
    worker?.postMessage(message, transfer);

  const start = (on: Device): void => {
    worker?.terminate();
    forgetLost(self);
    ready = false;
    lost = false;
    const mine = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: `job ${name}` });
    const life = `job ${name} ${Date.now()} ${Math.random()}`;
    worker = mine;
    mine.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (worker !== mine) return;
      if (data.kind === 'alive') {
        // Given to the page when the worker has ended; where it was the page that ended it, nobody minds.
        navigator.locks.request(life, () => {
          if (worker === mine) lose({ why: 'ended', reason: '' });
        });
      } else hear(data);
    };
    mine.onerror = (event) => {
      event.preventDefault();
      // A script that does not arrive has no message.
      lose(event.message ? { why: 'ended', reason: event.message } : { why: 'start', reason: '' });
    };
    post({ kind: 'open', name, seed, device: on, snapshot, life });
    if (isHeld(name)) self.hold(true);
  };
  const restart = (on: Device): void => {
    chosen = on;
    restarted = true;
    waiting = [];
    start(on);
  };
  const keep: Action = {
    label: 'Download the last weights',
    run: () => snapshot && download(`${name}, last weights.safetensors`, snapshot),
    stays: true,
  };
  const self: OpenJob = {
    name,
    get snapshot() {
      return snapshot;
    },
    restart,
    hold: (held) => post({ kind: 'hold', held }),
  };
  const stand = (reason: string, words: LostWords): void => {
    worker?.terminate();
    worker = undefined;
    ready = false;
    lost = true;
    waiting = [];
    tellLost(self, words);
    hooks.onLost?.(reason);
  };
  const lose = (loss: Loss): void =>
    stand(loss.reason || 'the worker ended', {
      text: (kept) => lossText(loss, kept),
      again: 'Restart on the GPU',
    });
  const hear = (message: Exclude<FromWorker, { kind: 'alive' }>): void => {
    switch (message.kind) {
      case 'event':
        hooks.onEvent(message.event as Event);
        return;
      case 'snapshot':
        snapshot = message.bytes;
        heard(keptAs, snapshot);
        window.dispatchEvent(new CustomEvent('job:kept', { detail: keptAs }));
        return;
      case 'ready':
        ready = true;
        for (const listener of adapterListeners) listener(message.adapter);
        hooks.onReady?.(message.adapter, restarted);
        if (restarted) announce(`Goes on, on ${message.adapter.description}.`);
        restarted = false;
        for (const [command, transfer] of waiting.splice(0)) post({ kind: 'command', command }, transfer);
        return;
      case 'lost':
        lose(message);
        return;
      case 'none':
        stand(message.message, { text: () => noGpu, again: 'Try the GPU again' });
        return;
      case 'rests':
        tellRest(name);
        return;
      case 'woke':
        say(
          'info',
          `The computer slept, or the browser held this page still, for ${inTime(message.milliseconds)}. What was at work goes on; its speeds leave that time out.`,
        );
        return;
      case 'error':
        if (hooks.onError?.(message.message, message.name) !== true) tellError(message);
    }
  };
  const tellError = (error: { message: string; name: string }): void => {
    if (!isMemory(error)) say('error', `That did not work: ${plain(error.message)}.`);
    else {
      say('error', `There is not enough memory for this: ${plain(error.message)}.`, [
        { label: 'Go on with the CPU', run: () => restart('cpu') },
        ...(snapshot ? [keep] : []),
      ]);
    }
  };

  const loseForTest = (): void => post({ kind: 'lose' });
  window.addEventListener('test:lose-device', loseForTest);
  enlist(self);
  start(device ?? chosen);

  return {
    get lost() {
      return lost;
    },
    send(command, transfer = []) {
      if (ready) post({ kind: 'command', command }, transfer);
      else if (lost) remindOfLost();
      else waiting.push([command, transfer]);
    },
    restart,
    close() {
      worker?.terminate();
      worker = undefined;
      dismiss(self);
      window.removeEventListener('test:lose-device', loseForTest);
    },
  };
}

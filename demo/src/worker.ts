// The worker of a job: loads the job, gives it a device, keeps its weights safe and tells the page what goes wrong.
import type { Backend } from 'webgpu-rnn';
import { type AwakeClock, awakeClock } from './awake.ts';
import type { FromWorker, ToWorker } from './messages_of_jobs.ts';
import { isMemory, type Loss } from './troubles.ts';
import type { AdapterInfo, Device, Job, JobFactory } from './types.ts';

const jobs = import.meta.glob<{ job: JobFactory }>('./tabs/*/job.ts');
/** Milliseconds between two snapshots: ten times what one takes, within these bounds. */
const snapshotPause = [1000, 4000] as const;
/** Milliseconds after a sleep in which a loss is put down to it, and after its last word in which a job is at work. */
const soon = 10_000;

const tell = (message: FromWorker, transfer: Transferable[] = []): void => postMessage(message, { transfer });

let backend: Backend | undefined;
let job: Job | undefined;
let lost = false;
/** Whether something has happened since the last snapshot. */
let changed = false;
let spoke = Number.NEGATIVE_INFINITY;
let sleep = { at: Number.NEGATIVE_INFINITY, milliseconds: 0 };

/** A step on the CPU may keep the worker from everything else for any time, one on the GPU does not. */
const longest = { webgpu: 15_000, cpu: Number.POSITIVE_INFINITY } as const;
let clock: AwakeClock | undefined;
/** Since when long work is held, and for how long it was before, in milliseconds. */
let held: number | undefined;
let heldFor = 0;
/** Whether the page knows that there is work. */
let restTold = false;
/** What goes on when it is held no longer. */
const resting: (() => void)[] = [];
const uninterrupted = (): number => clock?.time() ?? performance.now();
const awake = (): number => (held ?? uninterrupted()) - heldFor;

function hold(now: boolean): void {
  if (now === (held !== undefined)) return;
  if (held !== undefined) heldFor += uninterrupted() - held;
  held = now ? uninterrupted() : undefined;
  restTold = false;
  if (!now) goOn();
}

function tellRest(): void {
  if (!restTold) tell({ kind: 'rests' });
  restTold = true;
}

function goOn(): void {
  for (const go of resting.splice(0)) go();
}

function startClock(device: Device): AwakeClock {
  return awakeClock({
    longest: longest[device],
    onWake(milliseconds) {
      const busy = performance.now() - spoke < milliseconds + soon;
      sleep = { at: performance.now(), milliseconds };
      // Where the device did not outlive the sleep, its loss is told and nothing else.
      setTimeout(() => {
        if (!lost && busy) tell({ kind: 'woke', milliseconds });
      }, 500);
    },
  });
}

self.addEventListener('unhandledrejection', (event) => {
  event.preventDefault();
  fail(event.reason);
});
self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  if (data.kind === 'open') open(data);
  else if (data.kind === 'command') run(data.command);
  else if (data.kind === 'hold') hold(data.held);
  else if (backend && 'device' in backend) (backend.device as GPUDevice).destroy();
};

async function open({ name, seed, device, snapshot, life }: ToWorker & { kind: 'open' }): Promise<void> {
  // The lock is free again when the worker has ended, whatever ended it: nothing else tells the page of it.
  navigator.locks?.request(life, () => {
    tell({ kind: 'alive' });
    return new Promise(() => {});
  });
  try {
    const load = jobs[`./tabs/${name}/job.ts`];
    if (!load) throw new Error(`there is no job “${name}”`);
    const [{ job: factory }, opened] = await Promise.all([load(), openBackend(device)]);
    if (!opened) return;
    clock = startClock(device);
    backend = opened.backend;
    backend.lost.then((reason) =>
      lose({ why: isMemory({ message: reason, name: '' }) ? 'memory' : 'lost', reason }),
    );
    watchFaults(backend);
    job = await factory({
      ...opened,
      seed,
      snapshot,
      turn,
      fail,
      awake,
      post(event, transfer) {
        changed = true;
        spoke = performance.now();
        if (lost) return;
        // What a command began before its work came to rest.
        if (held !== undefined) tellRest();
        tell({ kind: 'event', event }, transfer);
      },
    });
    tell({ kind: 'ready', adapter: opened.adapter });
    setTimeout(keep, snapshotPause[0]);
  } catch (error) {
    lose({ why: 'start', reason: (error as Error)?.message ?? String(error) });
  }
}

/** What no scope caught has broken the backend for good: it is told as a loss, which a restart mends. */
function watchFaults(of: Backend): void {
  if (!('device' in of)) return;
  (of.device as GPUDevice).addEventListener('uncapturederror', ({ error }) => {
    const memory = error instanceof GPUOutOfMemoryError || isMemory({ message: error.message, name: '' });
    lose({ why: memory ? 'memory' : 'fault', reason: error.message });
  });
}

async function openBackend(device: Device): Promise<{ backend: Backend; adapter: AdapterInfo } | undefined> {
  const { cpu, webgpu } = await import('webgpu-rnn');
  if (device === 'cpu') {
    const made = cpu();
    return { backend: made, adapter: { device, description: made.description, software: true } };
  }
  try {
    const made = await webgpu({ powerPreference: 'high-performance' });
    return { backend: made, adapter: { device, description: made.description, software: made.software } };
  } catch (error) {
    tell({ kind: 'none', message: (error as Error).message });
    return undefined;
  }
}

async function run(command: unknown): Promise<void> {
  changed = true;
  try {
    const done = job?.handle(command);
    // What rests may have to hear of it, such as of a pause.
    goOn();
    await done;
  } catch (error) {
    fail(error);
  }
}

/** A step that fails because the device is lost is told as that, once. */
async function fail(error: unknown): Promise<void> {
  const reason = backend && (await Promise.race([backend.lost, after(100)]));
  if (reason !== undefined || lost) return;
  const { message, name } = error instanceof Error ? error : new Error(String(error));
  tell({ kind: 'error', message, name });
}

function lose(loss: Loss): void {
  if (lost) return;
  lost = true;
  clock?.look();
  const slept = performance.now() - sleep.at < soon ? sleep.milliseconds : 0;
  tell({ kind: 'lost', ...loss, slept });
}

/** Sends the page a copy of the weights every few seconds while something happens. */
async function keep(): Promise<void> {
  if (lost || !job?.snapshot) return;
  const begun = performance.now();
  try {
    if (changed) {
      changed = false;
      const bytes = await job.snapshot();
      if (bytes && !lost) tell({ kind: 'snapshot', bytes }, [bytes.buffer]);
    }
  } catch (error) {
    fail(error);
  }
  const [least, most] = snapshotPause;
  setTimeout(keep, Math.min(most, Math.max(least, 10 * (performance.now() - begun))));
}

function after(milliseconds: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), milliseconds));
}

// A message to oneself is not held back as timers are, and commands that wait come before it.
const { port1, port2 } = new MessageChannel();
const waiting: (() => void)[] = [];
port1.onmessage = () => waiting.shift()?.();

function turn(): Promise<void> {
  if (held !== undefined) {
    tellRest();
    return new Promise((resolve) => void resting.push(resolve));
  }
  return new Promise((resolve) => {
    waiting.push(resolve);
    port2.postMessage(null);
  });
}

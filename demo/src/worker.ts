// The worker of a job: loads the job, gives it a device, keeps its weights safe and tells the page what goes wrong.
import type { Backend } from 'webgpu-rnn';
import type { FromWorker, ToWorker } from './messages_of_jobs.ts';
import type { AdapterInfo, Device, Job, JobFactory } from './types.ts';

const jobs = import.meta.glob<{ job: JobFactory }>('./tabs/*/job.ts');
const snapshotPause = 4000; // ms

const tell = (message: FromWorker, transfer: Transferable[] = []): void => postMessage(message, { transfer });

let backend: Backend | undefined;
let job: Job | undefined;
let lost = false;
/** Whether something has happened since the last snapshot. */
let changed = false;

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  if (data.kind === 'open') open(data);
  else if (data.kind === 'command') run(data.command);
  else if (backend && 'device' in backend) (backend.device as GPUDevice).destroy();
};

async function open({ name, seed, device, snapshot }: ToWorker & { kind: 'open' }): Promise<void> {
  try {
    const load = jobs[`./tabs/${name}/job.ts`];
    if (!load) throw new Error(`there is no job “${name}”`);
    const [{ job: factory }, opened] = await Promise.all([load(), openBackend(device)]);
    if (!opened) return;
    backend = opened.backend;
    backend.lost.then(loseDevice);
    job = await factory({
      ...opened,
      seed,
      snapshot,
      turn,
      fail,
      post(event, transfer) {
        changed = true;
        if (!lost) tell({ kind: 'event', event }, transfer);
      },
    });
    tell({ kind: 'ready', adapter: opened.adapter });
    setTimeout(keep, snapshotPause);
  } catch (error) {
    fail(error);
  }
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
    await job?.handle(command);
  } catch (error) {
    fail(error);
  }
}

/** A step that fails because the device is lost is told as that, once. */
async function fail(error: unknown): Promise<void> {
  const reason = backend && (await Promise.race([backend.lost, after(100)]));
  if (reason !== undefined) return loseDevice(reason);
  const { message, name } = error instanceof Error ? error : new Error(String(error));
  tell({ kind: 'error', message, name });
}

function loseDevice(reason: string): void {
  if (lost) return;
  lost = true;
  tell({ kind: 'lost', reason });
}

/** Sends the page a copy of the weights every few seconds while something happens. */
async function keep(): Promise<void> {
  if (lost || !job?.snapshot) return;
  try {
    if (changed) {
      changed = false;
      const bytes = await job.snapshot();
      if (bytes && !lost) tell({ kind: 'snapshot', bytes }, [bytes.buffer]);
    }
  } catch (error) {
    fail(error);
  }
  setTimeout(keep, snapshotPause);
}

function after(milliseconds: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), milliseconds));
}

// A message to oneself is not held back as timers are, and commands that wait come before it.
const { port1, port2 } = new MessageChannel();
const waiting: (() => void)[] = [];
port1.onmessage = () => waiting.shift()?.();

function turn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    port2.postMessage(null);
  });
}

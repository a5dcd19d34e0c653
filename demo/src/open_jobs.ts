// What the jobs of the page have in common: one banner for all that are lost, and rest while one of them measures.
import { say } from './messages.ts';
import { download } from './store.ts';
import type { Action, Banner, Device } from './types.ts';

/** A job as the others know it. */
export interface OpenJob {
  readonly name: string;
  /** The last weights that were kept. */
  readonly snapshot: Uint8Array | undefined;
  restart(device: Device): void;
  /** Has its work in the background stand still, or go on. */
  hold(held: boolean): void;
}

/** What a lost job is told as. */
export interface LostWords {
  text(kept: boolean): string;
  /** On the button that tries the GPU again. */
  again: string;
}

const lost = new Map<OpenJob, LostWords>();
let banner: Banner | undefined;
const lossListeners = new Set<(lost: boolean) => void>();

/** Calls the listener whenever a job is lost or one is back, with whether any is lost now. */
export function onLoss(listener: (lost: boolean) => void): void {
  lossListeners.add(listener);
}

/** Restarts all jobs that are lost. */
export function restartLost(device: Device): void {
  for (const job of [...lost.keys()]) job.restart(device);
}

function tellListeners(): void {
  for (const listener of lossListeners) listener(lost.size > 0);
}

/** Tells that a job is lost; one banner restarts all that are. */
export function tellLost(job: OpenJob, words: LostWords): void {
  lost.set(job, words);
  show();
  tellListeners();
}

/** Says again what is lost, where that was closed. */
export function remindOfLost(): void {
  if (!banner?.open) show();
}

/** Nothing more is said of a job that is back, or gone for good. */
export function forgetLost(job: OpenJob): void {
  if (!lost.delete(job)) return;
  const open = banner?.open;
  banner?.close();
  if (open && lost.size > 0) show();
  tellListeners();
}

function show(): void {
  banner?.close();
  const jobs = [...lost.keys()];
  const kept = jobs.filter(({ snapshot }) => snapshot);
  const words = [...lost.values()];
  const keep = ({ name, snapshot }: OpenJob): Action => ({
    label: `Download the last weights${kept.length > 1 ? ` of ${name}` : ''}`,
    run: () => snapshot && download(`${name}, last weights.safetensors`, snapshot),
    stays: true,
  });
  banner = say('error', [...new Set(words.map(({ text }) => text(kept.length > 0)))].join(' '), [
    { label: words[0].again, run: () => restartLost('webgpu') },
    { label: 'Go on with the CPU', run: () => restartLost('cpu') },
    ...kept.map(keep),
  ]);
}

const open = new Set<OpenJob>();
/** The job for whose sake the others rest, and who wants to know which had work to rest from. */
let holder: { name: string; onRest(name: string): void } | undefined;

/** Lets the work of all other jobs rest, also of those that are opened later, until what comes back is called. */
export function holdOthers(name: string, onRest: (name: string) => void): () => void {
  const mine = { name, onRest };
  holder = mine;
  for (const job of open) if (job.name !== name) job.hold(true);
  return () => {
    if (holder !== mine) return;
    holder = undefined;
    for (const job of open) job.hold(false);
  };
}

/** Whether a job of that name has to rest when it begins. */
export function isHeld(name: string): boolean {
  return holder !== undefined && holder.name !== name;
}

/** A job has work that comes to rest. */
export function tellRest(name: string): void {
  if (isHeld(name)) holder?.onRest(name);
}

export function enlist(job: OpenJob): void {
  open.add(job);
}

export function dismiss(job: OpenJob): void {
  open.delete(job);
  forgetLost(job);
}

// Asks before the page is left while something that was learned is kept nowhere.

interface Learned {
  /** The weights that the job sent last. */
  last: Uint8Array;
  /** Whether the next weights are those that were saved or opened. */
  settled: boolean;
  unsaved: boolean;
}

const all = new Map<string, Learned>();

/** A job has sent its weights; the first that it sends may be untrained ones. */
export function heard(name: string, bytes: Uint8Array): void {
  const known = all.get(name);
  if (!known) all.set(name, { last: bytes, settled: false, unsaved: false });
  else {
    if (!known.settled && !same(known.last, bytes)) known.unsaved = true;
    known.last = bytes;
    known.settled = false;
  }
}

/** The weights of a job were saved, downloaded, or opened from where they are kept. */
export function settled(name: string): void {
  const known = all.get(name);
  if (known) Object.assign(known, { settled: true, unsaved: false });
}

/** Whether a job has learned what is kept nowhere. */
export function isUnsaved(): boolean {
  return [...all.values()].some(({ unsaved }) => unsaved);
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

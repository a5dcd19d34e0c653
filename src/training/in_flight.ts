// Bounds the work that is queued on a device without waiting for each step.
import type { Executable } from '../backends/backend.ts';
import { turn } from '../core/turn.ts';

/** Steps between two fences take about this long, so that the GPU never idles and Ctrl-C is quick. */
const TARGET_MS = 50;
const MAX_GROUP = 64;
const MAX_FENCES = 2;

export interface InFlight {
  submitted(): Promise<void>;
  /** Resolves when everything that was queued is done. */
  drained(): Promise<void>;
}

/**
 * Call `submitted()` after each run: it returns at once while at most three groups of steps are queued.
 * The size of a group follows the measured speed, because a wait for the GPU costs up to 100 ms in some browsers.
 */
export function inFlight(executable: Pick<Executable, 'finished'>): InFlight {
  const fences: Promise<void>[] = [];
  let group = 1;
  let steps = 0;
  let lastFence = performance.now();
  return {
    async submitted() {
      steps++;
      if (steps < group) return;
      steps = 0;
      const fence = executable.finished().then(turn);
      // Awaited later or not at all when one before it fails: it must not count as an unhandled rejection meanwhile.
      fence.catch(() => {});
      fences.push(fence);
      if (fences.length <= MAX_FENCES) return;
      await fences.shift();
      const now = performance.now();
      const wanted = (group * TARGET_MS) / Math.max(1, now - lastFence);
      lastFence = now;
      group = Math.max(1, Math.min(MAX_GROUP, 2 * group, Math.round(wanted)));
    },
    async drained() {
      await Promise.all(fences.splice(0));
      await executable.finished();
      lastFence = performance.now();
      steps = 0;
    },
  };
}

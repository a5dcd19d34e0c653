// Counts what a program asks of WebGPU, by standing in front of the API's methods while the count goes on.
import type { Counts } from './results.ts';

type Method = (this: unknown, ...args: unknown[]) => unknown;
type Prototype = Record<string, Method>;

/** A count that has begun; `stop` puts the API's own methods back. */
export interface Counting {
  readonly counts: Counts;
  stop(): void;
}

/** Begins to count on all devices of this page or process. */
export function startCounting(): Counting {
  const counts: Counts = { dispatches: 0, submits: 0, bindGroups: 0, buffers: 0, bytes: 0 };
  const restore: (() => void)[] = [];
  const watch = (type: { prototype: object }, name: string, note: (args: unknown[]) => void): void => {
    const prototype = type.prototype as Prototype;
    const original = prototype[name];
    prototype[name] = function (...args) {
      note(args);
      return original.apply(this, args);
    };
    restore.push(() => {
      prototype[name] = original;
    });
  };
  const dispatched = () => void counts.dispatches++;
  watch(GPUComputePassEncoder, 'dispatchWorkgroups', dispatched);
  watch(GPUComputePassEncoder, 'dispatchWorkgroupsIndirect', dispatched);
  watch(GPUQueue, 'submit', () => void counts.submits++);
  watch(GPUDevice, 'createBindGroup', () => void counts.bindGroups++);
  watch(GPUDevice, 'createBuffer', ([descriptor]) => {
    counts.buffers++;
    counts.bytes += (descriptor as GPUBufferDescriptor).size;
  });
  return {
    counts,
    stop() {
      for (const undo of restore) undo();
    },
  };
}

/** Counts of one step out of those of many: all are whole numbers for a program in its steady state. */
export function perStep(counts: Counts, steps: number): Counts {
  const each = (total: number) => Math.round((total / steps) * 100) / 100;
  return {
    dispatches: each(counts.dispatches),
    submits: each(counts.submits),
    bindGroups: each(counts.bindGroups),
    buffers: each(counts.buffers),
    bytes: each(counts.bytes),
  };
}

/** The difference of two counts, such as those of a long and a short block that both end with the same reading. */
export function less(long: Counts, short: Counts): Counts {
  return {
    dispatches: long.dispatches - short.dispatches,
    submits: long.submits - short.submits,
    bindGroups: long.bindGroups - short.bindGroups,
    buffers: long.buffers - short.buffers,
    bytes: long.bytes - short.bytes,
  };
}

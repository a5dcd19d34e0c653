// What a job of the page gets in tests: the CPU, a memory of what it posts, and errors that fail the test.
import { cpu } from 'webgpu-rnn';
import type { JobContext } from '../../demo/src/types.ts';

export const cpuAdapter = { device: 'cpu', description: 'CPU', software: true } as const;

/** A context on the CPU backend with seed 1, no snapshot and a clock that never sleeps, but for what `own` says. */
export function jobContext<Event>(
  own: Partial<JobContext<Event>> & Pick<JobContext<Event>, 'post'>,
): JobContext<Event> {
  return {
    backend: cpu(),
    adapter: cpuAdapter,
    seed: 1,
    snapshot: undefined,
    awake: () => performance.now(),
    turn: () => new Promise((resolve) => setImmediate(resolve)),
    fail(error) {
      throw error;
    },
    ...own,
  };
}

/** What a job has posted, and all of one type. */
export function eventLog<Event extends { type: string }>() {
  const events: Event[] = [];
  return {
    events,
    post: (event: Event) => void events.push(event),
    all: <T extends Event['type']>(type: T) =>
      events.filter((event): event is Extract<Event, { type: T }> => event.type === type),
  };
}

// Ctrl-C and its like, and a reader of the output that goes away: the first asks a run to stop and save, the second ends it at once.

export interface Interrupts {
  readonly signal: AbortSignal;
  /** The exit status of a process that the signal ended, or its output, as shells count them; undefined before one came. */
  status(): number | undefined;
  dispose(): void;
}

const statuses = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** The status of a process that writes where nobody reads, as SIGPIPE gives it to other programs. */
export const PIPE_CLOSED = 141;

/** One Ctrl-C may arrive twice: from the terminal and from a parent process that passes it on. */
const SAME_MS = 500;

/**
 * Listens until it is disposed of. `onFirst` tells the user that the signal was heard; a run whose standard output is
 * closed, as by `head`, stops without a word.
 */
export function interrupts(onFirst: () => void): Interrupts {
  const controller = new AbortController();
  let status: number | undefined;
  let since = 0;
  const names = Object.keys(statuses) as (keyof typeof statuses)[];
  const handle = (name: NodeJS.Signals): void => {
    if (status !== undefined) {
      if (performance.now() - since > SAME_MS) process.exit(status);
      return;
    }
    since = performance.now();
    status = statuses[name as keyof typeof statuses];
    controller.abort();
    onFirst();
  };
  const handleClosed = (): void => {
    if (status !== undefined) return;
    since = performance.now();
    status = PIPE_CLOSED;
    controller.abort();
  };
  for (const name of names) process.on(name, handle);
  process.stdout.on('error', handleClosed);
  return {
    signal: controller.signal,
    status: () => status,
    dispose() {
      for (const name of names) process.off(name, handle);
      process.stdout.off('error', handleClosed);
    },
  };
}

// Ctrl-C and its like: the first asks a run to stop and save, the second ends it at once.

export interface Interrupts {
  readonly signal: AbortSignal;
  /** The exit status of a process that the signal ended, as shells count them; undefined before one came. */
  status(): number | undefined;
  dispose(): void;
}

const statuses = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** One Ctrl-C may arrive twice: from the terminal and from a parent process that passes it on. */
const SAME_MS = 500;

/** Listens until it is disposed of. `onFirst` tells the user that the signal was heard. */
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
  for (const name of names) process.on(name, handle);
  return {
    signal: controller.signal,
    status: () => status,
    dispose() {
      for (const name of names) process.off(name, handle);
    },
  };
}

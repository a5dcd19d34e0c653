// One line on stderr that says what is being measured, where stderr is a terminal.
import type { SingleBar } from 'cli-progress';

export interface ProgressLine {
  /** Shows what begins now. */
  begin(what: string): void;
  /** Says that it is done. */
  done(): void;
  /** Takes the line away. */
  close(): void;
}

const silent: ProgressLine = { begin() {}, done() {}, close() {} };

/** Makes the line for so many measurements; nothing is shown where nobody looks. */
export async function progressLine(total: number): Promise<ProgressLine> {
  if (process.stderr.isTTY !== true || total === 0) return silent;
  const { SingleBar: Bar } = (await import('cli-progress')).default;
  const bar: SingleBar = new Bar({
    format: '{bar} {value}/{total} | {what}',
    barsize: 20,
    barCompleteChar: '#',
    barIncompleteChar: '-',
    clearOnComplete: true,
    hideCursor: false,
    stream: process.stderr,
    gracefulExit: false,
  });
  bar.start(total, 0, { what: '' });
  return {
    begin: (what) => bar.update({ what }),
    done: () => bar.increment(),
    close: () => bar.stop(),
  };
}

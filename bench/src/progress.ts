// Says on stderr what is being measured: one line that changes on a terminal, a line a finished task elsewhere.
import type { SingleBar } from 'cli-progress';
import { onInterruption } from './interruption.ts';

export interface ProgressLine {
  /** Shows what begins now. */
  begin(what: string): void;
  /** Says that it is done. */
  done(): void;
  /** Takes the line away. */
  close(): void;
}

const silent: ProgressLine = { begin() {}, done() {}, close() {} };

/** Makes the line for so many measurements. */
export async function progressLine(total: number): Promise<ProgressLine> {
  if (total === 0) return silent;
  if (process.stderr.isTTY !== true) {
    return linePerTask(total, (line) => process.stderr.write(`${line}\n`));
  }
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
  // The bar turned the wrapping of long lines off.
  const forget = onInterruption(() => bar.stop());
  return {
    begin: (what) => bar.update({ what }),
    done: () => bar.increment(),
    close() {
      forget();
      bar.stop();
    },
  };
}

/** Off a terminal: what was done and how long it took, a line each. */
export function linePerTask(total: number, print: (line: string) => void): ProgressLine {
  let [count, begun, what] = [0, performance.now(), ''];
  return {
    begin(next) {
      [begun, what] = [performance.now(), next];
    },
    done() {
      count += 1;
      print(`${count}/${total} ${what}, ${((performance.now() - begun) / 1000).toFixed(1)} s`);
    },
    close() {},
  };
}

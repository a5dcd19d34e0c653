// Where engines are measured: here processes of Node; the browser is in a file of its own, which few runs need.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Answer, Errand, Request } from './errands.ts';
import { stoppedWithUs, unlessEnding } from './interruption.ts';
import type { Place } from './results.ts';
import type { WorkerAnswer } from './worker.ts';

export interface MeasuringPlace {
  name: Place;
  /** The version of the browser. */
  browser?: string;
  /**
   * Does an errand in a fresh process or page.
   * @throws Error with the reason when it fails, ends before it answers or takes too long.
   */
  run<E extends Errand>(errand: E, request: Request<E>, milliseconds?: number): Promise<Answer<E>>;
  close(): Promise<void>;
}

/** The longest errand; the driver of the browser gives up after the same time. */
export const LONGEST = 10 * 60_000;

/** Node: each errand is a process of its own. */
export function nodePlace(): MeasuringPlace {
  const script = fileURLToPath(new URL('./worker.js', import.meta.url));
  return {
    name: 'node',
    run: (errand, request, milliseconds = LONGEST) =>
      unlessEnding(
        () =>
          new Promise((resolve, reject) => {
            // What the libraries print about themselves is kept from the results, unless the process breaks down.
            const child = stoppedWithUs(fork(script, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] }));
            let complaints = '';
            child.stderr!.setEncoding('utf8').on('data', (text: string) => {
              complaints = (complaints + text).slice(-2000);
            });
            const timer = setTimeout(() => {
              child.kill('SIGKILL');
              reject(new Error(tooLong(milliseconds)));
            }, milliseconds);
            child.once('message', (message: WorkerAnswer) => {
              if ('answer' in message) resolve(message.answer as never);
              else reject(new Error(message.failure));
            });
            child.once('error', reject);
            child.once('exit', (status, signal) => {
              clearTimeout(timer);
              const last = complaints.trim().split('\n').at(-1) ?? '';
              reject(new Error(`the process ended by ${signal ?? `status ${status}`}: ${last}`));
            });
            child.send({ errand, request });
          }),
      ),
    async close() {},
  };
}

/** The failure of an errand that was given up. */
export function tooLong(milliseconds: number): string {
  return `stopped after ${Math.round(milliseconds / 1000)} s without an answer`;
}

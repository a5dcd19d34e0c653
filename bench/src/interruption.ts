// What a signal must stop and clear away before the command ends: its processes, its folders, the line on the terminal.
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

type Stop = () => unknown;

/** The latest is stopped first. */
const stops = new Set<Stop>();

/** Folders that go at the very end. */
const folders = new Set<string>();

/** Longest wait for what stops in its own time, such as the browser. */
const PATIENCE = 5000;

/** Has `stop` called when a signal ends the command; the returned function takes it back. */
export function onInterruption(stop: Stop): () => void {
  stops.add(stop);
  return () => stops.delete(stop);
}

/** Has a process killed when a signal ends the command, computing or not. */
export function stoppedWithUs<Child extends ChildProcess>(child: Child): Child {
  const forget = onInterruption(() => child.kill('SIGKILL'));
  child.once('exit', forget).once('error', forget);
  return child;
}

/** A new temporary folder, removed by `remove` or when a signal ends the command. */
export function temporaryFolder(prefix: string): { folder: string; remove(): void } {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), prefix));
  folders.add(folder);
  return {
    folder,
    remove() {
      folders.delete(folder);
      clear(folder);
    },
  };
}

/** A browser that was just killed may still write there. */
function clear(folder: string): void {
  fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

/**
 * From here on a signal stops everything, tells in one line that nothing was written, and ends this process.
 * @returns takes that back
 */
export function endOnSignals(): () => void {
  const signals: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  // A repeated signal, such as one that npm passes on beside the terminal's, changes nothing.
  for (const signal of signals) process.on(signal, end);
  return () => {
    for (const signal of signals) process.off(signal, end);
  };
}

let ending = false;

async function end(signal: NodeJS.Signals): Promise<void> {
  if (ending) return;
  ending = true;
  // The terminal may be gone.
  process.stderr.on('error', () => {});
  const status = 128 + os.constants.signals[signal];
  const exit = () => {
    // After those who end their processes when this one exits.
    process.once('exit', () => folders.forEach(clear));
    process.exit(status);
  };
  setTimeout(exit, 2 * PATIENCE).unref();
  for (const stop of [...stops].reverse()) {
    try {
      await Promise.race([stop(), new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
    } catch {
      // What has ended already cannot be stopped.
    }
  }
  process.stderr.write(`bench: stopped by ${signal}; nothing was written\n`, exit);
}

/** What a measurement answers; nothing, for ever, once a signal is ending the command: nothing may go on from there. */
export async function unlessEnding<T>(begin: () => Promise<T>): Promise<T> {
  const never = new Promise<never>(() => {});
  if (ending) return never;
  try {
    const answer = await begin();
    return ending ? never : answer;
  } catch (error) {
    if (ending) return never;
    throw error;
  }
}

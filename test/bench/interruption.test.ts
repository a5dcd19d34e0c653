// A signal ends the benchmark with everything that it started; and what is told of its progress.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import {
  endOnSignals,
  onInterruption,
  stoppedWithUs,
  temporaryFolder,
  unlessEnding,
} from '../../bench/src/interruption.ts';
import { linePerTask } from '../../bench/src/progress.ts';

afterEach(() => vi.restoreAllMocks());

test('off a terminal every finished task is a line', () => {
  const lines: string[] = [];
  const progress = linePerTask(2, (line) => lines.push(line));
  progress.begin('S lstm train in node: tfjs webgpu');
  expect(lines).toEqual([]);
  progress.done();
  progress.begin('kernels of S lstm');
  progress.done();
  progress.close();
  expect(lines).toEqual([
    expect.stringMatching(/^1\/2 S lstm train in node: tfjs webgpu, \d+\.\d s$/),
    expect.stringMatching(/^2\/2 kernels of S lstm, \d+\.\d s$/),
  ]);
});

test('folders that are done with go at once', () => {
  const { folder, remove } = temporaryFolder('webgpu-rnn-interruption-');
  fs.writeFileSync(path.join(folder, 'profile'), '');
  remove();
  expect(fs.existsSync(folder)).toBe(false);
});

// Last: from here on this module holds that the command is ending.
test('a signal kills busy processes, stops the rest, removes folders and says that nothing was written', async () => {
  const { folder } = temporaryFolder('webgpu-rnn-interruption-');
  const script = path.join(folder, 'busy.cjs');
  fs.writeFileSync(script, 'process.send(1); for (;;);');
  const child = stoppedWithUs(fork(script));
  await once(child, 'message');
  const gone = once(child, 'exit');
  const stop = vi.fn();
  const kept = vi.fn();
  onInterruption(() => {
    throw new Error('ended already');
  });
  onInterruption(stop);
  onInterruption(kept)();
  const started = unlessEnding(async () => {
    await gone;
    throw new Error('the process ended');
  });

  const exit = vi.spyOn(process, 'exit').mockReturnValue(undefined as never);
  const lines: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation(((line: string, done?: () => void) => {
    lines.push(line);
    done?.();
    return true;
  }) as typeof process.stderr.write);
  const before = { term: process.listeners('SIGTERM'), exit: process.listeners('exit') };
  const disregard = endOnSignals();
  const [onTerm] = process.listeners('SIGTERM').filter((listener) => !before.term.includes(listener));
  onTerm('SIGTERM');
  onTerm('SIGTERM');
  disregard();
  await vi.waitFor(() => expect(exit).toHaveBeenCalledWith(143));
  expect(lines).toEqual(['bench: stopped by SIGTERM; nothing was written\n']);
  expect(stop).toHaveBeenCalledOnce();
  expect(kept).not.toHaveBeenCalled();
  expect((await gone)[1]).toBe('SIGKILL');

  for (const listener of process.listeners('exit')) {
    if (before.exit.includes(listener)) continue;
    process.off('exit', listener);
    listener(143);
  }
  expect(fs.existsSync(folder)).toBe(false);
  // Nothing goes on: neither what failed because of the signal nor anything new.
  const begin = vi.fn();
  const settled = vi.fn();
  started.then(settled, settled);
  unlessEnding(begin).then(settled, settled);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(begin).not.toHaveBeenCalled();
  expect(settled).not.toHaveBeenCalled();
});

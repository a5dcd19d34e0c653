// Runs the command line as a user does, in a process and a folder of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

export const bin = fileURLToPath(new URL('../../src/cli/bin.js', import.meta.url));

export interface Result {
  status: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  cwd: string;
  env?: NodeJS.ProcessEnv;
  /** What the process reads; without it there is nothing to read. */
  input?: string;
  /** Called with the process and all of stdout so far, whenever there is more. */
  onOutput?: (child: ChildProcess, stdout: string) => void;
}

/** Runs `webgpu-rnn` with these arguments; the first run of all builds it when a source is newer. */
export function cli(
  args: readonly string[],
  { cwd, env = {}, input, onOutput }: RunOptions,
): Promise<Result> {
  // A group of its own, as a shell gives it: a signal sent to the process is passed on by the launcher.
  const child = spawn(process.execPath, [bin, ...args], {
    cwd,
    env: { ...process.env, ...env },
    detached: process.platform !== 'win32',
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // A program that ends without reading closes the pipe.
  child.stdin.on('error', () => {}).end(input);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
    onOutput?.(child, stdout);
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) =>
      resolve({ status, signal, stdout, stderr: stderr.replace(/^building…\n/, '') }),
    );
  });
}

/** The objects of `--json`, one a line. */
// biome-ignore lint/suspicious/noExplicitAny: tests look at single fields
export function events(stdout: string): any[] {
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** A new folder with files in it; a text of `null` is left out. */
export function folderOf(files: Record<string, string | Uint8Array>): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'webgpu-rnn-cli-'));
  for (const [name, content] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), content);
  return folder;
}

/** A text that repeats itself with changes, so that a tiny model learns some of it. */
export function exampleText(lines: number): string {
  const words = ['the', 'cat', 'sat', 'on', 'a', 'mat', 'and', 'saw', 'two', 'rats'];
  return Array.from({ length: lines }, (_, i) =>
    [0, 1, 2, 3, 4].map((k) => words[(i * i + 3 * k + (i % 3)) % words.length]).join(' '),
  ).join('\n');
}

/** Arguments of a model that trains in no time on the CPU. */
export const tiny =
  '--backend cpu --units 6 --embedding 4 --batch 4 --window 8 --learning-rate 0.02 --validation 0.1'.split(
    ' ',
  );

/** Expects one line on stderr, status 2, nothing on stdout. */
export function expectOneLine({ status, stdout, stderr }: Result, message: RegExp): void {
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(/^webgpu-rnn: [^\n]+\n$/);
  expect(stderr).not.toMatch(/\n\s+at /);
  expect(stdout).toBe('');
  expect(status).toBe(2);
}

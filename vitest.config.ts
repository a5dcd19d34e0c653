// Three kinds of tests: on the CPU alone, with a GPU device in Node, and in a real browser; the first to fail is the cheapest.

import { defineConfig } from 'vitest/config';
import { alias } from './examples/alias.js';

const slow = 120_000; // ms; a software adapter computes at about 1 GFLOP/s

/** One file at a time in a process of its own: two would share the few cores that a software adapter runs on. */
const alone = {
  environment: 'node',
  pool: 'forks',
  fileParallelism: false,
  testTimeout: slow,
  hookTimeout: slow,
  globalSetup: 'test/harness/adapter_setup.ts',
} as const;

export default defineConfig({
  test: {
    reporters: ['default', './test/conformance/reporter.ts'],
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'cpu',
          environment: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.gpu.test.ts', 'test/**/*.browser.test.ts'],
          testTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        resolve: { alias },
        test: { name: 'gpu', include: ['test/**/*.gpu.test.ts'], sequence: { groupOrder: 1 }, ...alone },
      },
      {
        test: {
          name: 'browser',
          include: ['test/**/*.browser.test.ts'],
          sequence: { groupOrder: 2 },
          ...alone,
        },
      },
    ],
  },
});

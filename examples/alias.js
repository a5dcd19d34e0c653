// Lets examples import 'webgpu-rnn' as a user does, and get the sources of this repository, which need no build.
import { fileURLToPath } from 'node:url';

export const alias = [
  { find: /^webgpu-rnn$/, replacement: fileURLToPath(new URL('../src/index.ts', import.meta.url)) },
  {
    find: /^webgpu-rnn\/node$/,
    replacement: fileURLToPath(new URL('../src/node/index.ts', import.meta.url)),
  },
];

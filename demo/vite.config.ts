// The demo page: a development server (demo/run.js) and static files in demo/dist that any host serves from any folder.
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { alias } from '../examples/alias.js';
import { hasPeers, installPeers } from './peers.js';

const library = fileURLToPath(new URL('../src/', import.meta.url));
const shaders = fileURLToPath(new URL('../shaders/', import.meta.url));

// Tests and other programs take what is there; whoever asks for the page gets all of it.
if (['demo', 'build:demo'].includes(process.env.npm_lifecycle_event ?? '')) installPeers();
const peers = hasPeers();

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  resolve: { alias },
  worker: {
    format: 'es',
    rolldownOptions: {
      ...(!peers && { external: [/^@tensorflow\//] }),
      output: {
        // The library is one file: what a job imports of it would else come in dozens of small ones, one after the other.
        codeSplitting: {
          groups: [
            {
              name: 'webgpu-rnn',
              test: (id) =>
                !id.includes('?') || id.startsWith(shaders)
                  ? id.startsWith(library) || id.startsWith(shaders)
                  : false,
            },
          ],
        },
      },
    },
  },
  // What only workers import is found before they start: found later, it would reload the page. So would packages that
  // an earlier run did without, whose cache is therefore another.
  cacheDir: fileURLToPath(
    new URL(`../node_modules/.vite/demo${peers ? '-with-peers' : ''}`, import.meta.url),
  ),
  optimizeDeps: {
    entries: [
      'index.html',
      'src/tabs/*/{tab,job}.ts',
      peers ? '../bench/src/engines/tfjs.ts' : '!src/tabs/speed/job.ts',
    ],
  },
  build: { target: 'es2022', outDir: 'dist', emptyOutDir: true, reportCompressedSize: false },
});

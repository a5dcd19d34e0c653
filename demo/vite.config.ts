// The demo page: a development server (demo/run.js) and static files in demo/dist that any host serves from any folder.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { alias } from '../examples/alias.js';

const library = fileURLToPath(new URL('../src/', import.meta.url));
const shaders = fileURLToPath(new URL('../shaders/', import.meta.url));

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  resolve: { alias },
  worker: {
    format: 'es',
    rolldownOptions: {
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
  build: { target: 'es2022', outDir: 'dist', emptyOutDir: true, reportCompressedSize: false },
});

// The demo page: a development server (demo/run.js) and static files in demo/dist that any host serves from any folder.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { alias } from '../examples/alias.js';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  resolve: { alias },
  worker: { format: 'es' },
  build: { target: 'es2022', outDir: 'dist', emptyOutDir: true, reportCompressedSize: false },
});

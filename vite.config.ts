// Builds the library (dist/index.js, for browsers and Node), what only Node has (dist/node.js) and the command line
// (dist/cli.js), with the shaders' text inlined.

import { builtinModules } from 'node:module';
import { defineConfig } from 'vite';
import manifest from './package.json' with { type: 'json' };

const packages = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });

export default defineConfig({
  build: {
    target: 'es2022',
    sourcemap: true,
    minify: false,
    lib: {
      entry: { index: 'src/index.ts', node: 'src/node/index.ts', cli: 'src/cli/main.ts' },
      formats: ['es'],
    },
    rolldownOptions: {
      external: [
        ...builtinModules,
        /^node:/,
        ...packages.map((name) => new RegExp(`^${name.replace('/', '\\/')}(/|$)`)),
      ],
      output: {
        entryFileNames: '[name].js',
        // One flat folder and names without hashes: a rebuild replaces each file and leaves none behind.
        chunkFileNames: '[name].chunk.js',
      },
    },
  },
});

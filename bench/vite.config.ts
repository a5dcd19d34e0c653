// Builds the benchmark with everything it imports: `--mode main` the command, `worker` the process that measures in
// Node, `page` what measures in a browser. Name another folder with build.outDir; the three belong into one.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin, type UserConfig } from 'vite';

const bench = fileURLToPath(new URL('./', import.meta.url));

/** Two folders below the root, as the sources are, so that what looks for files of this project from its own place finds them. */
const outDir = `${bench}.build`;

/** Native code, and what only a clone of the repository uses: resolved when the program runs. */
const external = ['webgpu', 'vite', 'puppeteer', '@sparticuz/chromium', 'tar-fs'];

/** The packages of bench/package.json, which the first measurement installs; before that a build leaves them out. */
const peers = [/^@tensorflow\//, /^@jax-js\//, /^echarts/, /^zrender/];
const installed = fs.existsSync(`${bench}node_modules`);

/** For a bundle, which knows no git. */
const commit =
  spawnSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: bench, encoding: 'utf8' }).stdout?.trim() ||
  'unknown';

/** The launcher is a program too, and finds files beside itself: it must stay where it is. */
const launcherOutside: Plugin = {
  name: 'launcher-outside',
  enforce: 'pre',
  resolveId(source) {
    const name = /\/(launch|software_adapter)\.js$/.exec(source)?.[0];
    return name ? { id: `../../src/cli${name}`, external: true } : undefined;
  },
};

export default defineConfig(({ mode }): UserConfig => {
  const common = {
    target: 'es2022',
    minify: false,
    sourcemap: false,
    emptyOutDir: false,
    chunkSizeWarningLimit: 10_000,
  } as const;
  if (mode === 'page') {
    return {
      root: `${bench}src`,
      base: './',
      logLevel: 'warn',
      build: {
        ...common,
        outDir: `${outDir}/page`,
        // Its files have hashes in their names: without this every rebuild would leave the last one's behind.
        emptyOutDir: true,
        // WebAssembly stays in files of its own: the peers fetch it.
        assetsInlineLimit: 0,
        rolldownOptions: { input: `${bench}src/page.html`, ...(!installed && { external: peers }) },
      },
    };
  }
  return {
    root: bench,
    logLevel: 'warn',
    plugins: [launcherOutside],
    define: { BENCH_COMMIT: JSON.stringify(commit) },
    ssr: { noExternal: true, external },
    build: {
      ...common,
      outDir,
      ssr: true,
      rolldownOptions: {
        input: { [mode]: `${bench}src/${mode}.ts` },
        external: [...builtinModules, /^node:/, ...external, ...(installed ? [] : peers)],
        output: {
          entryFileNames: '[name].js',
          // Names without hashes: a rebuild replaces each file and leaves none behind.
          chunkFileNames: `${mode}.[name].js`,
          assetFileNames: '[name][extname]',
        },
      },
    },
  };
});

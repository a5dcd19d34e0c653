// Builds the demo page, serves the files as any host would, and opens it in a browser: what every tab's test begins with.
import fs from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { type Browser, type BrowserOptions, type OpenPage, openBrowser } from '../harness/browser.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

export interface Demo {
  readonly browser: Browser;
  /** The page's address, which ends in a slash. */
  readonly url: string;
  /** Opens the page at a tab with settings, such as `write?units=8`. */
  open(hash?: string, viewport?: { width: number; height: number }): Promise<OpenPage>;
  close(): Promise<void>;
}

/** Serves a folder's files below `/some/folder/`, as a host does that knows nothing of the page. */
async function serveFiles(folder: string): Promise<{ url: string; close(): Promise<void> }> {
  const base = '/some/folder/';
  const server = http.createServer(async (request, response) => {
    const name = decodeURIComponent(new URL(request.url ?? '/', 'http://host').pathname);
    const file = path.join(folder, name.slice(base.length) || 'index.html');
    try {
      if (!name.startsWith(base) || !file.startsWith(folder)) throw new Error('outside');
      const body = await fs.readFile(file);
      response.setHeader('content-type', types[path.extname(file)] ?? 'application/octet-stream');
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${base}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The built page in a browser; close it in afterAll(). */
export async function openDemo(options: BrowserOptions = {}): Promise<Demo> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'demo-'));
  await build({
    configFile: path.join(root, 'demo/vite.config.ts'),
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true },
  });
  const [files, browser] = await Promise.all([serveFiles(folder), openBrowser(options)]);
  return {
    browser,
    url: files.url,
    async open(hash = '', viewport = { width: 1280, height: 900 }) {
      const opened = await browser.open(`${files.url}${hash && '#'}${hash}`, viewport);
      // The page asks before it is left with a model that is kept nowhere.
      opened.page.on('dialog', (dialog) => void dialog.accept());
      return opened;
    },
    async close() {
      await browser.close();
      await files.close();
      await fs.rm(folder, { recursive: true, force: true });
    },
  };
}

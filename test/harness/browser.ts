// The one way in which tests, benchmarks and demo checks drive a real browser: a vite server, Chromium with WebGPU, and a record of every complaint.

import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import puppeteer, { type Page } from 'puppeteer';
import { createServer, type Plugin } from 'vite';
import { ZEROED_BY_LOOPS } from '../../src/backends/webgpu/device.ts';
import { findAdapter } from '../../src/cli/launch.js';
import { chromiumPath } from '../../src/cli/software_adapter.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What one page printed and what went wrong in it, in order. */
export interface PageLog {
  /** Every console message, as `type: text`. */
  console: string[];
  /** Console errors and warnings, uncaught exceptions, failed and refused requests. */
  problems: string[];
}

/** An opened page; `page` is puppeteer's own object for whatever else is wanted. */
export interface OpenPage extends PageLog {
  page: Page;
  /** Runs a function in the page and returns its result, which must be JSON. */
  evaluate: Page['evaluate'];
  /** Writes a PNG of the page; the folder must exist. */
  screenshot(file: `${string}.png`): Promise<void>;
  /** Throws an error that lists `problems`, if there are any. */
  assertClean(): void;
  close(): Promise<void>;
}

/** A running browser with a server of this project behind it. */
export interface Browser {
  /** The adapter that pages get, as the browser names it; 'none' where it has none. */
  adapter: string;
  /** Whether that adapter computes on the CPU. */
  software: boolean;
  /** The server's address, which ends in a slash: the project's root folder. */
  url: string;
  /** Opens an address relative to `url`, or an empty page that runs the text of a TypeScript module, which may import `/src/index.ts` and packages. */
  open(target: string | { module: string }, viewport?: { width: number; height: number }): Promise<OpenPage>;
  /** Ends the browser's processes and the server, and removes the profile. */
  close(): Promise<void>;
}

const quiet = [
  '--headless=new',
  '--no-sandbox',
  '--no-first-run',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--enable-unsafe-webgpu',
];
const softwareFlags = ['--use-webgpu-adapter=swiftshader'];
const softwareWebGl = ['--use-angle=swiftshader', '--enable-unsafe-swiftshader'];
const hardwareFlags = process.platform === 'linux' ? ['--enable-features=Vulkan', '--use-angle=vulkan'] : [];

export interface BrowserOptions {
  /** Sent with every file, such as those that isolate pages from other origins. */
  headers?: Record<string, string>;
  /** Gives pages WebGL on a software adapter too; false when left out. */
  webgl?: boolean;
  /** Compiles shaders with much workgroup memory in a fifth of the time on a software adapter, as Node does. */
  zeroedByLoops?: boolean;
  /**
   * Where the browser keeps its profile and temporary files. The caller removes it, and ends the browser on signals.
   * When left out the folder is a new one and both are puppeteer's affair.
   */
  folder?: string;
}

/**
 * Starts a server and a browser; the caller closes it, best in afterAll() or finally.
 *
 * Where this process ends without doing so, puppeteer kills the browser and removes its profile all the same.
 */
export async function openBrowser(options: BrowserOptions = {}): Promise<Browser> {
  const server = await serve(options);
  const software = [
    ...softwareFlags,
    ...(options.webgl ? softwareWebGl : []),
    ...(options.zeroedByLoops ? [`--${ZEROED_BY_LOOPS}`] : []),
  ];
  try {
    const { kind } = await findAdapter();
    const started = await start(server.url, kind === 'hardware' ? hardwareFlags : software, options.folder);
    // The driver that Dawn found may not suit the browser: the software adapter always does.
    if (kind === 'hardware' && started.adapter === 'none') {
      await started.browser.close();
      return facade(server, await start(server.url, software, options.folder));
    }
    return facade(server, started);
  } catch (error) {
    await server.close();
    throw error;
  }
}

/** Opens a browser for the time of `use` and closes it whatever happens. */
export async function withBrowser<T>(use: (browser: Browser) => Promise<T>): Promise<T> {
  const browser = await openBrowser();
  try {
    return await use(browser);
  } finally {
    await browser.close();
  }
}

interface Server {
  url: string;
  /** Makes a page out of a module's text and returns its address relative to `url`. */
  addPage(module: string): string;
  close(): Promise<void>;
}

interface Started {
  browser: Awaited<ReturnType<typeof puppeteer.launch>>;
  adapter: string;
  software: boolean;
}

async function serve({ headers = {} }: BrowserOptions): Promise<Server> {
  const modules = new Map<string, string>();
  const listener = http.createServer();
  const vite = await createServer({
    root,
    configFile: false,
    logLevel: 'error',
    clearScreen: false,
    appType: 'mpa',
    server: { middlewareMode: true, hmr: false, ws: false, watch: null, headers },
    // Nothing is bundled ahead: finding a package halfway would reload the page in the middle of a test.
    optimizeDeps: { noDiscovery: true, include: [] },
    plugins: [modulePages(modules)],
  });
  listener.on('request', vite.middlewares);
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  return {
    // A secure context as localhost is, and no name to look up: a bare machine has no /etc/hosts.
    url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}/`,
    addPage(module) {
      const name = `page${modules.size}`;
      modules.set(name, module);
      return `${pages}${name}.html`;
    },
    async close() {
      await vite.close();
      listener.closeAllConnections();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}

const pages = '@page/';

/** Serves `@page/<name>.html`, which runs the module text of that name. */
function modulePages(modules: Map<string, string>): Plugin {
  const idOf = (text: string) => new RegExp(`^/${pages}(.*)\\.ts$`).exec(text)?.[1];
  return {
    name: 'module-pages',
    resolveId: (source) => (idOf(source) === undefined ? undefined : source),
    load: (id) => modules.get(idOf(id) ?? ''),
    configureServer(vite) {
      vite.middlewares.use((request, response, next) => {
        if (request.url === '/@vite/client') {
          // Stands in for the client of the development server, which would look for its websocket.
          response.setHeader('content-type', 'text/javascript');
          response.end('export const injectQuery = (url) => url;');
          return;
        }
        const name = new RegExp(`^/${pages}(.*)\\.html$`).exec(request.url ?? '')?.[1];
        if (name === undefined || !(name === '' || modules.has(name))) return next();
        const script = name === '' ? '' : `<script type="module" src="/${pages}${name}.ts"></script>`;
        response.setHeader('content-type', 'text/html; charset=utf-8');
        response.end(`<!doctype html><link rel="icon" href="data:,"><title>${name}</title>${script}`);
      });
    },
  };
}

async function start(url: string, adapterFlags: string[], folder?: string): Promise<Started> {
  const { executable, env } = await chromiumPath();
  const browser = await puppeteer.launch({
    executablePath: executable,
    args: [...quiet, ...adapterFlags],
    // Else pages have the language of the shell, and of LANG=C the browser makes what Intl takes for none.
    env: { ...process.env, LC_ALL: 'en_US.UTF-8', ...env, ...(folder !== undefined && { TMPDIR: folder }) },
    ...(folder !== undefined && {
      userDataDir: path.join(folder, 'profile'),
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    }),
    // Through a pipe instead of a socket: the browser ends when this process does, even by SIGKILL.
    pipe: true,
    protocolTimeout: 600_000,
  });
  try {
    const [page = await browser.newPage()] = await browser.pages();
    await page.goto(`${url}${pages}.html`);
    const found = await page.evaluate(async () => {
      const info = (await navigator.gpu?.requestAdapter())?.info;
      return (
        info && { name: [info.vendor, info.architecture, info.description], software: info.isFallbackAdapter }
      );
    });
    return {
      browser,
      adapter: found?.name.filter(Boolean).join(' ') ?? 'none',
      software: found?.software ?? false,
    };
  } catch (error) {
    await browser.close();
    throw error;
  }
}

function facade(server: Server, { browser, adapter, software }: Started): Browser {
  let closed: Promise<void> | undefined;
  return {
    adapter,
    software,
    url: server.url,
    async open(target, viewport) {
      const address = typeof target === 'string' ? target : server.addPage(target.module);
      const page = await browser.newPage();
      if (viewport) await page.setViewport(viewport);
      const opened = record(page);
      await page.goto(new URL(address, server.url).href, { waitUntil: 'load' });
      return opened;
    },
    close() {
      closed ??= browser.close().finally(() => server.close());
      return closed;
    },
  };
}

function record(page: Page): OpenPage {
  const log: PageLog = { console: [], problems: [] };
  page.on('console', (message) => {
    const line = `${message.type()}: ${message.text()}`;
    log.console.push(line);
    if (['error', 'warn', 'assert'].includes(message.type())) log.problems.push(`console ${line}`);
  });
  page.on('pageerror', (error) => {
    log.problems.push(`uncaught ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  });
  page.on('requestfailed', (request) => {
    log.problems.push(
      `request failed: ${request.url()} (${request.failure()?.errorText ?? 'no reason given'})`,
    );
  });
  page.on('response', (response) => {
    if (response.status() >= 400)
      log.problems.push(`request refused: ${response.status()} ${response.url()}`);
  });
  return {
    ...log,
    page,
    evaluate: page.evaluate.bind(page) as Page['evaluate'],
    async screenshot(file) {
      await page.screenshot({ path: file });
    },
    assertClean() {
      if (log.problems.length > 0) throw new Error(`${page.url()}\n  ${log.problems.join('\n  ')}`);
    },
    close: () => page.close(),
  };
}

// The browser as a place to measure in: each errand in a fresh page.
import { type Browser, openBrowser } from '../../test/harness/browser.ts';
import { onInterruption, temporaryFolder, unlessEnding } from './interruption.ts';
import { LONGEST, type MeasuringPlace, tooLong } from './places.ts';

/** Headless Chromium: each errand is a page of its own. */
export async function browserPlace(): Promise<MeasuringPlace> {
  // Isolated from other origins, a page may share memory between threads, which the WebAssembly peers use.
  const { folder, remove } = temporaryFolder('webgpu-rnn-bench-');
  const browser = await openBrowser({
    folder,
    headers: {
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    },
    webgl: true,
  }).catch((error) => {
    remove();
    throw error;
  });
  const forget = onInterruption(() => browser.close());
  return {
    name: 'browser',
    browser: await versionOf(browser),
    run: (errand, request, milliseconds = LONGEST) =>
      unlessEnding(async () => {
        const opened = await browser.open('bench/.build/page/page.html');
        let timer: NodeJS.Timeout | undefined;
        try {
          await opened.page.waitForFunction('globalThis.benchErrands');
          const answer = opened.page.evaluate(
            (name, text) => globalThis.benchErrands[name as 'pair'](JSON.parse(text)),
            errand as string,
            JSON.stringify(request ?? null),
          );
          const late = new Promise<never>((_, reject) => {
            timer = setTimeout(() => reject(new Error(tooLong(milliseconds))), milliseconds);
          });
          return (await Promise.race([answer, late])) as never;
        } finally {
          clearTimeout(timer);
          await opened.close();
        }
      }),
    async close() {
      await browser.close();
      forget();
      remove();
    },
  };
}

async function versionOf(browser: Browser): Promise<string> {
  const opened = await browser.open('bench/.build/page/page.html');
  const version = await opened.page.browser().version();
  await opened.close();
  return version;
}

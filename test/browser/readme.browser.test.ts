// The README's snippet in a real browser: it trains, its loss falls, and the console shows nothing else.
import { expect, test } from 'vitest';
import { withBrowser } from '../harness/browser.ts';
import { perplexities, readmeSnippet } from '../harness/readme.ts';

test('the README snippet trains in Chromium', () =>
  withBrowser(async (browser) => {
    const snippet = readmeSnippet().replace("'webgpu-rnn'", "'/src/index.ts'");
    const opened = await browser.open({ module: `${snippet}\nglobalThis.finished = true;` });
    await opened.page.waitForFunction('globalThis.finished', { timeout: 100_000 });
    const values = perplexities(opened.console);
    expect(values).toHaveLength(8);
    expect(values.at(-1)).toBeLessThan(0.5 * values[0]);
    // Eight epochs and the text at the end, nothing else.
    expect(opened.console).toHaveLength(9);
    opened.assertClean();
  }));

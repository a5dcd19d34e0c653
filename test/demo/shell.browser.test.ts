// The demo page as a whole: tabs, themes, links, what it says where there is no GPU or the GPU goes, and whom it is usable for.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OpenPage } from '../harness/browser.ts';
import { type Demo, openDemo } from './open_demo.ts';

const axeSource = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const tabs = ['write', 'remember', 'forecast', 'tag', 'speed'];

let demo: Demo;

beforeAll(async () => {
  demo = await openDemo();
});
afterAll(() => demo?.close());

/** Opens the page, uses it, and expects a clean console afterwards. */
async function withPage(
  hash: string,
  use: (opened: OpenPage) => Promise<void>,
  viewport?: { width: number; height: number },
): Promise<void> {
  const opened = await demo.open(hash, viewport);
  try {
    await use(opened);
    opened.assertClean();
  } finally {
    await opened.close();
  }
}

const shown = (tab: string) => `#panel-${tab}:not([hidden]) .tab-body > *`;
const pressed = (label: string) => `::-p-aria([name="${label}"][role="button"])`;

test('paints within a second, before a tab or the library has come', async () => {
  await withPage('', async ({ page, evaluate }) => {
    await page.waitForSelector(shown('write'));
    const painted = await evaluate(
      () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.POSITIVE_INFINITY,
    );
    expect(painted).toBeLessThan(1000);
    const scripts = await evaluate(() =>
      [...document.querySelectorAll('script[src], link[rel=modulepreload]')].map(
        (element) => element.getAttribute('src') ?? element.getAttribute('href') ?? '',
      ),
    );
    expect(scripts.some((name) => name.includes('webgpu-rnn'))).toBe(false);
    const loaded = await evaluate(() =>
      performance.getEntriesByType('resource').map(({ name }) => name.split('/').at(-1) ?? ''),
    );
    expect(loaded.filter((name) => name.startsWith('tab-') && name.endsWith('.js'))).toHaveLength(1);
  });
});

test('tabs are moved through by the arrow keys, kept in the address, and walked back through', async () => {
  await withPage('', async ({ page, evaluate }) => {
    await page.waitForSelector(shown('write'));
    const list = await page.$$eval('[role=tab]', (all) => all.map((tab) => tab.id.replace('tab-', '')));
    expect(list).toEqual(tabs);
    await page.focus('#tab-write');
    const now = () =>
      evaluate(() => [
        location.hash.split('?')[0],
        document.activeElement?.id,
        document.querySelectorAll('[role=tab][aria-selected=true]').length,
        document.querySelectorAll('[role=tabpanel]:not([hidden])').length,
        document.querySelectorAll('[role=tab][tabindex="0"]').length,
      ]);
    await page.keyboard.press('ArrowRight');
    expect(await now()).toEqual(['#remember', 'tab-remember', 1, 1, 1]);
    await page.keyboard.press('End');
    expect(await now()).toEqual(['#speed', 'tab-speed', 1, 1, 1]);
    await page.keyboard.press('ArrowRight');
    expect(await now()).toEqual(['#write', 'tab-write', 1, 1, 1]);
    await page.waitForSelector(shown('write'));
    await page.goBack();
    await page.waitForSelector(shown('speed'));
  });
});

test('themes: the system’s, or the one that was chosen, which stays', async () => {
  await withPage('', async ({ page, evaluate }) => {
    const background = () => evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.waitForSelector(shown('write'));
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }]);
    const light = await background();
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
    const dark = await background();
    expect(dark).not.toBe(light);
    await page.focus('#theme input:checked');
    await page.keyboard.press('ArrowRight');
    expect(await background()).toBe(light);
    await page.reload();
    expect(await background()).toBe(light);
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }]);
    await page.waitForSelector('#theme input:checked');
    await page.focus('#theme input:checked');
    await page.keyboard.press('ArrowRight');
    expect(await background()).toBe(dark);
    await page.keyboard.press('ArrowRight');
  });
});

test('a link to a run opens its tab with its settings, and is renewed when one changes', async () => {
  await withPage('write?units=24', async ({ page, evaluate }) => {
    await page.waitForSelector(shown('write'));
    const units = await page.waitForSelector('::-p-aria([name="Units"])');
    expect(await units?.evaluate((input) => (input as HTMLInputElement).value)).toBe('24');
    await units?.click({ count: 3 });
    await page.keyboard.type('40');
    await page.keyboard.press('Tab');
    expect(await evaluate(() => location.hash)).toMatch(/^#write\?.*units=40/);
  });
});

test('a file that is dropped beside a drop zone does not take the visitor away', async () => {
  await withPage('', async ({ page, evaluate }) => {
    await page.waitForSelector(shown('write'));
    const prevented = await evaluate(() => {
      const event = new DragEvent('drop', { bubbles: true, cancelable: true });
      document.body.dispatchEvent(event);
      return event.defaultPrevented;
    });
    expect(prevented).toBe(true);
  });
});

describe.each(tabs)('%s', (tab) => {
  test('axe finds no violation, in light and dark, on a wide page and a phone', async () => {
    await withPage(tab, async (opened) => {
      const { page, evaluate } = opened;
      await page.waitForSelector(shown(tab));
      await page.addScriptTag({ content: axeSource });
      for (const [width, theme] of [
        [1280, 'light'],
        [360, 'dark'],
      ] as const) {
        await page.setViewport({ width, height: 800 });
        await page.emulateMediaFeatures([
          { name: 'prefers-color-scheme', value: theme },
          { name: 'prefers-reduced-motion', value: 'reduce' },
        ]);
        await new Promise((resolve) => setTimeout(resolve, 300));
        expect(await violations(opened)).toEqual([]);
        const overflow = await evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(overflow, 'CSS pixels that the page is wider than the window').toBeLessThanOrEqual(0);
      }
    });
  });
});

test('where the page has no WebGPU it says so and trains on the CPU', async () => {
  // An address that is not secure, as that of any host without https.
  const opened = await demo.browser.open(demo.url.replace('127.0.0.1', '0.0.0.0') + '#' + small, wide);
  const { page } = opened;
  try {
    await page.waitForSelector('::-p-text(no WebGPU here)');
    await page.waitForSelector('::-p-text(gives the page no GPU)');
    await (await page.waitForSelector(pressed('Go on with the CPU')))?.click();
    await page.waitForSelector('#adapter[data-device=cpu]');
    await page.waitForFunction(() => document.querySelectorAll('.banner').length === 0);
    await train(opened);
    await learnsFrom(opened, 1);
    opened.assertClean();
  } finally {
    await opened.close();
  }
});

test('a lost device is told, and a restart goes on with the last weights', async () => {
  await withPage(small, async (opened) => {
    const { page, evaluate } = opened;
    await train(opened);
    await page.waitForSelector('#adapter[data-device=webgpu]');
    await learnsFrom(opened, 1);
    // By then the page has been sent weights.
    await new Promise((resolve) => setTimeout(resolve, 6000));
    await evaluate(() => window.dispatchEvent(new Event('test:lose-device')));
    await page.waitForSelector('::-p-text(The last weights are kept)');
    await evaluate(() => document.getElementById('adapter')?.removeAttribute('data-device'));
    await (await page.waitForSelector(pressed('Restart on the GPU')))?.click();
    await page.waitForSelector('#adapter[data-device=webgpu]');
    await page.waitForFunction(() => document.querySelectorAll('.banner').length === 0);
    await learnsFrom(opened, 10);
  });
});

test('the page answers while a network learns', async () => {
  await withPage(small, async (opened) => {
    await train(opened);
    await learnsFrom(opened, 1);
    const longest = await opened.evaluate(async () => {
      let most = 0;
      let last = performance.now();
      for (const begin = last; last - begin < 2000; ) {
        await new Promise((resolve) => setTimeout(resolve));
        const now = performance.now();
        most = Math.max(most, now - last);
        last = now;
      }
      return most;
    });
    expect(longest, 'milliseconds for which the page was deaf').toBeLessThan(200);
  });
});

test('axe finds no violation in a page that is full of results', async () => {
  await withPage(small, async (opened) => {
    await train(opened);
    await learnsFrom(opened, 5);
    await opened.page.addScriptTag({ content: axeSource });
    expect(await violations(opened)).toEqual([]);
  });
});

/** Waits until the write tab shows at least so many steps, and then more of them. */
async function learnsFrom({ page }: OpenPage, least: number): Promise<void> {
  const steps = (from: number) =>
    page.waitForFunction(
      (at) => {
        const stat = [...document.querySelectorAll('#panel-write .stat')].find(
          (element) => element.querySelector('dt')?.textContent === 'Steps',
        );
        const shown = Number(stat?.querySelector('dd')?.textContent?.replace(/\D/g, ''));
        return shown >= at && shown;
      },
      { timeout: 60_000 },
      from,
    );
  const now = Number(await (await steps(least)).jsonValue());
  await steps(now + 1);
}

const small = 'write?units=8&layers=1&batch=4&window=8';
const wide = { width: 1280, height: 900 };

async function train({ page }: OpenPage): Promise<void> {
  await page.waitForSelector(shown('write'));
  await (await page.waitForSelector('#panel-write .button.primary:not(:disabled)'))?.click();
}

/** What axe, which the page has loaded, finds wrong with it. */
async function violations({ evaluate }: OpenPage): Promise<string[]> {
  return evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
    const { violations: found } = await axe.run(document);
    return found.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((n) => n.html).join(' | ')}`);
  });
}

// The demo page as a whole: tabs, themes, links, what it says where there is no GPU or the GPU goes, and whom it is usable for.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OpenPage } from '../harness/browser.ts';
import {
  click,
  expectAccessible,
  figure,
  inWorker,
  kept,
  learnsFrom,
  loseDevice,
  train,
  visible,
} from './acts.ts';
import { type Demo, openDemo } from './open_demo.ts';

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

const small = 'write?units=8&layers=1&batch=4&window=8';
const wide = { width: 1280, height: 900 };
const shown = (tab: string) => `#panel-${tab}:not([hidden]) .tab-body > *`;

test('paints within a second, before a tab or the library has come', async () => {
  await withPage('', async ({ page, evaluate }) => {
    await page.waitForSelector(shown('write'));
    const painted = await evaluate(
      () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.POSITIVE_INFINITY,
    );
    expect(painted).toBeLessThan(1000);
    const loaded = await evaluate(() =>
      (performance.getEntriesByType('resource') as PerformanceResourceTiming[]).map((entry) => ({
        name: entry.name.split('/').at(-1) ?? '',
        bytes: entry.decodedBodySize,
      })),
    );
    expect(loaded.filter(({ name }) => name.startsWith('tab-') && name.endsWith('.js'))).toHaveLength(1);
    // The library is the worker's alone.
    expect(loaded.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(250_000);
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

test('a file that is dropped beside a drop zone does not take the visitor away; text goes where it goes', async () => {
  await withPage('', async ({ page, evaluate }) => {
    await page.waitForSelector(shown('write'));
    const prevented = await evaluate(() =>
      [new File(['a'], 'a.txt'), 'a text'].map((dragged) => {
        const dataTransfer = new DataTransfer();
        if (typeof dragged === 'string') dataTransfer.items.add(dragged, 'text/plain');
        else dataTransfer.items.add(dragged);
        const event = new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer });
        document.body.dispatchEvent(event);
        return event.defaultPrevented;
      }),
    );
    expect(prevented).toEqual([true, false]);
  });
});

test('axe finds no violation in any tab before something is trained', async () => {
  await withPage('', async (opened) => {
    for (const tab of tabs) {
      await opened.evaluate((id) => {
        location.hash = id;
      }, tab);
      await opened.page.waitForSelector(shown(tab));
      await expectAccessible(opened, ['narrow']);
    }
  });
});

test('where the page has no WebGPU it says so and trains on the CPU', async () => {
  // An address that is not secure, as that of any host without https.
  const opened = await demo.browser.open(demo.url.replace('127.0.0.1', '0.0.0.0') + '#' + small, wide);
  const { page } = opened;
  try {
    await page.waitForSelector('::-p-text(no WebGPU here)');
    await page.waitForSelector('::-p-text(gives the page no GPU)');
    // The way out is still there when what offered it is closed.
    await click(opened, 'Close');
    await click(opened, 'Use the CPU');
    await page.waitForSelector('#adapter[data-device=cpu]');
    await page.waitForFunction(() => document.querySelectorAll('.banner').length === 0);
    await train(opened);
    await learnsFrom(opened, 1);
    opened.assertClean();
  } finally {
    await opened.close();
  }
});

test('a lost device and a worker that ends are told, and a restart goes on with the last weights', async () => {
  await withPage(small, async (opened) => {
    const { page } = opened;
    await train(opened);
    const steps = await learnsFrom(opened, 1);
    await kept(opened);
    await loseDevice(opened);
    // A banner that was closed is shown again when the tab wants to compute.
    await visible(opened, 'The GPU was lost');
    await click(opened, 'Close');
    await page.click('#tab-speed');
    await page.click('#tab-write');
    await visible(opened, 'The last weights are kept');
    await visible(opened, 'Download the last weights');
    await click(opened, 'Restart on the GPU');
    await page.waitForFunction(() => document.querySelectorAll('.banner').length === 0);
    await learnsFrom(opened, Math.max(2, steps - 3));

    await inWorker(opened, 'write', () => {
      setTimeout(() => {
        throw new Error('a mistake of ours');
      });
    });
    await visible(opened, 'has ended (Uncaught Error: a mistake of ours). The last weights are kept.');
    await visible(opened, 'Restart on the GPU');
  });
});

test('what does not fit into memory is told with its size; smaller settings do, and a full device is restarted', async () => {
  await withPage(small, async (opened) => {
    const { page } = opened;
    await page.waitForSelector('#adapter[data-device=webgpu]');
    await inWorker(opened, 'write', () => {
      const at = GPUDevice.prototype;
      const { pushErrorScope, popErrorScope } = at;
      const scopes: GPUErrorFilter[] = [];
      Object.assign(self, { full: true });
      at.pushErrorScope = function (filter) {
        Object.assign(self, { device: this });
        scopes.push(filter);
        return pushErrorScope.call(this, filter);
      };
      at.popErrorScope = async function () {
        const filter = scopes.pop();
        const error = await popErrorScope.call(this);
        const { full } = self as unknown as { full: boolean };
        return full && filter === 'out-of-memory' ? new GPUOutOfMemoryError('no memory') : error;
      };
    });
    await train(opened);
    await visible(opened, 'There is not enough memory for this: the GPU has no memory for');
    expect(await page.$eval('.banner', (banner) => banner.textContent)).toMatch(
      /no memory for [\d.]+ [KM]B; use a smaller batch, window or model\./,
    );
    await visible(opened, 'Go on with the CPU');
    await click(opened, 'Close');
    await inWorker(opened, 'write', () => Object.assign(self, { full: false }) && undefined);
    await train(opened);
    await learnsFrom(opened, 1);
    await kept(opened);
    await inWorker(opened, 'write', () => {
      const { device } = self as unknown as { device: GPUDevice };
      const error = new GPUOutOfMemoryError('an allocation failed');
      device.dispatchEvent(new GPUUncapturedErrorEvent('uncapturederror', { error }));
    });
    await visible(opened, 'The GPU has no memory left (an allocation failed)');
    await visible(opened, 'The last weights are kept');
    await click(opened, 'Go on with the CPU');
    await page.waitForSelector('#adapter[data-device=cpu]');
    await learnsFrom(opened, 1);
    // A worker that ends without a word, as a browser ends it that is short of memory.
    await inWorker(opened, 'write', () => self.close());
    await visible(opened, 'The work in the background has ended. The last weights are kept.');
  });
});

test('the page answers while a network learns; in the background it learns on undrawn; a sleep is told and is not counted in its speed', async () => {
  await withPage(small, async (opened) => {
    const { page, evaluate } = opened;
    await train(opened);
    const first = await learnsFrom(opened, 3);
    // No measure of speed: a page that computes itself is deaf for whole steps, in every second.
    const longest = await evaluate(async () => {
      const windows: number[] = [];
      while (windows.length < 4 && !(windows.at(-1)! < 500)) {
        let most = 0;
        let last = performance.now();
        for (const begin = last; last - begin < 1000; ) {
          await new Promise((resolve) => setTimeout(resolve));
          const now = performance.now();
          most = Math.max(most, now - last);
          last = now;
        }
        windows.push(most);
      }
      return windows.at(-1);
    });
    expect(longest, 'milliseconds for which the page was deaf').toBeLessThan(500);
    await evaluate(() => {
      const at = CanvasRenderingContext2D.prototype;
      const { clearRect } = at;
      Object.assign(window, { drawn: 0 });
      at.clearRect = function (...place) {
        (window as unknown as { drawn: number }).drawn++;
        clearRect.apply(this, place);
      };
    });
    const drawn = (): Promise<number> => evaluate(() => (window as unknown as { drawn: number }).drawn);
    // Held still for a while, the page comes to itself in the background.
    const session = await page.createCDPSession();
    await session.send('Page.setWebLifecycleState', { state: 'frozen' });
    await new Promise((resolve) => setTimeout(resolve, 500));
    await session.send('Page.setWebLifecycleState', { state: 'active' });
    expect(await evaluate(() => document.hidden)).toBe(true);
    const before = await drawn();
    const later = await learnsFrom(opened, first + 5);
    expect(await drawn()).toBe(before);
    for (const enabled of [false, true])
      await session.send('Emulation.setFocusEmulationEnabled', { enabled });
    expect(await evaluate(() => document.hidden)).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const after = (await drawn()) - before;
    expect(after).toBeGreaterThan(0);
    // Two charts, ten times a second at most.
    expect(after).toBeLessThan(2 * 12);

    const speed = () => figure(opened, 'Tokens a second');
    const awake = await speed();
    const night = (): void => {
      const hours = 8 * 3600 * 1000;
      const [now, date] = [performance.now.bind(performance), Date.now];
      performance.now = () => now() + hours;
      Date.now = () => date() + hours;
    };
    await inWorker(opened, 'write', night);
    await visible(opened, 'for 8 hours. What was at work goes on');
    await learnsFrom(opened, later + 2);
    expect(await speed()).toBeGreaterThan(0.02 * awake);

    // A device that does not outlive the night.
    await kept(opened);
    await inWorker(opened, 'write', night);
    await loseDevice(opened);
    await visible(opened, 'The GPU was lost while the computer slept (Device was destroyed');
    await visible(opened, 'The last weights are kept.');
  });
});

test('axe finds no violation in tabs that are full of results; work rests while Speed measures, and all that is lost has one banner', async () => {
  await withPage(small, async (opened) => {
    const { page, evaluate } = opened;
    await train(opened);
    await learnsFrom(opened, 5);
    await click(opened, 'Pause');
    await visible(opened, 'Go on');
    await expectAccessible(opened);
    const learned = await figure(opened, 'Steps');
    await page.click('#tab-remember');
    await click(opened, 'Train');
    await page.waitForSelector('#panel-remember .heatmap canvas');
    await click(opened, 'Pause');
    await visible(opened, 'Go on');
    await expectAccessible(opened);

    // Walking back leaves everything as it stands.
    await page.goBack();
    await page.waitForSelector(shown('write'));
    expect(await evaluate(() => location.hash)).toContain('units=8');
    expect(await figure(opened, 'Steps')).toBe(learned);
    await click(opened, 'Go on');
    await learnsFrom(opened, learned);
    await evaluate(() => {
      location.hash = 'speed?work=S&peers=none';
    });
    await click(opened, 'Measure');
    await visible(opened, 'the work of other tabs rests');
    // Where the page is scrolled to its end, too.
    const top = await evaluate(() => {
      scrollTo(0, document.body.scrollHeight);
      return document.querySelector('.banner')?.getBoundingClientRect().top ?? -1;
    });
    expect(top).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 300)); // for what is on its way
    const rested = await figure(opened, 'Steps');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await figure(opened, 'Steps')).toBe(rested);
    await click(opened, 'Stop measuring');
    await learnsFrom(opened, rested);
    await loseDevice(opened);
    await visible(opened, 'The GPU was lost');
    expect(await page.$$eval('.banner.error', (all) => all.length)).toBe(1);
  });
});

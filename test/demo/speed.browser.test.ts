// The tab "Speed" in a browser: engines beside each other, one that cannot take part, stopping, and what is copied.
import fs from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SpeedResult } from '../../demo/src/tabs/speed/protocol.ts';
import type { OpenPage } from '../harness/browser.ts';
import { click, expectAccessible, loseDevice, visible } from './acts.ts';
import { type Demo, openDemo } from './open_demo.ts';

const minutes = 60_000;
const hasPeers = fs.existsSync(
  new URL('../../bench/node_modules/@tensorflow/tfjs-core/package.json', import.meta.url),
);

let demo: Demo;

beforeAll(async () => {
  demo = await openDemo();
});
afterAll(() => demo?.close());

const button = (label: string) => `::-p-xpath(//*[@id="panel-speed"]//button[.="${label}"])`;

async function measure({ page }: OpenPage): Promise<void> {
  await page.waitForSelector(button('Measure'));
  await page.click(button('Measure'));
  await page.waitForSelector(button('Stop'));
}

/** Waits for the end of a measurement, and gives what the button copies. */
async function measured({ page, evaluate }: OpenPage): Promise<SpeedResult> {
  await page.waitForFunction(
    () =>
      [...document.querySelectorAll('#panel-speed button')].some(
        ({ textContent }) => textContent === 'Measure',
      ),
    { timeout: 4 * minutes },
  );
  await evaluate(() => {
    Object.defineProperty(navigator, 'clipboard', {
      value: { writeText: async (text: string) => void Object.assign(window, { copied: text }) },
    });
  });
  await page.click(button('Copy the result as JSON'));
  return JSON.parse(await evaluate(() => (window as unknown as { copied: string }).copied));
}

test(
  'our step is measured alone where no other library is asked for',
  async () => {
    const opened = await demo.open('speed?work=S&runs=3&peers=none');
    await measure(opened);
    // A lost device interrupts it; it begins anew with the restart.
    await opened.page.waitForFunction(() =>
      /warming up|block/.test(document.querySelector('.speed-bars')?.textContent ?? ''),
    );
    await loseDevice(opened);
    await visible(opened, 'begins anew after a restart');
    await opened.page.waitForSelector(button('Measure'));
    await click(opened, 'Restart on the GPU');
    await opened.page.waitForSelector(button('Stop'));
    const result = await measured(opened);
    expect(result.work).toMatchObject({ name: 'S', cell: 'lstm', H: 64 });
    expect(result.rested).toEqual([]);
    expect(result.adapter).toMatch(/swiftshader|nvidia|amd|intel|apple/i);
    const [ours, ...others] = result.engines;
    expect(others).toEqual([]);
    expect(ours.times).toHaveLength(3);
    expect(ours.milliseconds!.median).toBeGreaterThan(0);
    expect(ours.lossDifference).toBeLessThan(1e-4);
    const rows = await opened.evaluate(() => document.querySelectorAll('#panel-speed tbody tr').length);
    expect(rows).toBe(1);
    // Nor does a device that goes while nothing is measured take the tab with it.
    await loseDevice(opened);
    await visible(opened, 'the next measurement starts it again');
    await click(opened, 'Close');
    await measure(opened);
    await opened.page.waitForFunction(() =>
      /warming up|block/.test(document.querySelector('.speed-bars')!.textContent),
    );
    opened.assertClean();
    await opened.close();
  },
  5 * minutes,
);

test.runIf(hasPeers)(
  'TensorFlow.js takes part with the same losses; what cannot start here says why',
  async () => {
    // The browser of this test has no WebGL.
    const opened = await demo.open('speed?work=S&runs=3&cell=rnn&peers=webgl.wasm');
    await measure(opened);
    const { engines } = await measured(opened);
    expect(engines.map(({ engine }) => engine)).toEqual(['webgpu-rnn webgpu', 'tfjs webgl', 'tfjs wasm']);
    const [ours, webgl, wasm] = engines;
    expect(webgl.reason ?? webgl.times.length).toBeTruthy();
    expect(wasm.times.length).toBeGreaterThanOrEqual(3);
    expect(wasm.lossDifference).toBeLessThan(1e-4);
    expect(wasm.ratio!.median).toBeGreaterThan(0);
    expect(ours.times.length).toBeGreaterThanOrEqual(3);
    const widths = await opened.evaluate(() =>
      [...document.querySelectorAll('#panel-speed .speed-bar')].map((bar) => bar.clientWidth),
    );
    expect(widths[0]).toBeGreaterThan(0);
    expect(widths[2]).toBeGreaterThan(0);
    await expectAccessible(opened);
    await opened.close();
  },
  5 * minutes,
);

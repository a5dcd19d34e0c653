// The tab that forecasts: it trains several networks, pauses, judges the curves, and reads files, good and bad.
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { ElementHandle } from 'puppeteer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OpenPage } from '../harness/browser.ts';
import { click, expectAccessible, kept, loseDevice, patience, textOf, visible } from './acts.ts';
import { type Demo, openDemo } from './open_demo.ts';

let demo: Demo;
let folder: string;
beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'series-'));
  demo = await openDemo();
});
afterAll(async () => {
  await demo?.close();
  await fs.rm(folder, { recursive: true, force: true });
});

const small = 'length=140&window=8&units=6&rate=0.02';

async function drop(page: OpenPage, name: string, contents: string | Uint8Array): Promise<void> {
  const file = path.join(folder, name);
  await fs.writeFile(file, contents);
  const input = await page.page.waitForSelector('.forecast input[type=file]');
  await (input as ElementHandle<HTMLInputElement>).uploadFile(file);
}

test('two networks learn a series, pause, and are judged beside the naive forecast', async () => {
  const opened = await demo.open(`forecast?${small}&epochs=20&runs=2`);
  const { page } = opened;
  await visible(opened, 'repeats the last value it saw');
  await click(opened, 'Train');
  // In one go: a fast job would be done before the next look.
  await page.waitForFunction(() => {
    const [, epoch] = document.querySelectorAll('.forecast .stat dd');
    const begun = Number(epoch?.textContent) >= 2;
    if (begun) document.querySelector<HTMLElement>('.forecast .button.primary')?.click();
    return begun;
  }, patience);
  await visible(opened, 'Go on');
  const epoch = await textOf(opened, '.forecast .stats');
  await kept(opened);
  expect(await textOf(opened, '.forecast .stats')).toBe(epoch);
  // A restart rests as it did before, and goes on from there.
  await loseDevice(opened);
  await visible(opened, 'The last weights are kept');
  await click(opened, 'Restart on the GPU');
  await page.waitForFunction(() => document.querySelectorAll('.banner').length === 0);
  await click(opened, 'Go on');
  await visible(opened, 'Train anew');
  expect(await textOf(opened, '.verdict-word')).toMatch(
    /^(Underfit|Good fit|Overfit|Unclear|No better than naive)$/,
  );
  expect(await textOf(opened, '.errors')).toMatch(/Networks, 2 seeds\s+0\.\d+ ± 0\.\d+/);

  // The loss fell: the chart says so in words.
  const curve = await page.$$eval('.chart-place', (places) =>
    places.map((it) => it.getAttribute('aria-label') ?? '').find((it) => it.startsWith('Loss')),
  );
  const [, last, , most] = /training: ([\d.]+) at the end, between ([\d.]+) and ([\d.]+)/.exec(curve!)!;
  expect(Number(last)).toBeLessThan(0.7 * Number(most));
  expect(page.url()).toContain('runs=2');
  await expectAccessible(opened);

  // Other settings are another run: nothing of this one stays, nor can be kept under their name.
  await click(opened, 'Overfit');
  await visible(opened, 'The curves are judged when a run has ended');
  expect(await textOf(opened, '.forecast .stats')).not.toMatch(/\d/);
  await click(opened, 'Save in this browser');
  await visible(opened, 'There is no model yet');
  opened.assertClean();
  await opened.close();
});

test('early stopping ends a run and its best epoch is told', async () => {
  const opened = await demo.open(`forecast?series=walk&${small}&epochs=60&runs=1&patience=2`);
  await click(opened, 'Train');
  await visible(opened, 'Train anew');
  const [, epoch] = await opened.page.$$eval('.forecast .stat dd', (all) => all.map((it) => it.textContent));
  expect(Number(epoch)).toBeLessThan(60);
  opened.assertClean();
  await opened.close();
});

test('a file with columns is taken, and one without numbers is refused in plain words', async () => {
  const opened = await demo.open(`forecast?${small}&epochs=2&runs=1`);
  const { page } = opened;
  await visible(opened, 'repeats the last value it saw');
  const rows = Array.from({ length: 120 }, (_, i) => `2024-01-01,${Math.sin(i / 3).toFixed(3)},"${i}"`);
  const tides = `day,height,"hours, all"\n${rows.join('\n')}\n`;
  await drop(opened, 'tides.csv', tides);
  await visible(opened, '“tides.csv”, 120 values');
  const names = await page.$$eval('.forecast select option', (all) => all.map((it) => it.textContent));
  expect(names.slice(-2)).toEqual(['height', 'hours, all']);
  const [, column] = await page.$$('.forecast .panel:first-child select');
  await column.select('height');
  await click(opened, 'Train');
  await visible(opened, 'Train anew');

  // Its network forecasts the file again in another visit, without training.
  const errors = await textOf(opened, '.errors');
  await click(opened, 'Save in this browser');
  await page.waitForSelector('.forecast .models li');
  await page.goto(page.url().replace(/#.*/, '#forecast'));
  await page.reload();
  await click(opened, 'Open');
  await visible(opened, 'This network learned the column “height” of “tides.csv”');
  await drop(opened, 'tides.csv', tides);
  await visible(opened, '“tides.csv”, 120 values');
  await page.waitForFunction(
    (wanted) => (document.querySelector('.errors') as HTMLElement).innerText === wanted,
    patience,
    errors,
  );
  await visible(opened, 'Train anew');

  await drop(opened, 'words.csv', 'a,b\nno,numbers\n');
  await visible(opened, 'No column of this file is made of numbers');
  await drop(opened, 'few.csv', 'value\n1\n2\n3\n');
  await visible(opened, 'at least 60 rows; this file has 3');
  await drop(opened, 'picture.csv', Uint8Array.of(0x89, 0x50, 0, 0, 0xff, 0xfe));
  await visible(opened, 'is not a text file');
  // What was there before is still there.
  await visible(opened, '“tides.csv”, 120 values');
  opened.assertClean();
  await opened.close();
});

test('a series that is too short for its window is told as such', async () => {
  const opened = await demo.open('forecast?length=60&window=90');
  await visible(opened, 'The series is too short');
  opened.assertClean();
  await opened.close();
});

// The tab that looks inside: it trains, pauses, is scrubbed by keyboard and pointer, finds its units, and keeps its model.
import type { ElementHandle } from 'puppeteer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OpenPage } from '../harness/browser.ts';
import { click, patience, textOf, visible } from './acts.ts';
import { type Demo, openDemo } from './open_demo.ts';

let demo: Demo;
beforeAll(async () => {
  demo = await openDemo();
});
afterAll(() => demo?.close());

function statOf(page: OpenPage, label: string): Promise<string> {
  return page.page.evaluate((text) => {
    const stat = [...document.querySelectorAll('.remember .stat')].find(
      (it) => it.querySelector('dt')?.textContent === text,
    );
    return stat?.querySelector('dd')?.textContent ?? '';
  }, label);
}

/** The step that the sequence, and so every map, stands at. */
const stepOf = (page: OpenPage) =>
  page.page.$eval('.strip [aria-current]', (element) => Number((element as HTMLElement).dataset.step));

test('a network learns to count, pauses, and shows the unit that counts', async () => {
  const opened = await demo.open('remember?most=150&n=6');
  const { page } = opened;
  await page.waitForSelector('.finding', patience);
  expect(await textOf(opened, '.finding')).toContain('No unit counts yet');
  await click(opened, 'Train');
  await page.waitForFunction(
    () => Number(document.querySelector('.remember .stat dd')?.textContent) > 5,
    patience,
  );
  const early = Number(await statOf(opened, 'loss'));
  await click(opened, 'Pause');
  await page.waitForFunction(
    () => [...document.querySelectorAll('button')].some((it) => it.textContent === 'Go on'),
    patience,
  );
  const paused = await statOf(opened, 'epochs');
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(await statOf(opened, 'epochs')).toBe(paused);
  expect(Number(paused)).toBeLessThan(150);

  // While it rests another sequence can be shown.
  await page.$eval('input[type=range]', (input) => {
    (input as HTMLInputElement).value = '4';
    input.dispatchEvent(new Event('input', { bubbles: true }));
  });
  await page.waitForFunction(() => document.querySelectorAll('.strip .cell').length === 9, patience);

  await click(opened, 'Go on');
  await visible(opened, 'Train on');
  expect(await statOf(opened, 'epochs')).toBe('150');
  expect(Number(await statOf(opened, 'loss'))).toBeLessThan(0.5 * early);
  expect(await textOf(opened, '.finding')).toMatch(/Unit \d+ counts: its cell state (rises|falls) by/);
  expect(await statOf(opened, 'right')).toMatch(/^\d+ of 14$/);

  // Scrubbed by the keyboard in one map, by the pointer in another: all follow.
  const [cell, hidden] = await page.$$('[role=slider].heatmap-place');
  await cell.focus();
  for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  expect(await stepOf(opened)).toBe(3);
  expect(await textOf(opened, '.unit-readout')).toMatch(/^“a”, unit 2: cell −?\d/);
  const box = (await hidden.boundingBox())!;
  await page.mouse.move(box.x + box.width - 4, box.y + box.height - 4);
  expect(await stepOf(opened)).toBe(8);
  expect(await textOf(opened, '.unit-readout')).toMatch(/^“b”, unit 10: /);

  // It runs from left to right by itself.
  await click(opened, 'Run from the start');
  await page.waitForFunction(() => document.querySelector('.strip .ahead') !== null, patience);
  await page.waitForFunction(
    () => (document.querySelector('.strip [aria-current]') as HTMLElement | null)?.dataset.step === '8',
    patience,
  );
  expect(page.url()).toContain('most=150&n=4');

  // In place of a lesson: the model of another tab, which there is none of yet.
  await page.select('#panel-remember select', 'written');
  await visible(opened, 'No model is open yet.');
  expect(await page.$('.heatmap-place').then((map) => map?.isVisible())).toBe(false);
  opened.assertClean();
  await opened.close();
});

test('a network learns to remember the A, and its model is kept and opened again', async () => {
  const opened = await demo.open('remember?task=memory');
  const { page } = opened;
  await click(opened, 'Train');
  await visible(opened, 'Train on');
  const why = await textOf(opened, '.finding');
  expect(why).toMatch(/Unit \d+ remembers the A: .* never by less than 0\.\d\d/s);
  expect(await statOf(opened, 'right')).toBe('both');
  await page.$eval('input[type=radio][value=B]', (input) => (input as HTMLInputElement).click());
  await page.waitForFunction(() => document.querySelector('.strip .cell b')?.textContent === 'B', patience);

  await click(opened, 'Save in this browser');
  await page.waitForSelector('.models li', patience);
  await page.reload({ waitUntil: 'load' });
  await page.waitForSelector('.finding', patience);
  expect(await textOf(opened, '.finding')).toContain('No unit remembers');
  await click(opened, 'Open');
  await page.waitForFunction(
    (text) => (document.querySelector('.finding') as HTMLElement)?.innerText === text,
    patience,
    why,
  );
  opened.assertClean();
  await opened.close();
});

test('a small model reads whatever is typed', async () => {
  const opened = await demo.open('remember?task=text&units=12&most=40');
  const { page } = opened;
  await page.waitForSelector('.strip .glyph', patience);
  await page.$eval('textarea', (area) => {
    (area as HTMLTextAreaElement).value = "say('é')\n";
    area.dispatchEvent(new Event('input', { bubbles: true }));
  });
  await page.waitForFunction(() => document.querySelectorAll('.strip .glyph').length === 9, patience);
  await visible(opened, '1 character that it never saw');
  await click(opened, 'Train');
  await visible(opened, 'Train on');
  expect(await statOf(opened, 'steps')).toBe('40');
  // It begins at the logarithm of the number of characters, about 4.5.
  expect(Number(await statOf(opened, 'loss'))).toBeLessThan(4);
  const found = await page.$$eval('.finding .role', (roles) => roles.map((it) => it.textContent));
  for (const role of ['quotes', 'brackets', 'line ends']) expect(found.join()).toContain(role);
  opened.assertClean();
  await opened.close();
});

test('a lost device takes neither the lesson nor its weights', async () => {
  const opened = await demo.open('remember?most=5000');
  const { page } = opened;
  await page.waitForSelector('.finding', patience);
  await click(opened, 'Train');
  const epochs = `Number(document.querySelector('.remember .stat dd').textContent.replace(',', ''))`;
  // Weights are kept every four seconds.
  await page.waitForFunction(`${epochs} > 20`, patience);
  // Neither a link with other epochs nor a file that is no model ends it.
  await page.evaluate(() => {
    location.hash = 'remember?most=4000';
  });
  const files = await page.$$('#panel-remember .drop-zone input');
  await (files.at(-1) as ElementHandle<HTMLInputElement>).uploadFile('package.json');
  await visible(opened, 'is not a whole safetensors file');
  await visible(opened, 'Pause');
  expect(page.url()).toContain('most=4000');
  const goesOn = (await page.evaluate(epochs)) as number;
  await new Promise((resolve) => setTimeout(resolve, 5000));
  expect((await page.evaluate(epochs)) as number).toBeGreaterThan(Math.max(20, goesOn));
  await page.evaluate(() => window.dispatchEvent(new Event('test:lose-device')));
  await visible(opened, 'The last weights are kept');
  await click(opened, 'Restart on the GPU');
  await page.waitForFunction(
    () => [...document.querySelectorAll('button')].some((it) => it.textContent === 'Pause'),
    patience,
  );
  // It does not begin at its beginning.
  const at = (await page.evaluate(epochs)) as number;
  await page.waitForFunction(`${epochs} > ${at + 5}`, patience);
  expect((await page.evaluate(epochs)) as number).toBeGreaterThan(20);
  expect(Number(await statOf(opened, 'loss'))).toBeLessThan(1.3);
  await click(opened, 'Pause');
  await opened.close();
});

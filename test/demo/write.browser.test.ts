// The writing tab in a real browser: it trains, writes, pauses, is looked into, saved, opened, and loses its device.
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OpenPage } from '../harness/browser.ts';
import { click, patience, textOf, visible } from './acts.ts';
import { type Demo, openDemo } from './open_demo.ts';

const tiny = 'write?corpus=fables&cell=gru&layers=1&units=24&window=12&batch=8&rate=0.01';
let demo: Demo;
let folder: string;

beforeAll(async () => {
  [demo, folder] = await Promise.all([openDemo(), fs.mkdtemp(path.join(os.tmpdir(), 'write-'))]);
});
afterAll(async () => {
  await demo?.close();
  if (folder) await fs.rm(folder, { recursive: true, force: true });
});

/** What the tab shows: its button, its state, and its numbers by their labels. */
async function look({ page }: OpenPage) {
  return page.evaluate(() => {
    const tab = document.querySelector('#panel-write') as HTMLElement;
    const text = (selector: string): string => tab.querySelector(selector)?.textContent ?? '';
    const stats = Object.fromEntries(
      [...tab.querySelectorAll('.stat')].map((s) => [
        s.querySelector('dt')?.textContent,
        s.querySelector('dd')?.textContent,
      ]),
    ) as Record<string, string>;
    return {
      button: text('.button.primary'),
      status: text('.write-status'),
      // NaN would not come out of the page.
      loss: Number(stats['Training loss']) || 99,
      validation: Number(stats['Validation loss']) || -1,
      steps: Number(stats.Steps?.replaceAll(',', '')) || -1,
      memory: stats['GPU memory'],
      written: tab.querySelectorAll('.write-sample span').length,
      banners: document.querySelector('#banners')?.textContent ?? '',
    };
  });
}

type Look = Awaited<ReturnType<typeof look>>;

async function until(open: OpenPage, holds: (now: Look) => boolean, seconds = 60): Promise<Look> {
  const end = Date.now() + 1000 * seconds;
  for (;;) {
    const now = await look(open);
    if (holds(now)) return now;
    if (Date.now() > end) throw new Error(`still ${JSON.stringify(now)}\n${open.problems.join('\n')}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Clicks the first button of the tab with this text. */
async function press({ page }: OpenPage, label: string): Promise<void> {
  await page.evaluate((wanted) => {
    const buttons = [...document.querySelectorAll<HTMLButtonElement>('#panel-write button, #banners button')];
    const found = buttons.find((b) => b.textContent === wanted);
    if (!found) throw new Error(`no button ${wanted}`);
    found.click();
  }, label);
}

async function start(settings = tiny): Promise<OpenPage> {
  const open = await demo.open(settings);
  await open.page.waitForSelector('#panel-write .button.primary');
  return open;
}

/** Chooses a file in the drop zone with this label. */
async function choose({ page }: OpenPage, label: string, file: string): Promise<void> {
  const zones = await page.$$('.tab-body .drop-zone');
  for (const zone of zones) {
    const text = await zone.evaluate((z) => z.textContent);
    if (!text?.includes(label)) continue;
    const input = (await zone.$('input')) as Awaited<ReturnType<typeof page.$<'input'>>>;
    await input!.uploadFile(file);
    return;
  }
  throw new Error(`no drop zone ${label}`);
}

test('it trains, writes, pauses, goes on and is looked into by pointer and keyboard', async () => {
  const open = await start();
  const { page } = open;
  await page.focus('#panel-write .button.primary');
  await page.keyboard.press('Enter');
  const first = await until(open, ({ loss }) => loss < 99);
  const later = await until(open, ({ loss, validation }) => loss < 2 && validation > 0);
  expect(later.loss).toBeLessThan(first.loss);
  expect(later.memory).toMatch(/[KM]B/);
  // The button that begins it keeps the focus, and the link has all settings of the run, those of the device too.
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Pause');
  for (const part of ['units=24', 'dropout=0', 'seed=1']) expect(page.url()).toContain(part);
  await until(open, ({ written }) => written > 40);

  await press(open, 'Pause');
  const rest = await until(open, ({ button }) => button === 'Go on');
  expect(rest.status).toMatch(/^GRU 1×24 rests at step [\d,]+ and goes on writing$/);
  await until(open, ({ written }) => written > rest.written + 10);
  expect((await look(open)).steps).toBe(rest.steps);

  // By pointer: ten alternatives, whose first is the likeliest.
  const spans = await page.$$('#panel-write .write-sample span');
  await spans.at(-3)!.hover();
  const detail = () =>
    page.$eval('#panel-write .write-distribution', (d) => ({
      headline: d.querySelector('.write-headline')?.textContent ?? '',
      bars: [...d.querySelectorAll('.write-percent')].map((p) => p.textContent),
    }));
  expect((await detail()).headline).toMatch(/ % likely, \w+ choice$/);
  expect((await detail()).bars).toHaveLength(10);
  // By keyboard: the cursor goes back from the end, is read aloud, and is let go by Escape.
  await page.mouse.move(0, 0);
  await page.focus('#panel-write .write-sample');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  expect(await page.$$eval('#panel-write .write-sample .here', (all) => all.length)).toBe(1);
  await page.waitForFunction(() =>
    /choice.*Others:/.test(document.querySelector('#live')?.textContent ?? ''),
  );
  await page.keyboard.press('Escape');
  expect(await page.$$eval('#panel-write .write-sample .here', (all) => all.length)).toBe(0);

  // Words of the visitor are read and marked.
  await page.type('#panel-write .write-begin input', 'The old fox');
  await page.keyboard.press('Enter');
  await page.waitForFunction(
    () => document.querySelectorAll('#panel-write .write-sample .given').length >= 13,
  );
  const given = await page.$$eval('#panel-write .write-sample .given', (all) =>
    all.map((s) => s.textContent).join(''),
  );
  expect(given).toContain('The old fox');

  await looksInside(open);
  await page.click('#tab-write');
  await press(open, 'Go on');
  await until(open, ({ steps }) => steps > rest.steps + 3);
  open.assertClean();
  await open.close();
});

/** Hands the model that is there over to the other tab, and looks at its units over texts. */
async function looksInside(open: OpenPage): Promise<void> {
  const { page } = open;
  await page.type('#panel-write input[placeholder=write]', 'young fox');
  await press(open, 'Save in this browser');
  await page.waitForSelector('#panel-write .models li');
  await press(open, 'Look inside');
  const maps = '#panel-remember .planes .heatmap-place';
  await page.waitForSelector(`${maps} canvas`, patience);
  expect(page.url()).toMatch(/#remember\?task=written$/);
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('panel-remember');
  expect(await page.$$eval(maps, (all) => all.map((it) => it.getAttribute('aria-label')))).toEqual([
    'Hidden state',
    'Update gate: what is kept',
    'Reset gate: what is seen',
    'Candidate: what is offered',
  ]);
  expect(await page.$('#panel-remember .empty').then((it) => it?.isVisible())).toBe(false);
  await visible(open, 'Now open: GRU 1×24 at step');
  await visible(open, 'characters of its own kind of text that it was not trained on');
  // Units that watch something are found, and the first of them is the one that the maps mark.
  const [found] = await page.$$eval('.finding.found', (all) => all.map((it) => it.textContent ?? ''));
  const [, unit] = /^Unit (\d+)watches .*correlation −?0\.[5-9]\d\)\.$/.exec(found) ?? [];
  expect(found).toContain(`Unit ${unit} watches`);
  const readout = () => textOf(open, '.unit-readout');
  expect(await readout()).toContain(`unit ${unit}: hidden`);

  // Scrubbed by keyboard: the last of 24 rows, and a column for each character.
  await page.focus(maps);
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  for (let row = 0; row < 24; row++) await page.keyboard.press('ArrowDown');
  expect(await readout()).toMatch(/unit 24: hidden −?\d\.\d\d · update \d+ % · reset \d+ %; next /);
  const said = await page.$eval(maps, (map) => map.getAttribute('aria-valuetext'));
  expect(said).toMatch(/^24, 2: −?-?\d/);
  await page.focus('.strip');
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  expect(await textOf(open, '#panel-remember .player output')).toMatch(/^2 of \d+: /);
  await page.$eval('#panel-remember textarea', (area) => {
    (area as HTMLTextAreaElement).value = 'The fox § said.\n';
    area.dispatchEvent(new Event('input', { bubbles: true }));
  });
  await page.waitForFunction(() => document.querySelectorAll('.strip .glyph').length === 15, patience);
  await visible(open, '1 character that it never saw is left out.');
  expect(await page.$eval(maps, (map) => map.getAttribute('aria-valuemax'))).toBe('14');

  // A file that is no model leaves this one; those that are saved in the other tab are at hand.
  const bad = path.join(folder, 'letter.safetensors');
  await fs.writeFile(bad, 'dear reader');
  await choose(open, 'Look into a model file', bad);
  await visible(open, 'letter is not a whole safetensors file');
  expect(await textOf(open, '#panel-remember .panel')).toContain('Now open: GRU 1×24');
  await click(open, 'Look inside');
  await visible(open, 'Now open: young fox');
}

test('a model is kept in the browser over a reload, opened, and goes on learning', async () => {
  const open = await start();
  const { page } = open;
  await press(open, 'Train');
  await until(open, ({ loss }) => loss < 2.2);
  await press(open, 'Pause');
  const rest = await until(open, ({ button }) => button === 'Go on');
  await press(open, 'Save in this browser');
  await page.waitForSelector('#panel-write .models li');
  const leaves = () => window.dispatchEvent(new Event('beforeunload', { cancelable: true }));
  expect(await page.evaluate(leaves)).toBe(true);
  await page.reload();
  await page.waitForSelector('#panel-write .models li');
  await press(open, 'Open');
  const opened = await until(open, ({ button, written }) => button === 'Go on' && written > 5);
  expect(opened.status).toBe(rest.status);
  await press(open, 'Go on');
  const on = await until(open, ({ loss }) => loss < 99);
  expect(on.loss).toBeLessThan(2.6);
  expect(on.steps).toBeGreaterThanOrEqual(rest.steps);

  // What is no model is refused, and the run goes on.
  const bad = path.join(folder, 'bad.safetensors');
  await fs.writeFile(bad, 'this is no model');
  await choose(open, 'Open a model file', bad);
  await until(open, ({ banners }) => /bad.*is not a whole safetensors file/.test(banners));
  await until(open, ({ steps }) => steps > on.steps);
  // What it has learned since is kept nowhere.
  await page.waitForFunction(() => !window.dispatchEvent(new Event('beforeunload', { cancelable: true })), {
    timeout: 20_000,
  });
  open.assertClean();
  await open.close();
});

/** Chooses a text of the visitor and waits until the tab names it. */
async function chooseText(open: OpenPage, file: string): Promise<void> {
  await choose(open, 'Your text', file);
  const named = (name: string): boolean =>
    document.querySelector('#panel-write .columns')?.textContent?.includes(`${name}: `) ?? false;
  await open.page.waitForFunction(named, {}, path.basename(file));
}

test('a text of the visitor is learned; what is none, or too short, is told in plain words', async () => {
  const open = await start();
  const { page } = open;
  await page.select('#panel-write select', 'own');
  await press(open, 'Train');
  await until(open, ({ banners }) => banners.includes('There is no text of your own yet'));
  const file = async (name: string, contents: string | Uint8Array): Promise<string> => {
    const place = path.join(folder, name);
    await fs.writeFile(place, contents);
    return place;
  };
  await choose(open, 'Your text', await file('photo.txt', new Uint8Array([137, 80, 78, 71, 0, 0, 1, 2])));
  await until(open, ({ banners }) => banners.includes('photo.txt is not a text but a binary file'));
  await chooseText(open, await file('short.txt', 'short'));
  await press(open, 'Train');
  await until(open, ({ banners }) => /short\.txt is too short: it has 5 characters/.test(banners));
  await choose(open, 'Your text', await file('huge.txt', 'a'.repeat(21 * 2 ** 20)));
  await until(open, ({ banners }) => /huge\.txt.*at most 20 MB/.test(banners));
  await chooseText(open, await file('good.txt', 'tick tock said the clock\n'.repeat(200)));
  await press(open, 'Train');
  await until(open, ({ loss }) => loss < 1.5);

  // What has learned it does not go on with another text.
  await page.type('#panel-write input[placeholder=write]', 'clock');
  await press(open, 'Save in this browser');
  await page.waitForSelector('#panel-write .models [aria-label="Open clock"]');
  await page.reload();
  await page.waitForSelector('#panel-write .models [aria-label="Open clock"]');
  await press(open, 'Open');
  await until(open, ({ button }) => button === 'Go on');
  await press(open, 'Go on');
  await until(open, ({ banners }) => banners.includes('There is no text of your own yet'));
  await chooseText(open, path.join(folder, 'good.txt'));
  await press(open, 'Go on');
  await until(open, ({ loss }) => loss < 2);
  open.assertClean();
  await open.close();
});

test('a lost device is told, and a restart goes on from the last weights, on the GPU or the CPU', async () => {
  const open = await start();
  const { page } = open;
  await press(open, 'Train');
  await until(open, ({ loss }) => loss < 1.8);
  // Long enough for the weights to be kept after that.
  await new Promise((resolve) => setTimeout(resolve, 5000));
  const before = await look(open);
  await page.evaluate(() => window.dispatchEvent(new Event('test:lose-device')));
  await until(open, ({ banners }) => /GPU was lost.*last weights are kept/.test(banners));
  expect((await look(open)).status).toMatch(/after a restart/i);
  await press(open, 'Restart on the GPU');
  const after = await until(open, ({ steps, button }) => button === 'Pause' && steps > before.steps);
  expect(after.loss).toBeLessThan(2);
  // Once more, and on with the CPU.
  await new Promise((resolve) => setTimeout(resolve, 5000));
  await page.evaluate(() => window.dispatchEvent(new Event('test:lose-device')));
  await until(open, ({ banners }) => /last weights are kept/.test(banners));
  await press(open, 'Go on with the CPU');
  const cpu = await until(open, ({ steps, button }) => button === 'Pause' && steps > after.steps);
  expect(cpu.loss).toBeLessThan(2);
  // Other settings take effect with a new run, that begins while the old one ends.
  await page.$$eval('#panel-write input[type=number]', (all) => {
    const units = all.find((input) => input.closest('.field')?.textContent?.includes('Units'));
    (units as HTMLInputElement).value = '12';
    units!.dispatchEvent(new Event('change'));
  });
  await press(open, 'Start anew with them');
  await until(open, ({ status, steps }) => status === 'GRU 1×12 is learning' && steps > 0);
  await press(open, 'Reset');
  const empty = await until(open, ({ button }) => button === 'Train');
  expect(empty.written).toBe(0);
  await open.close();
});

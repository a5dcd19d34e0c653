// The tab "Tag and translate" in a browser: both lessons learn, answer what is typed, stop, go on, and survive.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OpenPage } from '../harness/browser.ts';
import { expectAccessible, kept, loseDevice } from './acts.ts';
import { type Demo, openDemo } from './open_demo.ts';

let demo: Demo;

beforeAll(async () => {
  demo = await openDemo();
});
afterAll(() => demo?.close());

const lesson = '#panel-tag .tag > .stack:not([hidden])';
const button = (label: string) =>
  `::-p-xpath(//*[@id="panel-tag"]//div[contains(@class,"stack") and not(@hidden)]//button[.="${label}"])`;

/** The text of a figure of the lesson that is shown. */
function figure({ evaluate }: OpenPage, label: string): Promise<string> {
  return evaluate(
    (within, wanted) =>
      [...document.querySelectorAll(`${within} .stat`)]
        .find((one) => one.querySelector('dt')?.textContent === wanted)
        ?.querySelector('dd')?.textContent ?? '',
    lesson,
    label,
  );
}

const numberOf = async (opened: OpenPage, label: string) =>
  Number((await figure(opened, label)).replace(/[^\d.-]/g, '') || Number.NaN);

async function until(opened: OpenPage, what: string, done: () => Promise<boolean>): Promise<void> {
  const begun = Date.now();
  while (!(await done())) {
    opened.assertClean();
    if (Date.now() - begun > 90_000) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const trainedTo = (opened: OpenPage, step: number) =>
  until(opened, `update ${step}`, async () => (await numberOf(opened, 'updates')) >= step);

test('the segmenter learns, is paused, answers what is typed, and starts over', async () => {
  const opened = await demo.open('tag?units=16&rate=0.03');
  const { page, evaluate } = opened;
  await page.waitForSelector(button('Train'));
  await until(
    opened,
    'the first measurement',
    async () => (await figure(opened, 'F1 of held-out words')) !== '–',
  );
  const untrained = await numberOf(opened, 'F1 of held-out words');
  await page.click(button('Train'));
  await trainedTo(opened, 1);
  const first = await numberOf(opened, 'loss');
  await trainedTo(opened, 40);
  await page.click(button('Pause'));
  await page.waitForSelector(button('Train'));
  await until(opened, 'the loss to fall', async () => (await numberOf(opened, 'loss')) < 0.8 * first);
  await until(
    opened,
    'a measurement',
    async () => (await numberOf(opened, 'F1 of held-out words')) > untrained,
  );
  await page.type(`${lesson} textarea[maxlength="320"]`, 'again');
  await page.waitForFunction(
    (within) => document.querySelectorAll(`${within} .tag-cells > *`).length === 73,
    {},
    lesson,
  );
  const words = await evaluate(
    (within) => document.querySelector(`${within} .tag-found`)?.textContent ?? '',
    lesson,
  );
  expect(words.replaceAll(' ', '')).toBe(
    'thepatientkeepercarriedthesilverlampacrossthefrozenharbourbeforenoonagain',
  );
  const stopped = await numberOf(opened, 'updates');
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect(await numberOf(opened, 'updates')).toBe(stopped);
  expect(await evaluate((within) => document.querySelectorAll(`${within} .tag-rows li`).length, lesson)).toBe(
    6,
  );
  await expectAccessible(opened);
  await page.click(button('Reset'));
  await until(opened, 'a new beginning', async () => (await numberOf(opened, 'updates')) === 0);
  opened.assertClean();
  await opened.close();
});

test('a text of one’s own that is too short is refused in plain words', async () => {
  const opened = await demo.open('tag?units=8');
  const { page } = opened;
  await page.waitForSelector(button('Train'));
  await page.select(`${lesson} select`, 'own');
  await page.type(`${lesson} .tag-own textarea`, 'only four words here');
  await page.keyboard.press('Tab');
  await page.waitForFunction(() => document.getElementById('banners')?.textContent?.includes('too short'), {
    timeout: 60_000,
  });
  await page.waitForFunction(
    (within) => document.querySelector(`${within} .tag-note`)?.textContent?.includes('still here'),
    {},
    lesson,
  );
  opened.assertClean();
  await opened.close();
});

test('the adder learns, shows where it looked, refuses what is no sum, and is kept in the browser', async () => {
  const opened = await demo.open('tag?task=sums&digits=1&units=16&rate=0.03');
  const { page, evaluate } = opened;
  await page.waitForSelector(button('Train'));
  await page.click(button('Train'));
  await trainedTo(opened, 1);
  const first = await numberOf(opened, 'loss');
  await trainedTo(opened, 60);
  await page.click(button('Pause'));
  await page.waitForSelector(button('Train'));
  expect(await numberOf(opened, 'loss')).toBeLessThan(0.8 * first);
  const field = `${lesson} .tag-sum`;
  const type = async (text: string) => {
    await page.click(field, { count: 3 });
    await page.type(field, text);
  };
  await type('3+4');
  await page.waitForFunction(
    (within) => document.querySelector(`${within} .tag-answer`)?.textContent?.startsWith('3+4 = '),
    {},
    lesson,
  );
  await page.waitForSelector(`${lesson} .heatmap [role=slider]`);
  await page.waitForFunction(
    (within) => document.querySelectorAll(`${within} .tag-digit`).length === 2,
    {},
    lesson,
  );
  await type('3+44');
  expect(
    await evaluate(
      (within) => document.querySelector(`${within} .tag-sum`)?.getAttribute('aria-invalid'),
      lesson,
    ),
  ).toBe('true');
  await type('3+4');
  const step = await numberOf(opened, 'updates');
  await page.click(button('Save in this browser'));
  await page.waitForSelector(`${lesson} .models li`);
  await expectAccessible(opened);
  await page.click(button('Reset'));
  await until(opened, 'a new beginning', async () => (await numberOf(opened, 'updates')) === 0);
  await page.click(`${lesson} .models button[aria-label^="Open"]`);
  await until(opened, 'the kept model', async () => (await numberOf(opened, 'updates')) === step);
  expect(await evaluate(() => location.hash)).toContain('task=sums');
  opened.assertClean();
  await opened.close();
});

test('after a lost device the adder goes on from the weights that were kept', async () => {
  const opened = await demo.open('tag?task=sums&digits=1&units=8');
  const { page } = opened;
  await page.waitForSelector(button('Train'));
  await page.click(button('Train'));
  await trainedTo(opened, 20);
  await kept(opened);
  await loseDevice(opened);
  await page.waitForFunction(() => document.getElementById('banners')?.textContent?.includes('was lost'));
  await page.click('::-p-xpath(//*[@id="banners"]//button[.="Restart on the GPU"])');
  await until(opened, 'training to go on', async () => (await numberOf(opened, 'updates')) > 20);
  await page.waitForSelector(button('Pause'));
  await opened.close();
});

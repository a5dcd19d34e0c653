// What a visitor does, in tests: clicks by a button's words, and waits for what the page says; and what axe says of the page.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { expect } from 'vitest';
import type { OpenPage } from '../harness/browser.ts';

export const patience = { timeout: 60_000 };
const axeSource = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Clicks the visible button with these words, once it is there. */
export async function click({ page }: OpenPage, words: string): Promise<void> {
  const find = `[...document.querySelectorAll('button')].find((it) => it.textContent === ${JSON.stringify(words)} && it.offsetParent)`;
  await page.waitForFunction(find, patience);
  await page.evaluate(`${find}.click()`);
}

/** Waits until the page shows these words. */
export async function visible({ page }: OpenPage, words: string): Promise<void> {
  await page.waitForFunction((part) => document.body.innerText.includes(part), patience, words);
}

/** What an element shows. */
export function textOf({ page }: OpenPage, selector: string): Promise<string> {
  return page.$eval(selector, (element) => (element as HTMLElement).innerText);
}

/** What was saved of the jobs before this, and what comes from now on: resolves when a job's weights are kept anew. */
export async function kept({ evaluate }: OpenPage): Promise<void> {
  await evaluate(
    () => new Promise((resolve) => window.addEventListener('job:kept', resolve, { once: true })),
  );
}

/** Loses the devices of all jobs of the page, as a driver would. */
export async function loseDevice({ evaluate }: OpenPage): Promise<void> {
  await evaluate(() => void window.dispatchEvent(new Event('test:lose-device')));
}

/** Runs a function in the worker of a job, which is the last that was started of its name. */
export async function inWorker<T>({ page }: OpenPage, job: string, run: () => T): Promise<Awaited<T>> {
  for (const worker of page.workers().reverse()) {
    if ((await worker.evaluate(() => self.name).catch(() => '')) === `job ${job}`)
      return worker.evaluate(run);
  }
  throw new Error(`no worker of the job ${job}`);
}

/** Starts the training of the write tab. */
export async function train({ page }: OpenPage): Promise<void> {
  await (await page.waitForSelector('#panel-write .button.primary:not(:disabled)'))?.click();
}

/** A number of the write tab by its label; NaN where there is none yet. */
export async function figure({ evaluate }: OpenPage, label: string): Promise<number> {
  const text = await evaluate(
    (wanted) =>
      [...document.querySelectorAll('#panel-write .stat')]
        .find((one) => one.querySelector('dt')?.textContent === wanted)
        ?.querySelector('dd')?.textContent ?? '',
    label,
  );
  return Number.parseFloat(text.replaceAll(',', '')) * (text.endsWith('k') ? 1000 : 1);
}

/** Waits until the write tab shows at least so many steps, and then more of them; gives what it shows. */
export async function learnsFrom(opened: OpenPage, least: number): Promise<number> {
  const end = Date.now() + patience.timeout;
  let first: number | undefined;
  for (;;) {
    const now = await figure(opened, 'Steps');
    if (first !== undefined && now > first) return now;
    if (now >= least) first ??= now;
    if (Date.now() > end) throw new Error(`the write tab stands at ${now} steps`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export const looks = {
  wide: { width: 1280, height: 900, theme: 'light' },
  narrow: { width: 360, height: 800, theme: 'dark' },
} as const;

/** Expects that axe finds nothing wrong with the page as it is, nor that it is wider than the window; in each look. */
export async function expectAccessible(
  opened: OpenPage,
  names: readonly (keyof typeof looks)[] = ['narrow', 'wide'],
): Promise<void> {
  const { page, evaluate } = opened;
  if (!(await evaluate(() => 'axe' in globalThis))) await page.addScriptTag({ content: axeSource });
  for (const name of names) {
    const { theme, ...viewport } = looks[name];
    await page.setViewport(viewport);
    await page.emulateMediaFeatures([
      { name: 'prefers-color-scheme', value: theme },
      { name: 'prefers-reduced-motion', value: 'reduce' },
    ]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const found = await evaluate(async () => {
      const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
      const { violations } = await axe.run(document);
      return violations.map(
        ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((n) => n.html).join(' | ')}`,
      );
    });
    expect(found, `${name}, ${theme}`).toEqual([]);
    const overflow = await evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow, 'CSS pixels that the page is wider than the window').toBeLessThanOrEqual(0);
  }
}

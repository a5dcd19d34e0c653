// What a visitor does, in tests: clicks by a button's words, and waits for what the page says.
import type { OpenPage } from '../harness/browser.ts';

export const patience = { timeout: 60_000 };

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

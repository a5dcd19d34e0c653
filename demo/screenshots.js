// Takes pictures of every tab of the demo page, light and dark, wide and narrow, into docs/screenshots: `node demo/screenshots.js [name...]`.
import { mkdir, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';
import { withPalette } from './palette_png.js';

const { values, positionals } = parseArgs({
  options: {
    out: { type: 'string', default: fileURLToPath(new URL('../docs/screenshots/', import.meta.url)) },
  },
  allowPositionals: true,
});

/**
 * How each picture comes about: a tab with its settings, the seconds that its first button gets, at most where it says
 * `until` when it is done, and what is pressed then.
 * @type {Record<string, { hash: string, seconds: number, until?: string, press?: string }>}
 */
const recipes = {
  write: { hash: 'write', seconds: 90 },
  remember: { hash: 'remember', seconds: 45 },
  inside: { hash: 'write?corpus=fables', seconds: 70, press: 'Look inside' },
  forecast: { hash: 'forecast', seconds: 240, until: 'Train anew' },
  tag: { hash: 'tag', seconds: 45 },
  speed: { hash: 'speed?work=S&runs=3&peers=webgl.wasm', seconds: 240, until: 'Measure' },
};
const sizes = { wide: { width: 1280, height: 860 }, narrow: { width: 390, height: 844 } };

const chosen = Object.entries(recipes).filter(
  ([name]) => positionals.length === 0 || positionals.includes(name),
);
const { module } = await runnerImport(fileURLToPath(new URL('../test/demo/open_demo.ts', import.meta.url)));
await mkdir(values.out, { recursive: true });
const demo = await module.openDemo({ webgl: true });
try {
  for (const [name, { hash, seconds, until, press }] of chosen) {
    const [tab] = hash.split('?');
    const { page, problems, close } = await demo.open(hash);
    await page.waitForSelector(`#panel-${tab} .tab-body *`);
    const begin = await page.$(`#panel-${tab} .button.primary:not(:disabled)`);
    await begin?.click();
    if (until) {
      const said = `document.querySelector('#panel-${tab} .button.primary').textContent === '${until}'`;
      await page.waitForFunction(said, { timeout: 1000 * seconds });
      await pause(2);
    } else await pause(seconds);
    if (press) {
      await (await page.$(`::-p-aria([name="${press}"][role="button"])`))?.click();
      await pause(20);
    }
    await page.evaluate('scrollTo(0, 0)');
    for (const theme of ['light', 'dark']) {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
      for (const [size, viewport] of Object.entries(sizes)) {
        await page.setViewport(viewport);
        await pause(1.5);
        const picture = withPalette(await page.screenshot({ fullPage: true }));
        await writeFile(`${values.out}/${name}-${theme}-${size}.png`, picture);
      }
    }
    process.stdout.write(`${name}: ${problems.length === 0 ? 'a clean console' : problems.join('\n  ')}\n`);
    await close();
  }
} finally {
  await demo.close();
}

/** @param {number} seconds */
function pause(seconds) {
  return new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
}

// The kit of the demo page in a browser: controls, drop zones, charts, heat maps, saved models and announcements.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Browser, type OpenPage, openBrowser } from '../harness/browser.ts';

let browser: Browser;
let opened: OpenPage;

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());

/** Names under which the module below leaves the kit for the tests' own functions. */
declare const kit: typeof import('../../demo/src/kit.ts') &
  typeof import('../../demo/src/charts.ts') &
  typeof import('../../demo/src/heatmap.ts') &
  typeof import('../../demo/src/store.ts') &
  typeof import('../../demo/src/models_panel.ts');
declare const seen: unknown[];

beforeEach(async () => {
  opened = await browser.open({
    module: `
      import * as elements from '/demo/src/kit.ts';
      import * as charts from '/demo/src/charts.ts';
      import * as heatmaps from '/demo/src/heatmap.ts';
      import * as store from '/demo/src/store.ts';
      import * as models from '/demo/src/models_panel.ts';
      document.body.innerHTML = '<div id="banners"></div><div id="place" style="width: 600px"></div><div id="live"></div>';
      Object.assign(globalThis, { kit: { ...elements, ...charts, ...heatmaps, ...store, ...models }, seen: [] });
    `,
  });
  await opened.page.waitForFunction('globalThis.kit !== undefined');
  return async () => {
    opened.assertClean();
    await opened.close();
  };
});

test('a number out of range is brought into it, what is no number is taken back', async () => {
  await opened.evaluate(() => {
    const field = kit.numberField({
      label: 'Units',
      min: 1,
      max: 64,
      value: 8,
      onChange: (v) => seen.push(v),
    });
    document.getElementById('place')?.append(field.element);
  });
  const type = async (text: string) => {
    await opened.page.click('input', { count: 3 });
    await opened.page.keyboard.type(text);
    await opened.page.keyboard.press('Tab');
    return opened.page.$eval('input', (input) => input.value);
  };
  const hint = () => opened.page.$eval('.field', (field) => (field as HTMLElement).innerText);
  expect(await type('1000')).toBe('64');
  expect(await hint()).toContain('At most 64.');
  expect(await type('12.4')).toBe('12');
  expect(await hint()).not.toContain('At most');
  expect(await type('e')).toBe('12');
  expect(await opened.evaluate(() => seen)).toEqual([64, 12]);
});

test('choices side by side are moved through by the arrow keys', async () => {
  await opened.evaluate(() => {
    const options = ['lstm', 'gru', 'rnn'].map((value) => ({ value, label: value.toUpperCase() }));
    const control = kit.segmented({ label: 'Cell', options, value: 'lstm', onChange: (v) => seen.push(v) });
    document.getElementById('place')?.append(control.element);
  });
  await opened.page.focus('input:checked');
  await opened.page.keyboard.press('ArrowRight');
  await opened.page.keyboard.press('ArrowRight');
  expect(await opened.evaluate(() => seen)).toEqual(['gru', 'rnn']);
});

test('files are taken as text; empty, binary and enormous ones are refused in plain words', async () => {
  await opened.evaluate(() => {
    const zone = kit.dropZone({
      label: 'A text',
      accept: '.txt',
      maxBytes: 2000,
      onText: (text, name) => seen.push(`${name}: ${text}`),
    });
    document.getElementById('place')?.append(zone);
  });
  const drop = async (name: string, bytes: number[]) => {
    await opened.evaluate(
      (file, content) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([Uint8Array.from(content)], file));
        const event = new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true });
        document.querySelector('.drop-zone')?.dispatchEvent(event);
      },
      name,
      bytes,
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    return opened.page.$$eval('.banner p', (all) => all.map((p) => p.textContent).at(-1));
  };
  await drop('good.txt', [...new TextEncoder().encode('Füchse')]);
  expect(await opened.evaluate(() => seen)).toEqual(['good.txt: Füchse']);
  expect(await drop('none.txt', [])).toBe('“none.txt” is empty. Nothing was changed.');
  expect(await drop('photo.txt', [137, 80, 78, 71, 255, 0])).toMatch(/“photo.txt” is not a text file/);
  expect(await drop('zeros.txt', [65, 0, 65])).toMatch(/is not a text file/);
  expect(await drop('big.txt', new Array(2001).fill(65))).toMatch(/“big.txt” has 3 KB; at most 2 KB/);
  expect(await opened.evaluate(() => seen)).toHaveLength(1);
});

test('a chart draws what is pushed, at most ten times a second, and tells it in words', async () => {
  const { frames: drawn, pushed } = await opened.evaluate(async () => {
    const host = document.getElementById('place') as HTMLElement;
    const series = [
      { label: 'training', color: '--accent' },
      { label: 'validation', color: '#0f6b7d' },
    ];
    const chart = kit.lineChart(host, { title: 'Loss', x: 'step', y: 'nats', series });
    let frames = 0;
    const put = CanvasRenderingContext2D.prototype.clearRect;
    CanvasRenderingContext2D.prototype.clearRect = function (...box) {
      frames++;
      put.apply(this, box);
    };
    const begin = performance.now();
    let pushed = 0;
    while (performance.now() - begin < 1000) {
      pushed++;
      chart.push(pushed, [3 - pushed / 1e4, pushed % 2 === 0 ? 2 : null]);
      await new Promise((resolve) => setTimeout(resolve));
    }
    return { frames, pushed };
  });
  expect(drawn).toBeGreaterThan(2);
  expect(drawn).toBeLessThanOrEqual(12);
  // Up to the last point.
  await opened.page.waitForFunction(
    (last) => {
      const words = document.querySelector('.chart-place')?.getAttribute('aria-label') ?? '';
      const whole = /training: .* at the end, between .*validation: 2 at the end/;
      return words.includes(`step 1 to ${last}.`) && whole.test(words);
    },
    { timeout: 5000 },
    pushed,
  );
  expect(await opened.page.$$('.uplot canvas')).toHaveLength(1);
  const widths = await opened.evaluate(async () => {
    const width = () => document.querySelector<HTMLElement>('.uplot')?.offsetWidth;
    const before = width();
    (document.getElementById('place') as HTMLElement).style.width = '320px';
    await new Promise((resolve) => setTimeout(resolve, 300));
    return [before, width()];
  });
  expect(widths).toEqual([520, 240]);
});

test('a heat map is scrubbed by pointer and keyboard, says what it shows, and paints signs in two colours', async () => {
  await opened.evaluate(() => {
    const host = document.getElementById('place') as HTMLElement;
    const map = kit.heatmap(host, {
      label: 'Cell state',
      diverging: true,
      rowLabels: ['unit 0', 'unit 1'],
      columnLabels: ['a', ' ', 'c'],
    });
    map.set([-1, -0.5, 0, 0.25, 0.5, 1], 2, 3);
    map.onPoint((row, col) => seen.push([row, col]));
  });
  const box = await (await opened.page.$('.heatmap-place'))?.boundingBox();
  if (!box) throw new Error('the heat map has no box');
  await opened.page.mouse.move(box.x + box.width - 5, box.y + box.height - 5);
  const text = () => opened.page.$eval('.heatmap-place', (place) => place.getAttribute('aria-valuetext'));
  expect(await text()).toBe('unit 1, c: 1');
  await opened.page.focus('.heatmap-place');
  await opened.page.keyboard.press('ArrowLeft');
  expect(await text()).toBe('unit 1, space: 0.5');
  await opened.page.keyboard.press('ArrowUp');
  await opened.page.keyboard.press('Home');
  await opened.page.keyboard.press('ArrowLeft');
  expect(await text()).toBe('unit 0, a: -1');
  expect(await opened.evaluate(() => seen)).toEqual([
    [1, 2],
    [1, 1],
    [0, 1],
    [0, 0],
    [0, 0],
  ]);
  const pixels = await opened.evaluate(() => {
    const canvas = document.querySelector('canvas') as HTMLCanvasElement;
    const at = (x: number) => [
      ...(canvas.getContext('2d')?.getImageData(x * canvas.width, canvas.height - 8, 1, 1).data ?? []),
    ];
    return { right: at(0.97) };
  });
  expect(pixels.right[0]).toBeGreaterThan(pixels.right[2] + 50);
});

test('models are kept over a reload by tab and name, listed, opened, and removed', async () => {
  await opened.evaluate(async () => {
    const meta = { tab: 'write', note: 'LSTM 8', settings: { units: 8 } };
    // As earlier copies of the page kept it: by its name alone.
    await new Promise((resolve) => {
      const request = indexedDB.open('webgpu-rnn-demo', 1);
      request.onupgradeneeded = () => {
        for (const table of ['list', 'bytes']) request.result.createObjectStore(table);
      };
      request.onsuccess = () => {
        const { result } = request;
        const transaction = result.transaction(['list', 'bytes'], 'readwrite');
        transaction.objectStore('list').put({ ...meta, name: 'first', bytes: 3, time: 1 }, 'first');
        transaction.objectStore('bytes').put(Uint8Array.of(1, 2, 3), 'first');
        transaction.oncomplete = () => {
          result.close();
          resolve(undefined);
        };
      };
    });
    await kit.saveModel('first', Uint8Array.of(4), { ...meta, tab: 'tag' });
  });
  await opened.page.reload();
  await opened.page.waitForFunction('globalThis.kit !== undefined');
  const found = await opened.evaluate(async () => {
    const { bytes, meta } = await kit.openModel('write', 'first');
    const listed = (await kit.listModels('write')).map(({ name, bytes: size }) => [name, size]);
    const missing = await kit.openModel('tag', 'none').catch((error: Error) => error.message);
    await kit.removeModel('write', 'first');
    const left = (await kit.listModels()).map(({ tab }) => tab);
    await kit.removeModel('tag', 'first');
    return { bytes: [...bytes], note: meta.note, listed, missing, left, none: await kit.listModels() };
  });
  expect(found).toEqual({
    bytes: [1, 2, 3],
    note: 'LSTM 8',
    listed: [['first', 3]],
    missing: 'no model is saved under the name “none”',
    left: ['tag'],
    none: [],
  });
});

test('the panel of models saves under the name that was typed, opens and deletes, and says when there is none', async () => {
  await opened.evaluate(() => {
    let there = false;
    const { element } = kit.modelsPanel({
      tab: 'write',
      bytes: async () => (there ? Uint8Array.of(7, 8) : undefined),
      meta: () => ({ note: 'LSTM 8', settings: {} }),
      onOpen: (bytes, name) => {
        if (bytes.length < 2) throw new Error('this is no model');
        seen.push([name, ...bytes]);
      },
    });
    document.getElementById('place')?.append(element);
    const train = () => {
      there = true;
    };
    Object.assign(globalThis, { train });
  });
  const press = async (label: string) =>
    (await opened.page.waitForSelector(`::-p-aria([name="${label}"][role="button"])`))?.click();
  await press('Save in this browser');
  await opened.page.waitForSelector('::-p-text(There is no model yet)');
  await opened.evaluate('train()');
  await opened.page.type('input[type=text]', 'mine');
  await press('Save in this browser');
  await opened.page.waitForSelector('::-p-aria(Open mine)');
  await press('Open mine');
  await opened.page.waitForFunction('seen.length === 1');
  expect(await opened.evaluate(() => seen)).toEqual([['mine', 7, 8]]);
  const times = () => opened.evaluate(async () => (await kit.listModels('write')).map(({ time }) => time));
  const before = await times();
  await press('Save in this browser');
  await press('Keep that one');
  expect(await times()).toEqual(before);
  await press('Save in this browser');
  await press('Replace it');
  await opened.page.waitForFunction('document.querySelectorAll(".question").length === 0');
  await opened.page.waitForFunction(
    async (old) => (await kit.listModels('write'))[0].time > old,
    {},
    before[0],
  );
  await opened.evaluate(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([Uint8Array.of(1)], 'bad.safetensors'));
    document.querySelector('.drop-zone')?.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer }));
  });
  await opened.page.waitForSelector('::-p-text(“bad.safetensors” was not opened: this is no model)');
  await press('Delete mine');
  await opened.page.keyboard.press('Escape');
  expect(await opened.evaluate(() => document.activeElement?.textContent)).toBe('Delete');
  await press('Delete mine');
  await press('Delete it');
  await opened.page.waitForFunction('document.querySelectorAll(".models li").length === 0');
});

test('announcements are two seconds apart, and of many the last is heard', async () => {
  const heard = await opened.evaluate(async () => {
    const texts: [string, number][] = [];
    const live = document.getElementById('live') as HTMLElement;
    const begin = performance.now();
    new MutationObserver(() => texts.push([live.textContent ?? '', performance.now() - begin])).observe(
      live,
      {
        childList: true,
      },
    );
    for (let i = 0; performance.now() - begin < 2500; i++) {
      kit.announce(`step ${i}`);
      await new Promise((resolve) => setTimeout(resolve, 400));
      if (i === 0) kit.announce('first');
    }
    return texts;
  });
  expect(heard.map(([text]) => text)).toEqual(['step 0', expect.stringMatching(/^step [345]$/)]);
  expect(heard[1][1] - heard[0][1]).toBeGreaterThan(1900);
});

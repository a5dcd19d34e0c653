// The plot of a history: well-formed SVG, points where they belong, ticks that cover what is drawn.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linearAxis, logAxis } from '../../src/experiments/axis.ts';
import { plotHistory } from '../../src/experiments/plot_history.ts';

const loss = [1, 0.5, 0.25, 0.125];
const val_loss = [1.5, 0.75, 0.5, 0.625];

/** Names of the elements, in order; throws where a tag is not closed. */
function elements(svg: string): string[] {
  const names: string[] = [];
  const open: string[] = [];
  const rest = svg.replaceAll(
    /<(\/?)([a-z]+)((?: [a-zA-Z][a-zA-Z0-9:-]*="[^"<]*")*)(\/?)>/g,
    (_, close, name, __, alone) => {
      if (close) expect(open.pop()).toBe(name);
      else {
        names.push(name);
        if (!alone) open.push(name);
      }
      return '';
    },
  );
  expect(open).toEqual([]);
  expect(rest).not.toMatch(/[<>]/);
  return names;
}

const pathsOf = (svg: string, kind: string) =>
  [...svg.matchAll(new RegExp(`<path class="${kind}" d="M([^"]*L[^"]*)"`, 'g'))].map(([, d]) =>
    d.split('L').map((point) => point.split(' ').map(Number)),
  );

test('one run: a line each, and a mark at the best epoch', () => {
  const svg = plotHistory({ history: { loss, val_loss } });
  expect(elements(svg).filter((name) => name === 'svg' || name === 'circle')).toEqual(['svg', 'circle']);
  const [training] = pathsOf(svg, 'training');
  const [validation] = pathsOf(svg, 'validation');
  expect([training.length, validation.length]).toEqual([4, 4]);
  // Epochs at equal distances; what is less lies lower, in proportion.
  const [x0, x1, x2] = training.map(([x]) => x);
  expect(x2 - x1).toBeCloseTo(x1 - x0, 0);
  const [y0, y1, y2] = training.map(([, y]) => y);
  expect((y2 - y1) / (y1 - y0)).toBeCloseTo(0.5, 1);
  expect(svg).toContain('>best 0.5, epoch 3<');
  const circle = /cx="([\d.]+)" cy="([\d.]+)"/.exec(svg)!;
  expect([Number(circle[1]), Number(circle[2])]).toEqual(validation[2]);
});

test('several runs: thin lines, and means as far as all reach', () => {
  const svg = plotHistory(
    [
      { loss, val_loss },
      { loss: [3, 1.5], val_loss: [0.5, 0.25] },
    ],
    { title: 'Two' },
  );
  expect(pathsOf(svg, 'thin training').map((one) => one.length)).toEqual([4, 2]);
  expect(pathsOf(svg, 'thin validation').map((one) => one.length)).toEqual([4, 2]);
  expect(pathsOf(svg, 'training').map((one) => one.length)).toEqual([2]);
  expect(svg).toContain('>loss, mean of 2 runs<');
  expect(svg).toContain('>best 0.5, epoch 2<');
});

test('powers of ten are at equal distances on a log scale', () => {
  const [line] = pathsOf(plotHistory({ loss: [1, 0.1, 0.01] }, { logScale: true }), 'training');
  const [y0, y1, y2] = line.map(([, y]) => y);
  expect(y2 - y1).toBeCloseTo(y1 - y0, 0);
  expect(() => plotHistory({ loss: [1, 0] }, { logScale: true })).toThrow(
    /takes values above 0, but loss goes down to 0/,
  );
});

test('of accuracies the highest is marked', () => {
  expect(plotHistory({ accuracy: [0.1, 0.9, 0.5] }, { monitor: 'accuracy' })).toContain(
    '>best 0.9, epoch 2<',
  );
});

test('words are escaped, and rules reach no other image', () => {
  const svg = plotHistory({ loss }, { title: '<b>"a" & b</b>', theme: 'dark' });
  elements(svg);
  expect(svg).toContain('&#60;b&#62;&#34;a&#34; &#38; b');
  const [, style] = /<style>(.*)<\/style>/.exec(svg)!;
  for (const rule of style.split('}').filter(Boolean)) expect(rule).toMatch(/^\.history-plot\.dark[ {]/);
  expect(svg).not.toContain('prefers-color-scheme');
  expect(plotHistory({ loss })).toContain('prefers-color-scheme');
});

test('whatever a history holds, every point lies within the image', () => {
  const value = fc.oneof(
    fc.double({ min: -1e9, max: 1e9, noNaN: true }),
    fc.constantFrom(0, 1e-9, Number.NaN),
  );
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 1, maxLength: 40 }),
      fc.array(value, { maxLength: 40 }),
      (a, b) => {
        fc.pre(a.some(Number.isFinite));
        const svg = plotHistory({ loss: a, val_loss: b.slice(0, a.length) });
        elements(svg);
        expect(svg).not.toMatch(/NaN|Infinity|undefined/);
        for (const kind of ['training', 'validation']) {
          for (const [x, y] of pathsOf(svg, kind).flat()) {
            expect(x).toBeGreaterThanOrEqual(67.9);
            expect(x).toBeLessThanOrEqual(720 - 23.9);
            expect(y).toBeGreaterThanOrEqual(71.9);
            expect(y).toBeLessThanOrEqual(420 - 51.9);
          }
        }
      },
    ),
  );
});

describe('axes', () => {
  test('linear ticks are round numbers around the values', () => {
    expect(linearAxis(0.13, 0.87, 5).ticks.map((tick) => Number(tick.toFixed(9)))).toEqual([
      0, 0.2, 0.4, 0.6, 0.8, 1,
    ]);
    expect(linearAxis(0.13, 0.87, 5).ticks.map(linearAxis(0.13, 0.87, 5).label)).toEqual([
      '0.0',
      '0.2',
      '0.4',
      '0.6',
      '0.8',
      '1.0',
    ]);
    expect(linearAxis(1, 40, 8, false).ticks).toEqual([5, 10, 15, 20, 25, 30, 35, 40]);
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
        (low, span) => {
          const axis = linearAxis(low, low + span, 6);
          expect(axis.at(low)).toBeGreaterThanOrEqual(-1e-6);
          expect(axis.at(low + span)).toBeLessThanOrEqual(1 + 1e-6);
          expect(axis.ticks.length).toBeGreaterThan(1);
          expect(axis.ticks.length).toBeLessThan(11);
        },
      ),
    );
  });

  test('logarithmic ticks lie on the axis', () => {
    expect(logAxis(0.01, 100).ticks).toEqual([0.01, 0.1, 1, 10, 100]);
    fc.assert(
      fc.property(
        fc.double({ min: 1e-8, max: 1e3, noNaN: true }),
        fc.double({ min: 1, max: 1e9, noNaN: true }),
        (low, ratio) => {
          const { ticks, at } = logAxis(low, low * ratio);
          for (const tick of ticks) {
            expect(at(tick)).toBeGreaterThanOrEqual(-1e-9);
            expect(at(tick)).toBeLessThanOrEqual(1 + 1e-9);
          }
          expect(ticks.length).toBeLessThan(12);
        },
      ),
    );
  });
});

test('mistakes are told in words', () => {
  expect(() => plotHistory({ loss: [Number.NaN] })).toThrow(/loss has no finite value/);
  expect(() => plotHistory({ loss }, { width: 10 })).toThrow(
    /width\] must be a number of at least 200, got 10/,
  );
  expect(() => plotHistory({ loss }, { theme: 'blue' as never })).toThrow(/theme/);
});

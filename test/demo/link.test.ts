// Links to runs: what settings become in an address and what an address gives back.
import { expect, test, vi } from 'vitest';
import { flushLink, hashOf, isVisited, pushLink, readLink, sameRun, writeLink } from '../../demo/src/link.ts';

test('settings come back as they were given, with their types', () => {
  const settings = {
    units: 64,
    rate: 0.002,
    cell: 'gru',
    tied: true,
    off: false,
    text: 'a & b = c?#',
    code: '007',
  };
  expect(readLink(hashOf('write', settings))).toEqual({ tab: 'write', settings });
  expect(sameRun(readLink('#write?rate=0.1&units=8').settings, { units: 8, rate: 0.1 })).toBe(true);
  expect(sameRun({ units: 8 }, { units: 8, rate: 0.1 })).toBe(false);
});

test('an address without settings names the tab alone', () => {
  expect(hashOf('speed', {})).toBe('#speed');
  expect(readLink('#speed')).toEqual({ tab: 'speed', settings: {} });
  expect(readLink('')).toEqual({ tab: undefined, settings: {} });
});

test('what is no finite number stays text', () => {
  expect(readLink('#a?x=1e999&y=NaN&z=&w=-3').settings).toEqual({ x: '1e999', y: 'NaN', z: '', w: -3 });
});

test('the address changes at once, then a few times a second at most, and a browser that refuses is no error', () => {
  vi.useFakeTimers();
  const entries: { hash: string; state: unknown }[] = [{ hash: '#write?units=8', state: null }];
  let refuses = false;
  const change = (state: unknown, hash: string, adds: boolean) => {
    if (refuses) throw new DOMException('too many calls', 'SecurityError');
    if (!adds) entries.pop();
    entries.push({ hash, state });
  };
  vi.stubGlobal('location', {
    get hash() {
      return entries.at(-1)!.hash;
    },
  });
  vi.stubGlobal('history', {
    get state() {
      return entries.at(-1)!.state;
    },
    pushState: (state: unknown, _: string, hash: string) => change(state, hash, true),
    replaceState: (state: unknown, _: string, hash: string) => change(state, hash, false),
  });
  const hashes = () => entries.map(({ hash }) => hash);
  try {
    expect(isVisited()).toBe(false);
    writeLink('write', { units: 8 });
    expect(isVisited()).toBe(true);
    for (let units = 9; units <= 40; units++) writeLink('write', { units });
    expect(hashes()).toEqual(['#write?units=8']);
    vi.advanceTimersByTime(300);
    expect(hashes()).toEqual(['#write?units=40']);
    // A step to another tab leaves behind what waited to be written.
    writeLink('write', { units: 48 });
    pushLink('tag', {});
    vi.advanceTimersByTime(1000);
    expect(hashes()).toEqual(['#write?units=48', '#tag']);
    refuses = true;
    writeLink('tag', { units: 8 });
    refuses = false;
    writeLink('tag', { units: 16 });
    flushLink();
    expect(hashes()).toEqual(['#write?units=48', '#tag?units=16']);
  } finally {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  }
});

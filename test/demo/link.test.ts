// Links to runs: what settings become in an address and what an address gives back.
import { expect, test } from 'vitest';
import { hashOf, readLink } from '../../demo/src/link.ts';

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
});

test('an address without settings names the tab alone', () => {
  expect(hashOf('speed', {})).toBe('#speed');
  expect(readLink('#speed')).toEqual({ tab: 'speed', settings: {} });
  expect(readLink('')).toEqual({ tab: undefined, settings: {} });
});

test('what is no finite number stays text', () => {
  expect(readLink('#a?x=1e999&y=NaN&z=&w=-3').settings).toEqual({ x: '1e999', y: 'NaN', z: '', w: -3 });
});

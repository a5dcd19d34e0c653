// What the demo page says when memory or the device goes, and a clock that does not count a sleep.
import { expect, test } from 'vitest';
import { awakeClock } from '../../demo/src/awake.ts';
import { inBytes, inTime, isMemory, lossText, plain } from '../../demo/src/troubles.ts';

test('errors of too little memory are known by their words, and their sizes are said in words', () => {
  const device = 'DeviceError';
  const full = '[train] the GPU has no memory for 5368709120 bytes; use a smaller batch, window or model';
  expect(isMemory({ message: full, name: device })).toBe(true);
  expect(plain(full)).toBe('the GPU has no memory for 5.0 GB; use a smaller batch, window or model');
  const large =
    '[gates] [256, 256, 4096] takes 1073741824 bytes, this device allows 268435456 a buffer; use a smaller batch.';
  expect(isMemory({ message: large, name: device })).toBe(true);
  expect(plain(large)).toBe(
    'gates [256, 256, 4096] takes 1.0 GB, this device allows 256 MB a buffer; use a smaller batch',
  );
  expect(isMemory({ message: 'x is larger than this device can bind (1 bytes)', name: 'ShapeError' })).toBe(
    true,
  );
  expect(isMemory({ message: 'Array buffer allocation failed', name: 'RangeError' })).toBe(true);
  expect(isMemory({ message: 'Invalid array length', name: 'RangeError' })).toBe(true);
  expect(isMemory({ message: 'memory must be one of a, b', name: 'OptionError' })).toBe(false);
  expect(isMemory({ message: 'the loss is no number', name: 'Error' })).toBe(false);
});

test('sizes and times as they are said', () => {
  expect([10, 1024, 1.5 * 2 ** 20, 250 * 2 ** 20, 2 ** 31].map(inBytes)).toEqual([
    '1 KB',
    '1 KB',
    '1.5 MB',
    '250 MB',
    '2.0 GB',
  ]);
  expect([20_000, 150_000, 7_200_000].map(inTime)).toEqual(['20 seconds', '3 minutes', '2 hours']);
});

test('a loss is told with its reason, the sleep before it, and whether weights are kept', () => {
  expect(lossText({ why: 'lost', reason: 'the driver was reset.' }, true)).toBe(
    'The GPU was lost (the driver was reset). The last weights are kept.',
  );
  expect(lossText({ why: 'lost', reason: '', slept: 60_000 }, false)).toBe(
    'The GPU was lost while the computer slept. No weights had been kept yet.',
  );
  expect(lossText({ why: 'ended', reason: '' }, true)).toContain('has ended. The last weights');
});

test('a sleep is told and is no time', () => {
  let now = 0;
  let date = 1e12;
  const sleeps: number[] = [];
  const clock = awakeClock({
    longest: 15_000,
    now: () => now,
    date: () => date,
    onWake: (ms) => sleeps.push(ms),
  });
  const pass = (milliseconds: number, by: 'both' | 'calendar' = 'both') => {
    if (by === 'both') now += milliseconds;
    date += milliseconds;
  };
  try {
    pass(900);
    expect(clock.time()).toBe(900);
    // A long step is none.
    pass(9000);
    expect(clock.time()).toBe(9900);
    pass(600_000);
    expect(clock.time() - 9900).toBeLessThan(2000);
    expect(sleeps).toEqual([600_000]);
    const before = clock.time();
    pass(500);
    expect(clock.time() - before).toBe(500);
    // Where the clock itself stands still in a sleep, the sleep is told all the same.
    pass(30_000, 'calendar');
    expect(clock.time() - before).toBe(500);
    expect(sleeps).toEqual([600_000, 30_000]);
  } finally {
    clock.end();
  }
});

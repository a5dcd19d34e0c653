// Options and limits as users hand them to a backend: what is no limit, or none that a device could have, is refused.
import { describe, expect, test } from 'vitest';
import { type CpuOptions, cpu } from '../../src/backends/cpu.ts';
import { requestDevice } from '../../src/backends/webgpu/device.ts';
import { OptionError } from '../../src/core/errors.ts';
import { checkLimits, defaultLimits, expectGranted, type GivenLimits } from '../../src/core/limits.ts';

const wrong: [string, unknown, RegExp][] = [
  ['an unknown name', { foo: 1 }, /\/limits\] has no option foo; it has storageBuffers/],
  ['null', null, /\/limits\] takes an object of options .* got null/],
  ['a number', 5, /\/limits\] takes an object of options .* got 5/],
  ['a negative size', { workgroupBytes: -1 }, /\/workgroupBytes\] must be an integer from 1 on, got -1/],
  ['a word', { workgroupThreads: 'many' }, /\/workgroupThreads\] must be an integer from 1 on, got "many"/],
  ['no value', { workgroups: null }, /\/workgroups\] must be an integer from 1 on, got null/],
  ['an odd alignment', { bindingAlignment: 6 }, /\/bindingAlignment\] must be a multiple of 4, got 6/],
  ['a number for a fact', { cheapBarriers: 1 }, /\/cheapBarriers\] must be true or false, got 1/],
  ['a precision of weights', { precision: 'f64' }, /\/precision\] must be 'f32' or 'f16', got "f64"/],
  ['half a model', { model: { cores: 2 } }, /\/model\/coreFlops\] must be a number from 0 on, got undefined/],
  ['a name for all choices', { tuned: 'slow' }, /\/tuned\] takes an object \{ key: name \}, a Map/],
];

describe('a backend refuses as limits', () => {
  for (const [name, limits, message] of wrong) {
    test(name, async () => {
      expect(() => cpu({ limits } as CpuOptions)).toThrow(OptionError);
      expect(() => cpu({ limits } as CpuOptions)).toThrow(message);
      // Before a device is asked for, so that it needs none.
      await expect(requestDevice({ limits: limits as GivenLimits })).rejects.toThrow(message);
    });
  }

  test('more than its device has', () => {
    const refuse = (limits: GivenLimits) => () =>
      expectGranted('limits', checkLimits('limits', limits), defaultLimits);
    expect(refuse({ workgroupBytes: 1e9 })).toThrow(
      '[limits/workgroupBytes] must be at most the 16384 of this device, got 1000000000',
    );
    expect(refuse({ bindingAlignment: 64 })).toThrow(/must be a multiple of the 256 of this device, got 64/);
    expect(refuse({ timestamps: true })).toThrow(/this device has none/);
    expect(refuse({ halves: true })).toThrow(/this device has no shader-f16, or was not asked/);
    expect(refuse({ matrixSide: 16 })).toThrow('[limits/matrixSide] must be 0 on this device, got 16');
    expect(
      refuse({ ...defaultLimits, wholeBytes: 1e12, precision: 'f16', cheapBarriers: false }),
    ).not.toThrow();
  });
});

test('the CPU takes no other options, and the limits of another backend', () => {
  expect(() => cpu({ foo: 1 } as object)).toThrow(/\[cpu\] has no option foo; it has precision, limits/);
  expect(() => cpu(null as unknown as CpuOptions)).toThrow(OptionError);
  const { limits } = cpu({
    limits: { bindingBytes: 1e9, workgroups: undefined, tuned: { a: 'b' } } as object,
  });
  expect(limits).toMatchObject({ bindingBytes: 1e9, workgroups: defaultLimits.workgroups });
  expect(limits.tuned?.get('a')).toBe('b');
  expect(cpu({ limits }).limits).toEqual(limits);
});

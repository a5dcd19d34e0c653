// Initializers: the ranges and deviations of Keras, options, seeds and configs.
import { describe, expect, test } from 'vitest';
import { random } from '../../src/core/random.ts';
import {
  type InitializerOption,
  initializer,
  initializerConfig,
  orthogonal,
} from '../../src/layers/initializers.ts';

describe('initializers', () => {
  const drawn = (which: InitializerOption, shape: number[]) =>
    Array.from(initializer(which)(shape, random(5)));
  const mean = (values: number[]) => values.reduce((a, c) => a + c, 0) / values.length;
  const deviation = (values: number[]) => Math.sqrt(mean(values.map((v) => (v - mean(values)) ** 2)));

  test('have the ranges and deviations of Keras', () => {
    const shape = [80, 120];
    for (const [name, expected] of [
      ['glorotUniform', Math.sqrt(2 / 200)],
      ['glorotNormal', Math.sqrt(2 / 200)],
      ['heUniform', Math.sqrt(2 / 80)],
      ['heNormal', Math.sqrt(2 / 80)],
      ['lecunUniform', Math.sqrt(1 / 80)],
      ['lecunNormal', Math.sqrt(1 / 80)],
      ['varianceScaling', Math.sqrt(1 / 80)],
      ['randomNormal', 0.05],
      ['truncatedNormal', 0.05 * 0.8796],
      ['randomUniform', 0.1 / Math.sqrt(12)],
    ] as const) {
      const values = drawn(name, shape);
      expect(deviation(values) / expected, name).toBeCloseTo(1, 1);
      expect(Math.abs(mean(values)), name).toBeLessThan(5 * (expected / Math.sqrt(9600)));
    }
    expect(Math.max(...drawn('truncatedNormal', shape).map(Math.abs))).toBeLessThanOrEqual(0.1);
    const scaled = {
      className: 'VarianceScaling',
      config: { scale: 3, mode: 'fanOut', distribution: 'uniform' },
    };
    expect(deviation(drawn(scaled, shape)) / Math.sqrt(3 / 120)).toBeCloseTo(1, 1);
  });
  test('constant, identity, a gain and a seed', () => {
    expect(drawn({ className: 'Constant', config: { value: 3 } }, [2])).toEqual([3, 3]);
    expect(drawn({ className: 'Identity', config: { gain: 2 } }, [2, 3])).toEqual([2, 0, 0, 0, 2, 0]);
    const twice = drawn(orthogonal({ gain: 2 }), [2, 2]);
    expect(twice[0] ** 2 + twice[1] ** 2).toBeCloseTo(4, 10);
    const seeded = initializer({ className: 'RandomNormal', config: { seed: 3 } });
    expect(Array.from(seeded([4], random(1)))).toEqual(Array.from(seeded([4], random(2))));
  });
  test('go through their configs', () => {
    for (const name of ['zeros', 'ones', 'constant', 'identity', 'orthogonal', 'lecunNormal'] as const) {
      const config = JSON.parse(JSON.stringify(initializerConfig(name)));
      expect(initializerConfig(config)).toEqual(config);
    }
  });
});

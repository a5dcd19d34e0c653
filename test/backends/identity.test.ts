// Under which name measurements are kept: browsers are told apart by their major version, devices by their limits.
import { expect, test } from 'vitest';
import { browserOf, tuningIdentity } from '../../src/backends/webgpu/identity.ts';
import { defaultLimits } from '../../src/core/limits.ts';
import { version } from '../../src/core/version.ts';

test('a browser is its brands with their major versions, without the one that is made up', () => {
  const brands = (made: string) => ({
    userAgent: 'Mozilla/5.0 Chrome/131.0.0.0 Safari/537.36',
    userAgentData: {
      brands: [
        { brand: 'Google Chrome', version: '131' },
        { brand: made, version: '24' },
        { brand: 'Chromium', version: '131' },
      ],
    },
  });
  for (const made of ['Not_A Brand', 'Not;A=Brand', ' Not A;Brand', ';Not A Brand', 'Not/A)Brand']) {
    expect(browserOf(brands(made)), made).toBe('Chromium 131, Google Chrome 131');
  }
});

test.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0', 'Firefox 141'],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15',
    'Safari 26',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1',
    'Safari 26',
  ],
  [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/131.0.0.0 Safari/537.36',
    'Chrome 131',
  ],
  ['something else', ''],
])('without brands the user agent tells: %s', (userAgent, browser) => {
  expect(browserOf({ userAgent })).toBe(browser);
});

test('an adapter with other limits is another one, whatever is forced', () => {
  const identity = 'maker model';
  const plain = tuningIdentity({ identity, limits: defaultLimits });
  expect(plain).toContain(`webgpu-rnn ${version}`);
  expect(plain).toContain('on maker model');
  expect(tuningIdentity({ identity, limits: { ...defaultLimits, tuned: new Map() } })).toBe(plain);
  expect(tuningIdentity({ identity, limits: { ...defaultLimits, precision: 'f16' } })).not.toBe(plain);
  expect(tuningIdentity({ identity, limits: { ...defaultLimits, storageBuffers: 10 } })).not.toBe(plain);
});

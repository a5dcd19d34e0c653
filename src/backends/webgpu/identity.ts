// Under which name measurements are kept: all that decides whether one of another start still holds.
import type { Limits } from '../../core/limits.ts';
import { version } from '../../core/version.ts';
import { hashOf } from '../shader_hash.ts';
import type { Adapter } from './device.ts';

/**
 * The library's version, the adapter, the browser that translates the shaders, and the limits by which plans are made.
 * What is in the shaders is kept with each measurement.
 */
export function tuningIdentity({ identity, limits }: Pick<Adapter, 'identity' | 'limits'>): string {
  const parts = [`webgpu-rnn ${version}`, `limits ${hashOf(textOf(limits))}`, browser()];
  return `${parts.filter(Boolean).join(', ')} on ${identity}`;
}

function textOf({ tuned: _, ...limits }: Limits): string {
  return JSON.stringify(limits);
}

/** Name and major version of the browser; empty outside of one. */
function browser(): string {
  const { navigator } = globalThis as { navigator?: BrowserNavigator };
  return typeof process !== 'undefined' && process.versions?.node ? '' : browserOf(navigator ?? {});
}

export interface BrowserNavigator {
  userAgent?: string;
  userAgentData?: { brands?: readonly { brand: string; version: string }[] };
}

/** Such as `Chromium 131, Google Chrome 131` or `Firefox 141`. */
export function browserOf({ userAgent = '', userAgentData }: BrowserNavigator): string {
  // One of the brands is made up, another one each time: its name always has `Not` and signs in it.
  const brands = (userAgentData?.brands ?? []).filter(({ brand }) => !/^[^a-z]*Not[^a-z]/i.test(brand));
  if (brands.length > 0) {
    return brands
      .map(({ brand, version: major }) => `${brand} ${major}`)
      .sort()
      .join(', ');
  }
  const [, name, major] =
    /(Firefox|Edg|Chrome|Chromium)\/(\d+)/.exec(userAgent) ??
    /(Version)\/(\d+)[\d.]* (?:Mobile\/\S+ )?Safari/.exec(userAgent) ??
    [];
  return major === undefined ? '' : `${name === 'Version' ? 'Safari' : name} ${major}`;
}

// The settings of a run in the address: `#write?units=64&layers=2`.
import type { Settings } from './types.ts';

/** The tab and settings that an address names; numbers and yes/no come back as such. */
export function readLink(hash: string = location.hash): { tab: string | undefined; settings: Settings } {
  const [tab, query = ''] = hash.replace(/^#/, '').split('?', 2);
  const settings: Settings = {};
  for (const [name, text] of new URLSearchParams(query)) settings[name] = parsed(text);
  return { tab: tab || undefined, settings };
}

function parsed(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  // Only what a number is written as: '007' and '1e400' stay text.
  return text !== '' && String(Number(text)) === text && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** The part of an address that names a tab and settings. */
export function hashOf(tab: string, settings: Settings): string {
  const query = new URLSearchParams(Object.entries(settings).map(([name, value]) => [name, String(value)]));
  return query.size > 0 ? `#${tab}?${query}` : `#${tab}`;
}

/** Puts a tab and its settings into the address bar, in place of what stands there. */
export function writeLink(tab: string, settings: Settings): void {
  const hash = hashOf(tab, settings);
  if (hash !== location.hash) history.replaceState(null, '', hash);
}

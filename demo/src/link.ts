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

/** Whether both are the same run, in whatever order its settings stand. */
export function sameRun(one: Settings, other: Settings): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => one[name] === other[name]);
}

/** Milliseconds between two changes of the address: browsers refuse more than some hundred in half a minute. */
const pause = 300;
let written = Number.NEGATIVE_INFINITY;
let waiting: ReturnType<typeof setTimeout> | undefined;
let next: string | undefined;

/** Puts a tab and its settings into the address bar, in place of what stands there; of many in a row the last. */
export function writeLink(tab: string, settings: Settings): void {
  next = hashOf(tab, settings);
  const rest = written + pause - performance.now();
  if (rest <= 0) flushLink();
  else waiting ??= setTimeout(flushLink, rest);
}

/** Puts into the address bar at once what waits to be. */
export function flushLink(): void {
  const hash = next;
  dropLink();
  if (hash === undefined || (hash === location.hash && isVisited())) return;
  written = performance.now();
  enter('replaceState', hash);
}

/** Forgets what waits to be written, where the address now leads elsewhere. */
export function dropLink(): void {
  clearTimeout(waiting);
  waiting = undefined;
  next = undefined;
}

/** Makes a tab and its settings a step of the history. */
export function pushLink(tab: string, settings: Settings): void {
  flushLink();
  enter('pushState', hashOf(tab, settings));
}

/** Whether the page has been where the address leads: else it was pasted, typed or clicked. */
export function isVisited(): boolean {
  return (history.state as { visited?: boolean } | null)?.visited === true;
}

function enter(how: 'pushState' | 'replaceState', hash: string): void {
  try {
    history[how]({ visited: true }, '', hash);
  } catch {
    // The browser has had enough of changes; the next one comes through, and what is copied is not read here.
  }
}

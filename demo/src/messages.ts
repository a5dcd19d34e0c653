// What the page tells its visitor: banners that stay until they are closed, and a live region for what happens.
import { h } from './element.ts';
import type { Action, Banner } from './types.ts';

const pause = 2000; // ms between two announcements
let last = 0;
let waiting: ReturnType<typeof setTimeout> | undefined;

/** Has a screen reader say the text; at most one every two seconds, of those that come in between the last. */
export function announce(text: string): void {
  clearTimeout(waiting);
  waiting = setTimeout(
    () => {
      last = Date.now();
      const region = document.getElementById('live');
      if (region) region.textContent = text;
    },
    Math.max(0, last + pause - Date.now()),
  );
}

const shown = new Map<string, Banner>();
/** Banners that the visitor has no choice to make on: what they say is of the moment. */
const passing = new Set<Banner>();

/** Takes away what was said of a moment that is over, such as when another tab is shown. */
export function closePassing(): void {
  for (const banner of passing) banner.close();
}

/** Shows a banner with the text and buttons, most of which close it; one with the same text takes the place of the first. */
export function say(kind: 'info' | 'error', text: string, actions: readonly Action[] = []): Banner {
  shown.get(text)?.close();
  const buttons = actions.map((action) =>
    h('button', { type: 'button', class: 'button', onclick: () => act(action) }, action.label),
  );
  const element = h(
    'div',
    { class: `banner ${kind}`, role: kind === 'error' ? 'alert' : 'status' },
    h('p', null, text),
    h(
      'div',
      { class: 'row' },
      buttons,
      h('button', { type: 'button', class: 'button quiet', onclick: () => banner.close() }, 'Close'),
    ),
  );
  const banner: Banner = {
    text,
    get open() {
      return shown.get(text) === banner;
    },
    close() {
      element.remove();
      if (shown.get(text) === banner) shown.delete(text);
      passing.delete(banner);
    },
  };
  const act = (action: Action): void => {
    if (!action.stays) banner.close();
    action.run();
  };
  shown.set(text, banner);
  if (kind === 'info' && actions.length === 0) passing.add(banner);
  document.getElementById('banners')?.append(element);
  return banner;
}

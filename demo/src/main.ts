// The shell of the page: tabs that load when they are first shown, theme, the adapter's name and the link of the run.
import { h } from './element.ts';
import { onAdapter } from './job.ts';
import { segmented } from './kit.ts';
import { dropLink, hashOf, isVisited, pushLink, readLink, sameRun, writeLink } from './link.ts';
import { announce, closePassing, say } from './messages.ts';
import { onLoss, restartLost } from './open_jobs.ts';
import { chosenTheme, setTheme } from './theme.ts';
import type { MountedTab, Settings, Tab, TabContext } from './types.ts';

const modules = import.meta.glob<{ tab: Tab }>('./tabs/*/tab.ts');
const names = {
  write: 'Write',
  remember: 'Remember',
  forecast: 'Forecast',
  tag: 'Tag & translate',
  speed: 'Speed',
};
const ids = Object.keys(names).filter((id) => modules[`./tabs/${id}/tab.ts`]);

interface Place {
  readonly button: HTMLButtonElement;
  readonly panel: HTMLElement;
  mounted?: MountedTab;
  loading?: Promise<void>;
}

const places = new Map<string, Place>();
let current: string | undefined;

const tablist = document.getElementById('tabs') as HTMLElement;
const main = document.getElementById('main') as HTMLElement;

for (const id of ids) {
  const button = h(
    'button',
    {
      type: 'button',
      role: 'tab',
      id: `tab-${id}`,
      'aria-controls': `panel-${id}`,
      'aria-selected': 'false',
      tabindex: -1,
      onclick: () => go(id),
    },
    names[id as keyof typeof names],
  );
  const panel = h('div', {
    role: 'tabpanel',
    id: `panel-${id}`,
    'aria-labelledby': `tab-${id}`,
    tabindex: -1,
    hidden: true,
  });
  places.set(id, { button, panel });
  tablist.append(button);
  main.append(panel);
}

tablist.addEventListener('keydown', (event) => {
  const at = ids.indexOf(current ?? '');
  const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: ids.length - 1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  const id = ids[(next + ids.length) % ids.length];
  go(id);
  places.get(id)?.button.focus();
});

/** Shows a tab and makes it a step of the history. */
function go(id: string): void {
  if (id === current) return;
  renewLink();
  pushLink(id, places.get(id)?.mounted?.settings() ?? {});
  show(id);
}

/** Has the address say what the tab at the front is set to. */
function renewLink(): void {
  const mounted = places.get(current ?? '')?.mounted;
  if (current !== undefined && mounted) writeLink(current, mounted.settings());
}

/** Brings a tab to the front; a link's settings are taken where they differ from what the tab is set to. */
async function show(id: string, settings: Settings = {}): Promise<void> {
  const place = places.get(id);
  if (!place) return;
  if (current !== undefined && current !== id) {
    places.get(current)?.mounted?.hide();
    closePassing();
  }
  const changed = current !== id;
  current = id;
  for (const [other, { button, panel }] of places) {
    const selected = other === id;
    button.setAttribute('aria-selected', String(selected));
    button.tabIndex = selected ? 0 : -1;
    panel.hidden = !selected;
  }
  place.button.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  document.title = `${names[id as keyof typeof names]} · webgpu-rnn`;
  if (place.mounted) {
    if (changed) place.mounted.show();
    const named = Object.keys(settings).length > 0;
    if (named && !sameRun(settings, place.mounted.settings())) place.mounted.apply(settings);
    renewLink();
    return;
  }
  place.loading ??= load(id, place, settings);
  await place.loading;
}

async function load(id: string, place: Place, settings: Settings): Promise<void> {
  try {
    const { tab } = await modules[`./tabs/${id}/tab.ts`]();
    const body = h('div', { class: 'tab-body' });
    place.panel.replaceChildren(
      h('header', { class: 'lead' }, h('h2', null, tab.title), h('p', null, tab.lead)),
      body,
    );
    const context: TabContext = {
      reducedMotion: matchMedia('(prefers-reduced-motion: reduce)').matches,
      changed: () => {
        if (current === id && place.mounted) writeLink(id, place.mounted.settings());
      },
      hand: async (to, model) => {
        const place = places.get(to);
        go(to);
        await place?.loading;
        place?.mounted?.receive?.(model);
        // The button that was pressed is out of sight now.
        place?.panel.focus({ preventScroll: true });
        scrollTo(0, 0);
      },
    };
    place.mounted = tab.mount(body, context);
    if (Object.keys(settings).length > 0) place.mounted.apply(settings);
    if (current === id) place.mounted.show();
    else place.mounted.hide();
  } catch (error) {
    delete place.loading;
    place.panel.replaceChildren();
    say('error', `This part of the page could not be loaded (${(error as Error).message}).`, [
      { label: 'Try again', run: () => void show(id, settings) },
    ]);
  }
}

/** Goes where the address leads. On the way back and forth a tab is shown as it stands, with what it has learned. */
function follow(): void {
  dropLink();
  const { tab, settings } = readLink();
  const id = tab !== undefined && places.has(tab) ? tab : ids[0];
  show(id, isVisited() && places.get(id)?.mounted ? {} : settings);
}

document.getElementById('theme')?.append(
  segmented({
    label: 'Theme',
    options: [
      { value: 'auto', label: 'Auto' },
      { value: 'light', label: 'Light' },
      { value: 'dark', label: 'Dark' },
    ],
    value: chosenTheme(),
    onChange: setTheme,
  }).element,
);

document.getElementById('copy-link')?.addEventListener('click', async () => {
  renewLink();
  const mounted = places.get(current ?? '')?.mounted;
  const hash = current && mounted ? hashOf(current, mounted.settings()) : location.hash;
  const link = new URL(hash, location.href).href;
  try {
    await navigator.clipboard.writeText(link);
    announce('The link to this run is copied.');
    flash('Copied');
  } catch {
    say('info', `The link to this run: ${link}`);
  }
});

function flash(text: string): void {
  const link = document.getElementById('copy-link');
  if (!link) return;
  link.textContent = text;
  setTimeout(() => {
    link.textContent = 'Copy link';
  }, 1500);
}

/** What computes, in words: the adapter of the page first, that of a job as soon as one has begun. */
async function nameAdapter(): Promise<void> {
  const line = document.getElementById('adapter') as HTMLElement;
  const before = line.previousElementSibling as HTMLElement;
  let known = false;
  onAdapter(({ device, description }) => {
    known = true;
    before.hidden = false;
    line.title = description;
    line.textContent = device === 'cpu' ? 'the CPU (reference backend)' : description;
    line.dataset.device = device;
  });
  const info = (await navigator.gpu?.requestAdapter().catch(() => null))?.info;
  if (known) return;
  const words =
    info && (info.description || info.device || [info.vendor, info.architecture].filter(Boolean).join(' '));
  before.hidden = !info;
  line.textContent = info ? words || 'a GPU that gives no name' : 'There is no WebGPU here.';
  line.title = line.textContent;
}

// The way out stays in sight where the banner that offers it was closed.
const useCpu = document.getElementById('use-cpu');
useCpu?.addEventListener('click', () => restartLost('cpu'));
onLoss((lost) => {
  if (useCpu) useCpu.hidden = !lost;
});

// A file dropped beside a drop zone must not take the visitor away.
for (const type of ['dragover', 'drop'] as const) {
  window.addEventListener(type, (event) => {
    if (event.defaultPrevented || !event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    if (type === 'drop')
      say('info', 'Nothing takes a file there: drop it on one of the fields with a dashed border.');
  });
}
window.addEventListener('error', (event) => {
  // Browsers report here that a resize observer needs another frame, which is no fault.
  if (!event.message.includes('ResizeObserver'))
    say('error', `Something went wrong on the page: ${event.message}`);
});
window.addEventListener('unhandledrejection', ({ reason }) => {
  say('error', `Something went wrong on the page: ${(reason as Error)?.message ?? reason}`);
});
// Steps through the history change the part behind the # too: one event tells of all.
window.addEventListener('hashchange', follow);
follow();
nameAdapter();

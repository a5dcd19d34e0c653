// The text that the model writes: each character tinted by its surprise, looked into by pointer or keyboard.
import { announce, h } from '../../kit.ts';
import { type Character, distribution, inWords } from './distribution.ts';
import { ALTERNATIVES, type Written } from './messages.ts';
import { bits } from './words.ts';

/** Characters that stay on the page; older ones go by this many at once. */
const MOST = 1400;
const PRUNED = 300;
/** Milliseconds between two characters that are shown, and between two looks at the newest one. */
const BEAT = 32;
const LOOK = 120;
/** Bits of surprise with the deepest tint. */
const DEEPEST = 8;

export interface SampleView {
  readonly element: HTMLElement;
  append(written: Written, tokens: readonly string[]): void;
  clear(): void;
  /** What stands there until something is written. */
  invite(words: string): void;
  /** Stops timers. */
  hide(): void;
}

export interface SampleViewOptions {
  reducedMotion: boolean;
}

/** The text with the distribution of one character beside it. */
export function sampleView({ reducedMotion }: SampleViewOptions): SampleView {
  const empty = h('p', { class: 'write-empty' });
  const detail = distribution();
  const place = h('div', {
    class: 'sample write-sample',
    tabindex: 0,
    role: 'application',
    'aria-roledescription': 'text to look into',
    'aria-label':
      'What the model writes; arrow keys go from character to character, Escape goes back to the end',
  });
  const element = h('div', { class: 'write-view' }, place, detail.element);
  const characters: { character: Character; span: HTMLElement }[] = [];
  let waiting: (Character | undefined)[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let cursor: HTMLElement | undefined;
  let looked = 0;

  const indexOf = (span: Element): number => characters.findIndex((c) => c.span === span);
  const release = (): void => {
    cursor?.classList.remove('here');
    cursor = undefined;
    showNewest(true);
  };
  const point = (span: HTMLElement, aloud: boolean): void => {
    const found = characters[indexOf(span)];
    if (!found) return;
    cursor?.classList.remove('here');
    cursor = span;
    span.classList.add('here');
    detail.show(found.character, false);
    if (aloud) {
      span.scrollIntoView({ block: 'nearest' });
      announce(inWords(found.character));
    }
  };
  const showNewest = (at_once = false): void => {
    const now = performance.now();
    if (cursor || (!at_once && (reducedMotion || now - looked < LOOK))) return;
    looked = now;
    detail.show(characters.at(-1)?.character, true);
    place.scrollTop = place.scrollHeight;
  };

  const add = (character: Character | undefined): void => {
    if (!character) {
      if (characters.length > 0) place.append(h('hr', null));
      return;
    }
    if (characters.length === 0 && place.firstChild) place.replaceChildren();
    const { text, probability, given } = character;
    const level = Number.isNaN(probability) ? 0 : Math.min(DEEPEST, Math.round(bits(probability)));
    const kind = `s${level}${given ? ' given' : ''}${text === '\n' ? ' end' : ''}`;
    const span = h('span', { class: kind }, text);
    characters.push({ character, span });
    place.append(span);
  };
  const prune = (): void => {
    if (cursor || characters.length <= MOST) return;
    const rest = characters[PRUNED].span;
    while (place.firstChild && place.firstChild !== rest) place.firstChild.remove();
    characters.splice(0, PRUNED);
  };
  const flow = (): void => {
    timer = undefined;
    // Whoever looks at a character is not disturbed for long: the rest waits.
    if (cursor && waiting.length > 400) waiting = waiting.slice(-200);
    if (!cursor) {
      const count = reducedMotion ? waiting.length : Math.max(1, Math.round(waiting.length / 5));
      for (const character of waiting.splice(0, count)) add(character);
      prune();
      place.scrollTop = place.scrollHeight;
      showNewest();
    }
    if (waiting.length > 0) timer = setTimeout(flow, cursor ? 200 : BEAT);
  };

  const spanOf = (target: EventTarget | null): HTMLElement | undefined =>
    target instanceof HTMLSpanElement && target.parentElement === place ? target : undefined;
  for (const type of ['pointerover', 'pointerdown'] as const) {
    place.addEventListener(type, (event) => {
      const span = spanOf(event.target);
      if (span) point(span, false);
    });
  }
  place.addEventListener('pointerleave', (event) => {
    if (event.pointerType === 'mouse') release();
  });
  place.addEventListener('blur', release);
  place.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') return release();
    const last = characters.length - 1;
    const at = cursor ? indexOf(cursor) : last + 1;
    const next =
      { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }[event.key] ?? lineStep(event.key, at);
    if (next === undefined || last < 0) return;
    event.preventDefault();
    point(characters[Math.min(last, Math.max(0, next))].span, true);
  });
  /** The character above or below. */
  const lineStep = (key: string, at: number): number | undefined => {
    if (key !== 'ArrowUp' && key !== 'ArrowDown') return undefined;
    const step = key === 'ArrowUp' ? -1 : 1;
    const from = characters[Math.min(at, characters.length - 1)]?.span;
    if (!from) return undefined;
    let i = characters.findIndex((c) => c.span === from);
    const { offsetTop, offsetLeft } = from;
    while (characters[i] && Math.abs(characters[i].span.offsetTop - offsetTop) < 4) i += step;
    const line = characters[i]?.span.offsetTop;
    let best = i;
    for (; characters[i] && Math.abs(characters[i].span.offsetTop - line) < 4; i += step) {
      const away = (k: number): number => Math.abs(characters[k].span.offsetLeft - offsetLeft);
      if (away(i) < away(best)) best = i;
    }
    return best;
  };

  const clear = (): void => {
    clearTimeout(timer);
    timer = undefined;
    waiting = [];
    characters.length = 0;
    cursor = undefined;
    place.replaceChildren(empty);
    detail.show(undefined, true);
  };
  clear();
  return {
    element,
    append(written, tokens) {
      waiting.push(...charactersOf(written, tokens));
      timer ??= setTimeout(flow, 0);
    },
    clear,
    invite(words) {
      empty.textContent = words;
    },
    hide() {
      clearTimeout(timer);
      timer = undefined;
      waiting = [];
    },
  };
}

/** The characters of a group; undefined where the text was begun anew. */
function charactersOf(written: Written, tokens: readonly string[]): (Character | undefined)[] {
  return Array.from(written.ids, (id, i) => {
    if (id < 0) return undefined;
    const alternatives = [];
    for (let k = i * ALTERNATIVES; k < (i + 1) * ALTERNATIVES; k++) {
      const { alternatives: ids, byModel, asDrawn } = written;
      if (byModel[k] > 0)
        alternatives.push({ text: tokens[ids[k]], byModel: byModel[k], asDrawn: asDrawn[k] });
    }
    const { probability, rank, given } = written;
    return {
      text: tokens[id],
      probability: probability[i],
      rank: rank[i],
      given: given[i] === 1,
      alternatives,
    };
  });
}

// What the model thought before one character: its likeliest alternatives as bars, by itself and as they were drawn from.
import { h } from '../../kit.ts';
import { bits, choice, glyph, percent, spoken } from './words.ts';

/** One written character. */
export interface Character {
  readonly text: string;
  /** NaN where it was not predicted. */
  readonly probability: number;
  readonly rank: number;
  readonly given: boolean;
  readonly alternatives: readonly Alternative[];
}

export interface Alternative {
  readonly text: string;
  readonly byModel: number;
  readonly asDrawn: number;
}

export interface Distribution {
  readonly element: HTMLElement;
  show(character: Character | undefined, live: boolean): void;
}

/** A place for one character at a time. */
export function distribution(): Distribution {
  const sign = h('span', { class: 'write-sign', 'aria-hidden': 'true' });
  const headline = h('p', { class: 'write-headline' });
  const facts = h('p', { class: 'hint' });
  const list = h('ol', { class: 'write-bars' });
  const element = h(
    'div',
    { class: 'write-distribution' },
    h('div', { class: 'write-which' }, sign, h('div', null, headline, facts)),
    list,
    h(
      'p',
      { class: 'hint write-key' },
      h('i', { class: 'by-model' }),
      'the model’s own odds',
      h('i', { class: 'as-drawn' }),
      'after temperature and top-k',
    ),
  );
  const rows: HTMLElement[] = [];
  const row = (i: number): HTMLElement => {
    rows[i] ??= h(
      'li',
      null,
      h('span', { class: 'write-glyph' }),
      h(
        'span',
        { class: 'write-bar', 'aria-hidden': 'true' },
        h('i', { class: 'by-model' }),
        h('i', { class: 'as-drawn' }),
      ),
      h('span', { class: 'write-percent' }),
    );
    return rows[i];
  };
  return {
    element,
    show(character, live) {
      if (!character) {
        sign.textContent = '';
        headline.textContent = 'Nothing is written yet.';
        facts.textContent = 'What the model weighs for each character will stand here.';
        list.replaceChildren();
        return;
      }
      const { text, probability, rank, given, alternatives } = character;
      sign.textContent = glyph(text);
      headline.textContent = Number.isNaN(probability)
        ? 'Where the text begins'
        : `${percent(probability)} likely, ${choice(rank)}`;
      const surprise = Number.isNaN(probability) ? '' : `${bits(probability).toFixed(1)} bits of surprise`;
      const whose = given ? 'given by you' : live ? 'just written' : 'drawn by the model';
      facts.textContent = [surprise, whose].filter(Boolean).join(' · ');
      list.replaceChildren(
        ...alternatives.map(({ text: other, byModel, asDrawn }, i) => {
          const item = row(i);
          item.classList.toggle('taken', other === text);
          item.classList.toggle('out', asDrawn === 0);
          const [name, bar, share] = item.children as unknown as HTMLElement[];
          name.textContent = glyph(other);
          const [model, drawn] = bar.children as unknown as HTMLElement[];
          model.style.width = `${100 * byModel}%`;
          drawn.style.width = `${100 * asDrawn}%`;
          share.textContent = percent(byModel);
          return item;
        }),
      );
    },
  };
}

/** The same in one sentence, to be read aloud. */
export function inWords({ text, probability, rank, given, alternatives }: Character): string {
  if (Number.isNaN(probability)) return `${spoken(text)}, where the text begins`;
  const others = alternatives
    .filter((a) => a.text !== text)
    .slice(0, 3)
    .map((a) => `${spoken(a.text)} ${percent(a.byModel)}`);
  const whose = given ? ', given by you' : '';
  return `${spoken(text)}, ${percent(probability)}, ${choice(rank)}${whose}. Others: ${others.join(', ')}.`;
}

// The page's side of the segmenter: a text without spaces, its tags in colour, and held-out sentences.
import { dropZone, h, panel, select, slider, uniqueId } from '../../kit.ts';
import type { Settings, TabContext } from '../../types.ts';
import { type LessonView, lessonView } from './lesson_view.ts';
import { type LessonOptions, TAGS, type TaggedRow } from './protocol.ts';
import { rateField, within } from './settings.ts';
import { split } from './words.ts';

const defaults = { units: 48, rate: 0.01, text: 'tales' } as const;
const first = 'thepatientkeepercarriedthesilverlampacrossthefrozenharbourbeforenoon';
const meanings = { B: 'begins a word', M: 'in the middle', E: 'ends a word', S: 'a word by itself' };

export interface TaskView {
  readonly view: LessonView;
  settings(): Settings;
  apply(settings: Settings): void;
}

export function segmentView(context: TabContext): TaskView {
  let own: string | undefined;
  const changed = (): void => {
    context.changed();
    view.renew();
  };
  const source = select({
    label: 'Text to learn from',
    value: defaults.text as string,
    options: [
      { value: 'tales', label: 'Tales of a harbour (generated)' },
      { value: 'documentation', label: "This project's documentation" },
      { value: 'own', label: 'Your own text' },
    ],
    onChange: (value) => {
      ownText.hidden = value !== 'own';
      if (value !== 'own' || own !== undefined) changed();
    },
  });
  const units = slider({
    ...{ label: 'LSTM units each way', min: 8, max: 128, step: 8, value: defaults.units },
    onInput: changed,
  });
  const rate = rateField(defaults.rate, changed);
  const take = (text: string): void => {
    own = text;
    changed();
  };
  const pasteId = uniqueId('paste');
  const pasted = h('textarea', {
    id: pasteId,
    rows: '4',
    spellcheck: 'false',
    placeholder: 'A page or more, in any language that puts spaces between words',
  });
  pasted.addEventListener('change', () => pasted.value.trim() !== '' && take(pasted.value));
  const ownText = h(
    'div',
    { class: 'tag-own' },
    h('div', { class: 'field' }, h('label', { for: pasteId }, 'Paste a text'), pasted),
    dropZone({ label: 'Or drop a text file', accept: '.txt,.md,text/plain', onText: take }),
  );
  ownText.hidden = true;

  const typedId = uniqueId('typed');
  const typed = h('textarea', {
    id: typedId,
    rows: '2',
    maxlength: '320',
    spellcheck: 'false',
    autocapitalize: 'off',
  });
  typed.value = first;
  typed.addEventListener('input', () => {
    view.ask(typed.value);
    if (typed.value.trim() !== '') return;
    cells.replaceChildren();
    found.textContent = 'Type some words without spaces, and they are told apart here.';
  });
  const cells = h('div', { class: 'tag-cells', 'aria-hidden': 'true' });
  const found = h('p', { class: 'tag-found' }, 'Train the network and watch the words fall into place.');
  const legend = h(
    'ul',
    { class: 'tag-legend' },
    TAGS.map((tag) => h('li', null, h('span', { class: `tag-cell tag-${tag}` }, tag), ` ${meanings[tag]}`)),
  );
  const rows = h(
    'ol',
    { class: 'tag-rows' },
    h('li', { class: 'hint' }, 'They appear with the first measurement.'),
  );

  const lesson = (): LessonOptions => ({
    kind: 'segment',
    units: units.value,
    rate: rate.value,
    source: source.value === 'own' ? { text: own ?? '' } : (source.value as 'tales' | 'documentation'),
  });
  const missing = (): string | undefined =>
    source.value === 'own' && own === undefined
      ? 'There is no text of your own yet: drop a file or paste one, then train.'
      : undefined;
  const settings = (): Settings => ({
    ...(units.value !== defaults.units && { units: units.value }),
    ...(rate.value !== defaults.rate && { rate: rate.value }),
    ...(source.value !== defaults.text && source.value !== 'own' && { text: source.value }),
  });

  const view: LessonView = lessonView({
    name: 'words',
    controls: [source, { element: ownText }, units, rate],
    trial: panel(
      'Text without spaces',
      h('div', { class: 'field' }, h('label', { for: typedId }, 'Type or change the text'), typed),
      cells,
      found,
      legend,
    ),
    examples: panel(
      'Held-out sentences, read now',
      rows,
      h(
        'p',
        { class: 'hint' },
        'F1 is the harmonic mean of two shares: of the words it found, those that are right; of the words there are, those it found.',
      ),
    ),
    score: 'F1 of held-out words',
    unit: 'sentences',
    lossUnit: 'nats of a sentence',
    lesson,
    missing,
    settings,
    question: () => typed.value,
    onBegun: ({ units: size }) => units.set(size),
    onMeasured: (event) => rows.replaceChildren(...(event.rows as TaggedRow[]).map(rowOf)),
    onAnswer({ answer, step }) {
      // What was asked before the field was emptied comes too late.
      if (answer.kind !== 'segment' || typed.value.trim() === '') return;
      paint(cells, answer.text, answer.tags);
      const words = split(answer.text, answer.tags).join(' ');
      found.textContent = step === 0 ? `Untrained: ${words}` : words;
    },
  });

  return {
    view,
    settings,
    apply(given) {
      units.set(within(given.units, defaults.units, 8, 128));
      rate.set(within(given.rate, defaults.rate, 0.0001, 0.1));
      source.set(given.text === 'documentation' ? given.text : defaults.text);
      ownText.hidden = true;
      view.renew();
    },
  };
}

/** Cells are kept where they can be, so that their colours and gaps glide. */
function paint(host: HTMLElement, text: string, tags: readonly number[]): void {
  const characters = [...text];
  while (host.children.length > characters.length) host.lastElementChild!.remove();
  while (host.children.length < characters.length) host.append(h('span', null, h('b'), h('i')));
  characters.forEach((character, i) => {
    const cell = host.children[i];
    const starts = i > 0 && split('ab', [tags[i - 1], tags[i]]).length === 2;
    const name = `tag-cell tag-${TAGS[tags[i]]}${starts ? ' tag-starts' : ''}`;
    if (cell.className !== name) cell.className = name;
    const [letter, tag] = cell.children;
    if (letter.textContent !== character) letter.textContent = character;
    if (tag.textContent !== TAGS[tags[i]]) tag.textContent = TAGS[tags[i]];
  });
}

/** A sentence with its words as found: those that are right plain, the others marked. */
function rowOf({ text, tags, wanted }: TaggedRow): HTMLElement {
  const right = new Set(placed(split(text, wanted)).map(({ key }) => key));
  return h(
    'li',
    null,
    placed(split(text, tags)).map(({ word, key }) => [
      h(right.has(key) ? 'span' : 'mark', { class: right.has(key) ? null : 'tag-wrong' }, word),
      ' ',
    ]),
  );
}

function placed(words: readonly string[]): { word: string; key: string }[] {
  let at = 0;
  return words.map((word) => {
    const from = at;
    at += word.length;
    return { word, key: `${from} ${at}` };
  });
}

// The controls of a run: its text, its network, and how it is trained.
import { button, dropZone, h, numberField, panel, say, segmented, select, slider } from '../../kit.ts';
import type { Control } from '../../types.ts';
import { MAX_BYTES } from './limits.ts';
import { troubleWith } from './own_text.ts';
import { type CorpusName, cellChoices, type RunSettings, ranges } from './settings.ts';
import { grouped } from './words.ts';

export interface SettingsPanel {
  readonly element: HTMLElement;
  /** Shows these settings without telling anybody. */
  set(settings: RunSettings): void;
  /** The visitor's own text. */
  readonly own: OwnText | undefined;
}

export interface OwnText {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface SettingsPanelOptions {
  settings: RunSettings;
  onChange(change: Partial<RunSettings>): void;
}

/** The panel on the left. */
export function settingsPanel({ settings, onChange }: SettingsPanelOptions): SettingsPanel {
  let own: OwnText | undefined;
  const named = h('p', { class: 'hint', hidden: true });
  const corpus = select<CorpusName>({
    label: 'Text to learn',
    options: [
      { value: 'source', label: 'This library’s own source' },
      { value: 'fables', label: 'Made-up fables' },
      { value: 'own', label: 'A text of your own' },
    ],
    value: settings.corpus,
    onChange: (value) => {
      ownPlace.hidden = value !== 'own';
      onChange({ corpus: value });
    },
  });
  const take = (name: string, bytes: Uint8Array): void => {
    const trouble = troubleWith(bytes);
    if (trouble !== undefined) return void say('error', `${name} ${trouble} Nothing was changed.`);
    own = { name, bytes };
    named.textContent = `${name}: ${grouped(bytes.length)} bytes. It stays in this page.`;
    named.hidden = false;
    corpus.set('own');
    onChange({ corpus: 'own' });
  };
  const pasted = h('textarea', { rows: 4, 'aria-label': 'Text to paste', placeholder: 'Paste a text' });
  const ownPlace = h(
    'div',
    { class: 'stack', hidden: settings.corpus !== 'own' },
    dropZone({
      label: 'Your text, up to 20 MB',
      accept: '.txt,.md,.csv,.json,.js,.ts,.py,.html,text/*',
      maxBytes: MAX_BYTES,
      onBytes: (bytes, name) => take(name, bytes),
    }),
    pasted,
    button('Use the pasted text', () => {
      if (pasted.value.trim() === '') say('info', 'There is no text in the field yet: paste one first.');
      else take('the pasted text', new TextEncoder().encode(pasted.value));
    }),
    named,
  );
  const number = (label: string, name: keyof typeof ranges, step = 1, hint?: string): Control<number> =>
    numberField({
      label,
      ...ranges[name],
      step,
      value: settings[name],
      onChange: (value) => onChange({ [name]: value }),
      ...(hint !== undefined && { hint }),
    });
  const cell = segmented<RunSettings['cell']>({
    label: 'Cell',
    options: cellChoices,
    value: settings.cell,
    onChange: (value) => onChange({ cell: value }),
  });
  const numbers = {
    layers: number('Layers', 'layers'),
    units: number('Units', 'units'),
    window: number('Window', 'window'),
    batch: number('Batch', 'batch'),
    dropout: number('Dropout', 'dropout', 0.05),
    seed: number('Seed', 'seed'),
  } as const;
  const rate = slider({
    label: 'Learning rate',
    min: Math.log10(ranges.rate.min),
    max: Math.log10(ranges.rate.max),
    step: 0.02,
    value: Math.log10(settings.rate),
    format: (value) => (10 ** value).toPrecision(2),
    onInput: (value) => onChange({ rate: Number((10 ** value).toPrecision(2)) }),
  });
  const element = panel(
    'Text and network',
    corpus.element,
    ownPlace,
    cell.element,
    h('div', { class: 'write-three' }, numbers.layers.element, numbers.units.element, numbers.window.element),
    rate.element,
    h(
      'details',
      { class: 'write-more' },
      h('summary', null, 'More'),
      h(
        'div',
        null,
        h(
          'div',
          { class: 'write-three' },
          numbers.batch.element,
          numbers.dropout.element,
          numbers.seed.element,
        ),
        h(
          'p',
          { class: 'hint' },
          'The window is how many characters back an error is followed; the batch is how many places of the text are read side by side.',
        ),
      ),
    ),
  );
  return {
    element,
    set(next) {
      corpus.set(next.corpus);
      ownPlace.hidden = next.corpus !== 'own';
      cell.set(next.cell);
      for (const [name, control] of Object.entries(numbers)) control.set(next[name as keyof typeof numbers]);
      rate.set(Math.log10(next.rate));
    },
    get own() {
      return own;
    },
  };
}

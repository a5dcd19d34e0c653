// What the network is shown: how often an a, which letter first, or a text; and which of its layers is looked at.
import { h, panel, segmented, slider, uniqueId } from '../../kit.ts';
import type { Control } from '../../types.ts';
import { countsInTraining, longestText, mostCounted } from './limits.ts';
import type { TaskName, View } from './messages.ts';
import type { Chosen } from './settings.ts';
import type { LayerFacts } from './watcher.ts';

export interface ShownPanel {
  readonly element: HTMLElement;
  /** What is visible with a task. */
  dress(task: TaskName): void;
  /** Shows these choices without telling anybody. */
  set(chosen: Chosen, text: string): void;
  /** The layers that can be looked at; none where there is no choice. */
  setLayers(layers: readonly LayerFacts[], chosen: number): void;
  /** What the view tells of the sequence. */
  show(view: View): void;
}

export interface ShownPanelOptions {
  chosen: Chosen;
  text: string;
  onChange(change: Partial<Pick<Chosen, 'count' | 'letter' | 'text' | 'layer'>>): void;
}

export function shownPanel({ chosen, text, onChange }: ShownPanelOptions): ShownPanel {
  const count = slider({
    ...{ label: 'n, how often a', min: 1, max: mostCounted, step: 1, value: chosen.count },
    onInput: (value) => onChange({ count: value }),
  });
  const letter = segmented<'A' | 'B'>({
    label: 'The text begins with',
    value: chosen.letter,
    options: [
      { value: 'A', label: 'A' },
      { value: 'B', label: 'B' },
    ],
    onChange: (value) => onChange({ letter: value }),
  });
  const id = uniqueId('text');
  const typed = h('textarea', { id, maxlength: longestText, spellcheck: 'false', rows: 5 });
  typed.value = text;
  typed.addEventListener('input', () => onChange({ text: typed.value }));
  const unknown = h('p', { class: 'hint', role: 'status' });
  const read = h(
    'div',
    { class: 'field' },
    h('label', { for: id }, 'Type anything: the network reads it'),
    typed,
    unknown,
  );
  const exact = h('div', { class: 'exact' });
  const layers = h('div');
  let layer: Control<string> | undefined;

  return {
    element: panel('What it is shown', count.element, letter.element, read, layers, exact),
    dress(task) {
      count.element.hidden = task !== 'counting';
      exact.hidden = task !== 'counting';
      letter.element.hidden = task !== 'memory';
      read.hidden = task !== 'text' && task !== 'written';
      layers.hidden = task !== 'written' || layer === undefined;
    },
    set(now, words) {
      count.set(now.count);
      letter.set(now.letter);
      layer?.set(String(now.layer));
      // What is being typed keeps its cursor.
      if (typed.value !== words) typed.value = words;
    },
    setLayers(all, now) {
      layer = undefined;
      layers.hidden = all.length < 2;
      if (all.length > 1) {
        layer = segmented<string>({
          label: 'Layer, from the bottom up',
          value: String(now),
          options: all.map((_, i) => ({ value: String(i + 1), label: String(i + 1) })),
          onChange: (value) => onChange({ layer: Number(value) }),
        });
      }
      layers.replaceChildren(...(layer ? [layer.element] : []));
    },
    show(view) {
      if (view.exact) exact.replaceChildren(...countedChips(view.exact));
      const words = view.unknown ?? '';
      if (unknown.textContent !== words) unknown.textContent = words;
    },
  };
}

/** The n of the counting task, and which of them are counted right. */
function countedChips(exact: readonly number[]): HTMLElement[] {
  const chips = Array.from({ length: mostCounted }, (_, i) => {
    const known = countsInTraining.includes(i + 1);
    const ok = exact.includes(i + 1);
    const words = `${known ? '' : ', never seen'}: ${ok ? 'right' : 'wrong'}`;
    return h(
      'li',
      { class: `${ok ? 'ok' : ''} ${known ? '' : 'unseen'}`, title: `${i + 1}${words}` },
      String(i + 1),
      h('span', { class: 'visually-hidden' }, words),
    );
  });
  const words = 'Counted without an error (those it never saw in training are dashed):';
  return [h('p', { class: 'hint' }, words), h('ul', { class: 'chips' }, chips)];
}

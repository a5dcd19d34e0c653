// The symbols of a sequence in a row, or a text as it stands, each with what the network expects next.
import { h } from '../../kit.ts';
import type { View } from './messages.ts';
import { spoken } from './spelling.ts';

export interface Strip {
  readonly element: HTMLElement;
  show(view: View): void;
  /** Marks a step; what lies ahead of it is dimmed while the sequence runs. */
  moveTo(step: number, running: boolean): void;
  /** Colours the symbols of a text by the states [T] of a unit. */
  tint(states: Float32Array): void;
}

export function strip(onStep: (step: number) => void): Strip {
  const element = h('div', {
    class: 'strip',
    role: 'group',
    'aria-label': 'The sequence; arrow keys go through it',
  });
  const point = (event: PointerEvent): void => {
    const cell = (event.target as Element).closest<HTMLElement>('[data-step]');
    if (cell) onStep(Number(cell.dataset.step));
  };
  element.addEventListener('pointerdown', point);
  element.addEventListener('pointermove', point);
  // A long text is scrolled, and gone through by the arrow keys.
  element.addEventListener('keydown', (event) => {
    const all = [...cells()];
    const at = all.findIndex((it) => it.hasAttribute('aria-current'));
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || !all[to]) return;
    event.preventDefault();
    onStep(to);
    all[to].scrollIntoView({ block: 'nearest' });
  });
  const cells = () => element.querySelectorAll<HTMLElement>('[data-step]');

  return {
    element,
    show(view) {
      const text = isText(view);
      element.classList.toggle('prose', text);
      if (text) element.tabIndex = 0;
      else element.removeAttribute('tabindex');
      const make = text ? glyph : cell;
      element.replaceChildren(...view.symbols.flatMap((_, t) => make(view, t)));
    },
    moveTo(step, running) {
      cells().forEach((it, t) => {
        if (t === step) it.setAttribute('aria-current', 'step');
        else it.removeAttribute('aria-current');
        it.classList.toggle('ahead', running && t > step);
      });
    },
    tint(states) {
      const most = states.reduce((size, value) => Math.max(size, Math.abs(value)), 1e-6);
      cells().forEach((it, t) => {
        const part = Math.round((36 * Math.abs(states[t])) / most);
        const color = states[t] < 0 ? '--accent-2' : '--accent';
        it.style.setProperty('--tint', `color-mix(in oklab, var(${color}) ${part}%, transparent)`);
      });
    },
  };
}

/** Whether the sequence is a text rather than the letters of a task. */
export function isText({ task }: View): boolean {
  return task === 'text' || task === 'written';
}

function labelOf({ symbols, expected }: View, t: number): string {
  return `step ${t + 1}: ${spoken(symbols[t])}, next expected ${spoken(expected[t].symbol)}`;
}

function glyph(view: View, t: number): (HTMLElement | string)[] {
  const { symbols, level } = view;
  const symbol = symbols[t];
  const shown = h(
    'span',
    { 'data-step': t, class: 'glyph', title: labelOf(view, t) },
    symbol === '\n' ? '↵\n' : symbol,
  );
  return level === 'word' && symbol !== '\n' ? [shown, ' '] : [shown];
}

function cell(view: View, t: number): HTMLElement[] {
  const { symbols, expected, wanted } = view;
  const right = wanted[t] === undefined ? '' : expected[t].symbol === wanted[t] ? 'right' : 'wrong';
  return [
    h(
      'span',
      { 'data-step': t, class: 'cell', title: labelOf(view, t) },
      h('b', null, symbols[t]),
      h('i', { class: right }, expected[t].symbol),
    ),
  ];
}

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
  const element = h('div', { class: 'strip' });
  const point = (event: PointerEvent): void => {
    const cell = (event.target as Element).closest<HTMLElement>('[data-step]');
    if (cell) onStep(Number(cell.dataset.step));
  };
  element.addEventListener('pointerdown', point);
  element.addEventListener('pointermove', point);
  const cells = () => element.querySelectorAll<HTMLElement>('[data-step]');

  return {
    element,
    show(view) {
      const text = isText(view);
      element.classList.toggle('prose', text);
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

// What the network does with one sequence: the symbols, heat-maps of all units, the units that were found, and their traces.
import { h, panel } from '../../kit.ts';
import { findingCards } from './finding_cards.ts';
import type { View } from './messages.ts';
import { planesView } from './planes_view.ts';
import { player } from './player.ts';
import { figure, spoken } from './spelling.ts';
import { isText, strip } from './strip.ts';
import { statesOf, trace } from './trace.ts';
import type { PlaneName } from './watcher.ts';

export interface Stage {
  readonly element: HTMLElement;
  show(view: View): void;
  /** Shows nothing, and why. */
  empty(words: string): void;
  /** Stops the sequence where it runs. */
  rest(): void;
}

const hint =
  'A row is a unit, a column a step. Move the pointer over a map, or focus it and use the arrow keys: all maps follow.';
const shares: readonly PlaneName[] = ['input', 'forget', 'update', 'reset', 'output'];

export function stage({ reducedMotion }: { reducedMotion: boolean }): Stage {
  let view: View | undefined;
  let chosen = 0;
  /** What the visitor chose: the findings change places while it learns. */
  let role: string | undefined;
  let step = 0;
  let unit = 0;
  /** Whether a step is looked at: until then the whole row of the unit is marked. */
  let scrubbed = false;
  /** Whether the visitor has gone to a unit: until then it is the one that was found. */
  let picked = false;

  const scrub = (to: number): void => {
    play.rest();
    scrubbed = true;
    moveTo(to);
  };
  const row = strip(scrub);
  const play = player({
    reducedMotion,
    onStep: scrub,
    onRun(to) {
      scrubbed = true;
      moveTo(to);
    },
  });
  const readout = h('p', { class: 'hint mono unit-readout' });
  const cards = findingCards((index) => {
    const finding = view?.findings[index];
    if (!finding) return;
    chosen = index;
    role = finding.role;
    unit = finding.unit;
    scrubbed = false;
    picked = false;
    cards.show(view!, chosen);
    showUnit();
    moveTo(step);
  });
  const line = trace();
  const maps = planesView((at, to) => {
    picked = true;
    const another = at !== unit;
    unit = at;
    if (another) showUnit();
    scrub(to);
  });

  function moveTo(to: number): void {
    if (!view) return;
    step = Math.min(view.symbols.length - 1, Math.max(0, to));
    play.set(step);
    row.moveTo(step, play.running);
    maps.mark(unit, scrubbed ? step : undefined);
    readout.textContent = told(view, unit, step);
    line.mark(step, nameOf(view, view.symbols[step]));
  }

  function showUnit(): void {
    if (!view) return;
    line.show(view, unit, chosen);
    if (isText(view)) row.tint(statesOf(view, unit, chosen));
  }

  function show(next: View): void {
    if (view?.task !== next.task || view.layer !== next.layer) {
      role = undefined;
      scrubbed = false;
      picked = false;
      step = 0;
    }
    view = next;
    chosen = Math.max(
      0,
      next.findings.findIndex((finding) => finding.role === role),
    );
    if (!picked) unit = next.findings[chosen]?.unit ?? unit;
    unit = Math.min(unit, next.units - 1);
    none.hidden = true;
    whole.hidden = false;
    maps.show(next);
    play.setLength(next.symbols.length, (t) =>
      isText(next) && next.symbols[t] !== undefined ? `: ${spoken(next.symbols[t])}` : '',
    );
    row.show(next);
    cards.show(next, chosen);
    showUnit();
    moveTo(step);
  }

  const none = h('p', { class: 'empty' });
  none.hidden = true;
  const whole = h(
    'div',
    { class: 'stack' },
    panel('The sequence, from left to right', row.element, play.element, readout),
    panel('Found by looking inside', cards.element, line.element),
    panel('Every unit at every step', h('p', { class: 'hint' }, hint), maps.element),
  );
  return {
    element: h('div', { class: 'stack' }, none, whole),
    show,
    empty(words) {
      play.rest();
      none.textContent = words;
      none.hidden = false;
      whole.hidden = true;
    },
    rest: play.rest,
  };
}

/** A unit at a step, in words and numbers. */
function told(view: View, unit: number, step: number): string {
  const { planes, symbols, expected } = view;
  const at = unit * symbols.length + step;
  const parts = (['cell', 'hidden'] as const)
    .filter((name) => planes[name])
    .map((name) => `${name} ${figure(planes[name]![at])}`);
  for (const name of shares) {
    const plane = planes[name];
    if (plane) parts.push(`${name} ${Math.round(100 * plane[at])} %`);
  }
  const { symbol, probability } = expected[step];
  return `${nameOf(view, symbols[step])}, unit ${unit + 1}: ${parts.join(' · ')}; next ${nameOf(view, symbol)} (${Math.round(100 * probability)} %)`;
}

/** A symbol in words; the counting task has one for its end. */
function nameOf({ task }: View, symbol: string): string {
  return task === 'counting' && symbol === '.' ? 'end' : spoken(symbol);
}

// The heat maps of a layer: its states and gates, a row for each unit, a column for each step.
import { heatmap } from '../../heatmap.ts';
import { h } from '../../kit.ts';
import type { Heatmap } from '../../types.ts';
import type { View } from './messages.ts';
import { spelled } from './spelling.ts';
import type { PlaneName } from './watcher.ts';

export interface PlanesView {
  readonly element: HTMLElement;
  show(view: View): void;
  /** Marks the row of a unit, or one step of it. */
  mark(unit: number, step: number | undefined): void;
}

const titles: Readonly<Record<PlaneName, string>> = {
  cell: 'Cell state',
  hidden: 'Hidden state',
  input: 'Input gate: what is let in',
  forget: 'Forget gate: what is kept',
  update: 'Update gate: what is kept',
  reset: 'Reset gate: what of the past is seen',
  candidate: 'Candidate: what is offered',
  output: 'Output gate: what is shown',
};
const signed: readonly PlaneName[] = ['cell', 'hidden', 'candidate'];
/** Steps up to which the symbols stand above the columns; beyond, their numbers. */
const lettered = 60;

export function planesView(onPoint: (unit: number, step: number) => void): PlanesView {
  const element = h('div', { class: 'halves planes' });
  let maps: { name: PlaneName; map: Heatmap }[] = [];
  let made = '';

  /** Other states and gates, or rows of another height, take other maps. */
  function make(names: readonly PlaneName[], least: number): void {
    const key = `${names} ${least}`;
    if (key === made) return;
    made = key;
    for (const { map } of maps) map.destroy();
    maps = names.map((name) => {
      const map = heatmap(element, {
        ...{ label: titles[name], diverging: signed.includes(name), rowHeight: [least, 13] as const },
        ...(name !== 'cell' && { range: 1 }),
      });
      map.onPoint(onPoint);
      return { name, map };
    });
  }

  return {
    element,
    show({ planes, units, symbols }) {
      make(Object.keys(planes) as PlaneName[], units <= 64 ? 5 : units <= 128 ? 3 : 2);
      const rows = Array.from({ length: units }, (_, u) => String(u + 1));
      const columns = symbols.map((symbol, t) =>
        symbols.length > lettered ? String(t + 1) : spelled(symbol),
      );
      for (const { name, map } of maps) {
        map.setLabels({ rows, columns });
        map.set(planes[name]!, units, symbols.length);
      }
    },
    mark(unit, step) {
      for (const { map } of maps) map.mark(unit, step);
    },
  };
}

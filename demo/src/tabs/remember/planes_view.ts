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
  reset: 'Reset gate: what is seen',
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

  /** Other states and gates, rows of another height, or another scale take other maps. */
  function make(names: readonly PlaneName[], least: number, cellRange: number | undefined): void {
    const key = `${names} ${least} ${cellRange}`;
    if (key === made) return;
    made = key;
    for (const { map } of maps) map.destroy();
    maps = names.map((name) => {
      const map = heatmap(element, {
        ...{ label: titles[name], diverging: signed.includes(name), rowHeight: [least, 13] as const },
        ...(name !== 'cell' ? { range: 1 } : cellRange !== undefined && { range: cellRange }),
      });
      map.onPoint(onPoint);
      return { name, map };
    });
  }

  return {
    element,
    show({ planes, units, symbols, task }) {
      const least = units <= 64 ? 5 : units <= 128 ? 3 : 2;
      // A few cells of a large model go so far that the others would look empty.
      const range = task === 'written' && planes.cell ? usual(planes.cell) : undefined;
      make(Object.keys(planes) as PlaneName[], least, range);
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

/** What 49 of 50 magnitudes do not exceed, as 1, 2 or 5 times a power of ten. */
function usual(values: Float32Array): number {
  const sizes = values.map(Math.abs).sort();
  const most = Math.max(sizes[Math.floor(0.98 * (sizes.length - 1))], 0.01);
  const power = 10 ** Math.floor(Math.log10(most));
  return power * ([1, 2, 5].find((step) => step * power >= most) ?? 10);
}

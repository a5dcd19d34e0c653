// The marked unit as a line over the steps, beside what it is compared with.
import { lineChart } from '../../charts.ts';
import { h } from '../../kit.ts';
import type { Chart } from '../../types.ts';
import type { TaskName, View } from './messages.ts';

export interface Trace {
  readonly element: HTMLElement;
  /** Shows a unit; `finding` is the place of the finding that it is compared by. */
  show(view: View, unit: number, finding: number): void;
  mark(step: number, label: string): void;
}

const watched = ['State', 'What it watches, fitted to it'] as const;
const labels: Readonly<Record<TaskName, readonly [string, string]>> = {
  counting: ['Cell state', 'The count, fitted to it'],
  memory: ['After A', 'After B'],
  text: watched,
  written: watched,
};

export function trace(): Trace {
  const element = h('div');
  let chart: Chart | undefined;
  let charted: TaskName | undefined;

  function chartOf(task: TaskName): Chart {
    if (chart && charted === task) return chart;
    chart?.destroy();
    charted = task;
    const [first, second] = labels[task];
    chart = lineChart(element, {
      ...{ title: 'The marked unit, step by step', x: 'step', y: 'state', height: 190 },
      series: [
        { label: first, color: '--accent', points: false },
        { label: second, color: '--accent-2', dashed: task !== 'memory' },
      ],
    });
    return chart;
  }

  return {
    element,
    show(view, unit, finding) {
      const steps = view.symbols.map((_, t) => t + 1);
      chartOf(view.task).set([steps, ...linesOf(view, unit, finding)]);
    },
    mark: (step, label) => chart?.mark(step + 1, label),
  };
}

/** The states [T] of a unit that a finding is about. */
export function statesOf({ planes, findings, symbols }: View, unit: number, finding: number): Float32Array {
  const plane = planes[findings[finding]?.state ?? 'hidden'] ?? planes.hidden!;
  return plane.subarray(unit * symbols.length, (unit + 1) * symbols.length);
}

function linesOf(
  view: View,
  unit: number,
  finding: number,
): [ArrayLike<number | null>, ArrayLike<number | null>] {
  const own = statesOf(view, unit, finding);
  const none = Array.from(own, () => null);
  if (view.task === 'memory') {
    const other = view.other?.subarray(unit * own.length, (unit + 1) * own.length) ?? none;
    return view.symbols[0] === 'A' ? [own, other] : [other, own];
  }
  const compared = view.compared[finding];
  return [own, compared ? fitted(own, compared) : none];
}

/** a·y + b with the a and b that bring it nearest to x. */
function fitted(x: ArrayLike<number>, y: ArrayLike<number>): Float64Array {
  const n = x.length;
  const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / n;
  const [mx, my] = [mean(x), mean(y)];
  let [xy, yy] = [0, 0];
  for (let i = 0; i < n; i++) {
    xy += (x[i] - mx) * (y[i] - my);
    yy += (y[i] - my) ** 2;
  }
  const slope = yy > 0 ? xy / yy : 0;
  return Float64Array.from(y, (value) => mx + slope * (value - my));
}

// How the lesson goes: its numbers, and the curve of its loss.
import { lineChart } from '../../charts.ts';
import { h, panel, stat } from '../../kit.ts';
import { mostCounted } from './limits.ts';
import type { Event, TaskName, View } from './messages.ts';
import { tasks } from './settings.ts';

export interface Progress {
  readonly element: HTMLElement;
  /** Names that follow from the task. */
  dress(task: TaskName): void;
  /** Losses came in; returns the step of the last. */
  push(event: Extract<Event, { type: 'progress' }>): number;
  steps(count: number): void;
  /** What the view tells of what the network can do. */
  show(view: View): void;
  /** Forgets the curve; the numbers stay. */
  clearCurve(): void;
  clear(): void;
}

export function progress(): Progress {
  const stats = {
    step: stat('epochs'),
    loss: stat('loss'),
    pace: stat('ms per epoch'),
    right: stat('right'),
  };
  const place = h('div');
  const curve = lineChart(place, {
    ...{ title: 'Loss', x: 'round', y: 'nats a symbol', height: 170 },
    series: [{ label: 'Loss', color: '--accent' }],
  });
  const numbers = h(
    'div',
    { class: 'stats' },
    Object.values(stats).map((it) => it.element),
  );
  const steps = (count: number): void => stats.step.set(count.toLocaleString('en'));

  return {
    element: panel('How it goes', numbers, place),
    dress(task) {
      const { unit } = tasks[task];
      stats.step.element.querySelector('dt')!.textContent = `${unit}s`;
      stats.pace.element.querySelector('dt')!.textContent = `ms per ${unit}`;
      stats.right.element.hidden = task === 'text';
    },
    push({ points, milliseconds }) {
      for (const [step, loss] of points) curve.push(step, [loss]);
      const [step, loss] = points[points.length - 1];
      steps(step);
      stats.loss.set(loss.toFixed(3));
      stats.pace.set(milliseconds.toFixed(milliseconds < 10 ? 1 : 0));
      return step;
    },
    steps,
    show({ task, exact, right }) {
      if (exact) stats.right.set(`${exact.length} of ${mostCounted}`);
      if (task === 'memory') stats.right.set(right ? 'both' : 'not yet');
    },
    clearCurve: () => curve.clear(),
    clear() {
      curve.clear();
      steps(0);
      stats.loss.set('–');
      stats.pace.set('–');
    },
  };
}

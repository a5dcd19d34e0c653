// What the tab shows of a forecast: the series with its parts, the band of the runs, the losses, the verdict and the errors.
import { lineChart } from '../../charts.ts';
import { h, panel } from '../../kit.ts';
import type { Chart, Span } from '../../types.ts';
import { diagnosisWords } from './diagnosis_words.ts';
import type { WorkEvent } from './messages.ts';

type TaskEvent = Extract<WorkEvent, { type: 'task' }>;
type VerdictEvent = Extract<WorkEvent, { type: 'verdict' }>;

export interface Board {
  readonly element: HTMLElement;
  hear(event: WorkEvent): void;
  /** Forgets the runs, and keeps the series. */
  clear(): void;
}

interface Run {
  values?: Float64Array;
  error: number;
  losses: number[];
  validation: number[];
}

/** A loss from so many times the naive one to so many is as good as that. */
const AS_NAIVE = [0.98, 1.05] as const;
const lossTitle = 'Loss of the run';

export function board(): Board {
  let task: TaskEvent | undefined;
  let runs: Run[] = [];
  /** The epoch after which the run that is shown was stopped early. */
  let stoppedAt: number | undefined;
  const seriesPlace = h('div');
  const closePlace = h('div');
  const lossPlace = h('div');
  const verdict = h('div', { class: 'verdict' });
  const errors = h('div', { class: 'errors' });
  const charts = {
    whole: seriesChart(seriesPlace, 'The series and its forecast', 300),
    close: seriesChart(closePlace, 'The test part, which no network has seen', 260),
  };
  const loss = lineChart(lossPlace, {
    ...{ title: lossTitle, x: 'epoch', y: 'mean squared error', height: 230, log: true },
    series: [
      { label: 'training', color: '--accent' },
      { label: 'validation', color: '--accent-2' },
      { label: 'naive, validation', color: '--muted', dashed: true, width: 1.5 },
    ],
  });

  function runAt(run: number): Run {
    runs[run] ??= { error: Number.NaN, losses: [], validation: [] };
    return runs[run];
  }

  function drawSeries(): void {
    if (!task) return;
    const { series, first, naive, validationFrom, testFrom } = task;
    const T = series.length;
    const told = runs.flatMap(({ values }) => (values ? [values] : []));
    const column = (of: (i: number) => number | null, from: number) =>
      Array.from({ length: T }, (_, t) => (t < from ? null : of(t - first)));
    const mean = (i: number) =>
      told.length === 0 ? null : told.reduce((sum, values) => sum + values[i], 0) / told.length;
    const most = (i: number) => (told.length < 2 ? null : Math.max(...told.map((values) => values[i])));
    const least = (i: number) => (told.length < 2 ? null : Math.min(...told.map((values) => values[i])));
    const spans: Span[] = [
      { from: 0, to: validationFrom - 0.5, label: 'Training', color: '--line' },
      { from: validationFrom - 0.5, to: testFrom - 0.5, label: 'Validation', color: '--accent-2' },
      { from: testFrom - 0.5, to: T - 1, label: 'Test', color: '--accent' },
    ];
    const steps = Array.from({ length: T }, (_, t) => t);
    const columns = [
      steps,
      Array.from(series),
      column(mean, first),
      column((i) => naive[i], testFrom),
      column(most, first),
      column(least, first),
    ];
    charts.whole.setSpans(spans);
    charts.whole.set(columns);
    charts.close.set(columns.map((values) => values.slice(testFrom)));
  }

  function nameLoss(text: string): void {
    loss.element.querySelector('figcaption')!.textContent = text;
  }

  function drawLoss(run: number): void {
    const { losses, validation } = runAt(run);
    const level = task?.naiveLoss ?? null;
    nameLoss(`Loss of run ${run + 1}${stoppedAt === undefined ? '' : `, stopped after epoch ${stoppedAt}`}`);
    loss.set([losses.map((_, i) => i + 1), losses, validation, losses.map(() => level)]);
  }

  function showErrors(): void {
    if (!task) return;
    const done = runs.filter(({ error }) => Number.isFinite(error));
    const mean = done.reduce((sum, { error }) => sum + error, 0) / done.length;
    const spread = Math.sqrt(
      done.reduce((sum, { error }) => sum + (error - mean) ** 2, 0) / (done.length - 1),
    );
    const gain = 1 - mean / task.naiveError;
    const row = (name: string, value: string, remark: string) =>
      h(
        'tr',
        null,
        h('th', { scope: 'row' }, name),
        h('td', null, value),
        h('td', { class: 'muted' }, remark),
      );
    errors.replaceChildren(
      h(
        'table',
        { class: 'plain' },
        h(
          'caption',
          { class: 'hint' },
          'Root of the mean squared error on the test part, in units of the series',
        ),
        h(
          'tbody',
          null,
          row(
            done.length > 1 ? `Networks, ${done.length} seeds` : 'Network',
            done.length === 0 ? '–' : figure(mean) + (done.length > 1 ? ` ± ${figure(spread, mean)}` : ''),
            done.length === 0
              ? 'not trained yet'
              : task.naiveError === 0
                ? 'the naive one is exact here'
                : gain > 0.02
                  ? `${Math.round(100 * gain)} % less than the naive one`
                  : gain < -0.02
                    ? `${Math.round(-100 * gain)} % more than the naive one`
                    : 'no better than the naive one',
          ),
          row('Naive', figure(task.naiveError), 'repeats the last value it saw'),
        ),
      ),
    );
  }

  function showVerdict(event: VerdictEvent | undefined): void {
    const naive = task?.naiveLoss ?? 0;
    const best = Math.min(...runs.flatMap(({ validation }) => validation));
    const [from, to] = AS_NAIVE;
    const asNaive = naive === 0 || (best >= from * naive && best <= to * naive);
    const words = event && diagnosisWords({ ...event, asNaive });
    verdict.dataset.verdict = words?.title ? '' : (event?.verdict ?? '');
    verdict.replaceChildren(
      ...(words
        ? [
            h('p', { class: 'verdict-word' }, words.title ?? capital(event.verdict)),
            h(
              'ul',
              null,
              words.reasons.map((reason) => h('li', null, reason)),
            ),
            h('p', { class: 'hint' }, words.advice),
          ]
        : [
            h(
              'p',
              { class: 'muted' },
              'The curves are judged when a run has ended: underfit, good fit or overfit.',
            ),
          ]),
    );
  }

  showVerdict(undefined);
  const element = h(
    'div',
    { class: 'stack' },
    panel('Forecast', seriesPlace, closePlace),
    h('div', { class: 'halves' }, panel('Learning', lossPlace), panel('Diagnosis', verdict, errors)),
  );
  return {
    element,
    clear() {
      runs = [];
      stoppedAt = undefined;
      nameLoss(lossTitle);
      loss.clear();
      loss.mark(null);
      showVerdict(undefined);
      showErrors();
      drawSeries();
    },
    hear(event) {
      switch (event.type) {
        case 'task':
          task = event;
          if (!event.goesOn) runs = [];
          drawSeries();
          showErrors();
          return;
        case 'epoch': {
          const run = runAt(event.run);
          if (event.epoch === 0) {
            loss.mark(null);
            stoppedAt = undefined;
          }
          run.losses[event.epoch] = event.loss;
          run.validation[event.epoch] = event.validationLoss;
          drawLoss(event.run);
          return;
        }
        case 'early':
          stoppedAt = event.stoppedEpoch + 1;
          loss.mark(event.bestEpoch + 1, `best: ${event.bestEpoch + 1}`);
          drawLoss(event.run);
          return;
        case 'forecast': {
          const run = runAt(event.run);
          run.values = event.values;
          run.error = event.error;
          drawSeries();
          showErrors();
          return;
        }
        case 'verdict':
          showVerdict(event);
      }
    },
  };
}

function seriesChart(host: HTMLElement, title: string, height: number): Chart {
  return lineChart(host, {
    ...{ title, x: 'step', y: 'value', height },
    series: [
      { label: 'series', color: '--ink', width: 1.25 },
      { label: 'forecast', color: '--accent', width: 2 },
      { label: 'naive', color: '--muted', dashed: true, width: 1 },
      { label: 'highest', color: '--accent', width: 0.5 },
      { label: 'lowest', color: '--accent', width: 0.5 },
    ],
    bands: [{ upper: 3, lower: 4, color: '--accent' }],
  });
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** With three digits of the larger number. */
function figure(value: number, beside = value): string {
  const size = Math.abs(beside);
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) return value.toExponential(2);
  return value.toFixed(Math.max(0, Math.min(6, 2 - Math.floor(Math.log10(Math.abs(beside) || 1)))));
}

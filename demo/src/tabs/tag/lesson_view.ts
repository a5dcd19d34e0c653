// What both lessons show: controls, figures, curves, and the worker behind them.
import { lineChart } from '../../charts.ts';
import { openJob } from '../../job.ts';
import { announce, button, h, panel, say, stat } from '../../kit.ts';
import { modelsPanel } from '../../models_panel.ts';
import type { Chart, Control, JobHandle, Settings } from '../../types.ts';
import type { Command, Event, LessonOptions, Run } from './protocol.ts';

export type Begun = Extract<Event, { type: 'begun' }>;
export type MeasuredEvent = Extract<Event, { type: 'measured' }>;
export type AnswerEvent = Extract<Event, { type: 'answer' }>;

export interface LessonParts {
  /** The name under which its models are kept. */
  name: string;
  controls: readonly Control<never>[] | readonly { element: HTMLElement }[];
  /** Where the visitor tries it. */
  trial: HTMLElement;
  /** Held-out examples as they are answered now. */
  examples: HTMLElement;
  /** What the score counts, such as 'F1 of held-out words'. */
  score: string;
  /** What the loss is measured in. */
  lossUnit: string;
  /** How examples are counted, such as 'sentences'. */
  unit: string;
  lesson(): LessonOptions;
  /** What the visitor has to give before there is a lesson, in words. */
  missing?(): string | undefined;
  settings(): Settings;
  onBegun(event: Begun): void;
  onMeasured(event: MeasuredEvent): void;
  onAnswer(event: AnswerEvent): void;
  /** The question that stands in the field. */
  question(): string;
}

export interface LessonView {
  readonly element: HTMLElement;
  /** Begins anew, because what is learned has changed; training goes on if it ran. */
  renew(): void;
  ask(text: string): void;
  show(): void;
}

/** Milliseconds between two readings aloud. */
const ALOUD = 12_000;
/** Milliseconds after a control's last move. */
const SETTLED = 250;

export function lessonView(parts: LessonParts): LessonView {
  let handle: JobHandle<Command> | undefined;
  let training = false;
  let wanted = false;
  /** Whether the lesson could not be made, for want of memory or of text. */
  let failed = false;
  let runs = 0;
  /** What was asked for, by its run, until a later one has begun. */
  const asked = new Map<number, LessonOptions>();
  /** What is being made, and what is taught. */
  let making: Run | undefined;
  let taught: Run | undefined;
  let saving: ((bytes: Uint8Array | undefined) => void)[] = [];
  let opening: { run: number; resolve(): void; reject(error: Error): void } | undefined;
  let spoken = 0;
  let renewal: ReturnType<typeof setTimeout> | undefined;

  const figures = {
    step: stat('updates'),
    loss: stat('loss'),
    score: stat(parts.score),
    time: stat('ms per update'),
    speed: stat(`${parts.unit} per second`),
    size: stat('parameters'),
  };
  const start = button('Train', () => toggle(), { kind: 'primary' });
  const reset = button('Reset', () => renew(false));
  const note = h('p', { class: 'hint tag-note' }, 'Getting the device ready…');
  const lossHost = h('div', { class: 'tag-chart' });
  const scoreHost = h('div', { class: 'tag-chart' });
  const models = modelsPanel({
    tab: parts.name,
    bytes: () =>
      new Promise((resolve) => {
        if (!handle) return resolve(undefined);
        saving.push(resolve);
        handle.send({ type: 'save' });
      }),
    meta: () => ({ note: summary(), settings: parts.settings() }),
    onOpen: (bytes) =>
      new Promise<void>((resolve, reject) => {
        const wish = numbered(taught?.lesson);
        opening = { run: wish.run, resolve, reject };
        connect().send({ type: 'open', bytes, ...wish });
      }),
  });
  let charts: { loss: Chart; score: Chart } | undefined;
  let lastLoss = Number.NaN;
  let lastScore = Number.NaN;

  const element = h(
    'div',
    { class: 'stack' },
    h(
      'div',
      { class: 'columns' },
      panel(
        'The lesson',
        parts.controls.map((control) => control.element),
        h('div', { class: 'row' }, start, reset),
        note,
      ),
      h(
        'div',
        { class: 'stack' },
        parts.trial,
        h(
          'div',
          { class: 'stats' },
          Object.values(figures).map((figure) => figure.element),
        ),
      ),
    ),
    parts.examples,
    panel('How it learns', h('div', { class: 'halves' }, lossHost, scoreHost)),
    models.element,
  );

  function summary(): string {
    const score = Number.isNaN(lastScore) ? '' : `, ${parts.score} ${percent(lastScore)}`;
    return `${figures.step.element.querySelector('dd')?.textContent ?? ''} updates${score}`;
  }

  function connect(): JobHandle<Command> {
    handle ??= openJob<Command, Event>(
      'tag',
      {
        onEvent,
        onReady(_, restarted) {
          if (!restarted) return;
          begin(making ?? taught);
          if (wanted) handle!.send({ type: 'train' });
        },
        onLost() {
          show(false);
          note.textContent = 'The device is gone; the last weights are kept.';
          for (const resolve of saving) resolve(undefined);
          saving = [];
          opening?.reject(new Error('the device is gone'));
          opening = undefined;
        },
        onError(message) {
          if (!opening) {
            wanted = false;
            show(false);
            failed = making !== undefined && taught === undefined;
            if (making) {
              const before = taught ? ' What was trained before is still here.' : '';
              note.textContent = `The lesson could not be made: change it, or reset.${before}`;
            }
            making = undefined;
            return false;
          }
          opening.reject(new Error(message));
          opening = undefined;
          return true;
        },
      },
      { keptAs: parts.name },
    );
    return handle;
  }

  function numbered(lesson = parts.lesson()): Run {
    runs += 1;
    asked.set(runs, lesson);
    return { lesson, run: runs };
  }

  function begin(wish: Run = numbered()): void {
    making = wish;
    failed = false;
    note.textContent = 'Getting ready…';
    connect().send({ type: 'begin', ...wish });
    const text = parts.question();
    if (text !== '') connect().send({ type: 'ask', text });
  }

  /** Says what is missing for a lesson, and whether anything is. */
  function lacks(): boolean {
    const words = parts.missing?.();
    if (words !== undefined) say('info', words);
    return words !== undefined;
  }

  /** Begins anew; `go` tells whether training goes on. */
  function renew(go: boolean): void {
    if (lacks()) return;
    wanted = go;
    begin();
    if (go) connect().send({ type: 'train' });
  }

  /** Takes away what was seen of the network before. */
  function clear(): void {
    charts?.loss.clear();
    charts?.score.clear();
    for (const figure of Object.values(figures)) figure.set('–');
    lastLoss = Number.NaN;
    lastScore = Number.NaN;
  }

  function toggle(): void {
    if (!training && lacks()) return;
    wanted = !training;
    if (failed) begin();
    connect().send({ type: wanted ? 'train' : 'pause' });
    show(wanted);
    announce(wanted ? 'Training.' : `Paused at ${summary()}.`);
  }

  function show(now: boolean): void {
    training = now;
    start.textContent = now ? 'Pause' : 'Train';
  }

  function onEvent(event: Event): void {
    switch (event.type) {
      case 'begun':
        if (event.run !== taught?.run) clear();
        taught = { lesson: asked.get(event.run) ?? parts.lesson(), run: event.run };
        for (const run of asked.keys()) if (run < event.run) asked.delete(run);
        failed = false;
        if (event.run === making?.run) making = undefined;
        if (event.run === opening?.run) {
          wanted = false;
          opening.resolve();
          opening = undefined;
        }
        note.textContent = `${format(event.examples)} ${parts.unit} to learn from, ${format(event.heldOut)} held out.`;
        figures.size.set(format(event.parameters));
        figures.step.set(format(event.step));
        parts.onBegun(event);
        return;
      case 'state':
        if (event.training !== wanted && event.training) return;
        show(event.training);
        return;
      case 'progress':
        figures.step.set(format(event.step));
        figures.loss.set(event.loss.toFixed(3));
        figures.time.set(event.millisecondsPerStep.toFixed(event.millisecondsPerStep < 10 ? 2 : 0));
        figures.speed.set(format(event.examplesPerSecond));
        lastLoss = event.loss;
        charts?.loss.push(event.step, [event.loss]);
        return;
      case 'measured':
        lastScore = event.score;
        figures.score.set(percent(event.score));
        charts?.score.push(event.step, [100 * event.score]);
        parts.onMeasured(event);
        aloud(event.step);
        return;
      case 'answer':
        parts.onAnswer(event);
        return;
      case 'saved':
        for (const resolve of saving) resolve(event.bytes);
        saving = [];
    }
  }

  function aloud(step: number): void {
    if (!training || performance.now() - spoken < ALOUD) return;
    spoken = performance.now();
    announce(`Update ${step}: loss ${lastLoss.toFixed(2)}, ${parts.score} ${percent(lastScore)}.`);
  }

  return {
    element,
    renew() {
      clearTimeout(renewal);
      if (handle && parts.missing?.() === undefined) renewal = setTimeout(() => renew(training), SETTLED);
    },
    ask(text) {
      handle?.send({ type: 'ask', text });
    },
    show() {
      charts ??= {
        loss: lineChart(lossHost, {
          ...{ title: 'Loss', x: 'updates', y: parts.lossUnit, height: 170, log: true },
          series: [{ label: 'loss', color: '--accent' }],
        }),
        score: lineChart(scoreHost, {
          ...{
            title: parts.score[0].toUpperCase() + parts.score.slice(1),
            x: 'updates',
            y: '%',
            height: 170,
            format: (value) => `${+value.toFixed(1)} %`,
          },
          series: [{ label: parts.score, color: '--accent-2', width: 2 }],
        }),
      };
      if (!handle) begin();
      models.refresh();
    },
  };
}

export function percent(part: number): string {
  return `${(100 * part).toFixed(1)} %`;
}

function format(value: number): string {
  return Math.round(value).toLocaleString('en');
}

// Remember: a network learns to count, to remember or to read, and its units are looked into while it does.
import './remember.css';
import { lineChart } from '../../charts.ts';
import { openJob } from '../../job.ts';
import {
  announce,
  button,
  dropZone,
  h,
  numberField,
  panel,
  segmented,
  slider,
  stat,
  uniqueId,
} from '../../kit.ts';
import { modelsPanel } from '../../models_panel.ts';
import type { JobHandle, MountedTab, Tab, TabContext } from '../../types.ts';
import { longestText } from './limits.ts';
import type { Command, Event, RunSettings, RunState, TaskName, View } from './messages.ts';
import { type Chosen, readSettings, standard, tasks, writeSettings } from './settings.ts';
import { stage } from './stage.ts';
import { countsInTraining, mostCounted } from './tasks.ts';

export const tab: Tab = {
  id: 'remember',
  title: 'What a network remembers',
  lead: 'A small LSTM learns a task whose answer lies in the past. Every gate and state of every unit is laid open while it learns, and the unit that counts, or holds the A, is found by its numbers.',
  mount: (host, context) => mount(host, context),
};

function mount(host: HTMLElement, context: TabContext): MountedTab {
  let chosen: Chosen = { ...standard };
  let corpus: { text: string; name: string } | undefined;
  let state: RunState = 'new';
  let steps = 0;
  let job: JobHandle<Command> | undefined;
  let prepared = '';
  let last: View | undefined;
  const saved: ((bytes: Uint8Array | undefined) => void)[] = [];

  const settings = (): RunSettings => ({
    ...{ task: chosen.task, units: chosen.units, seed: chosen.seed, most: chosen.most },
    ...(chosen.task === 'text' && corpus && { corpus: corpus.text }),
  });

  // What is trained.
  const task = segmented<TaskName>({
    label: 'Task',
    value: chosen.task,
    options: [
      { value: 'counting', label: 'Count' },
      { value: 'memory', label: 'Remember' },
      { value: 'text', label: 'Read' },
    ],
    onChange: (value) => {
      chosen.task = value;
      chosen.units = tasks[value].units;
      chosen.most = tasks[value].most;
      settle();
    },
  });
  const note = h('p', { class: 'hint' });
  const units = numberField({
    ...{ label: 'Units', min: 1, max: 256, value: chosen.units },
    onChange: (value) => {
      chosen.units = value;
      settle();
    },
  });
  const seed = numberField({
    ...{ label: 'Seed', min: 0, max: 9999, value: chosen.seed },
    onChange: (value) => {
      chosen.seed = value;
      settle();
    },
  });
  const most = numberField({
    ...{ label: 'Epochs', min: 1, max: 100_000, value: chosen.most },
    onChange: (value) => {
      chosen.most = value;
      context.changed();
    },
  });
  const corpusName = h('p', { class: 'hint' });
  const learn = h(
    'div',
    { class: 'stack tight', hidden: true },
    corpusName,
    dropZone({
      label: 'Learn another text',
      accept: '.txt,.md,.csv,.ts,.js,.py,text/plain',
      onText: (given, name) => {
        corpus = { text: given.replaceAll('\r', ''), name };
        settle();
      },
    }),
  );
  const begin = button('Train', toggle, { kind: 'primary' });
  const reset = button('Reset', () => prepare(true));

  // What is shown.
  const count = slider({
    ...{ label: 'n, how often a', min: 1, max: mostCounted, step: 1, value: chosen.count },
    onInput: (value) => {
      chosen.count = value;
      watch();
    },
  });
  const letter = segmented<'A' | 'B'>({
    label: 'The text begins with',
    value: chosen.letter,
    options: [
      { value: 'A', label: 'A' },
      { value: 'B', label: 'B' },
    ],
    onChange: (value) => {
      chosen.letter = value;
      watch();
    },
  });
  const textId = uniqueId('text');
  const typed = h('textarea', { id: textId, maxlength: longestText, spellcheck: 'false', rows: 4 });
  typed.value = chosen.text;
  typed.addEventListener('input', () => {
    chosen.text = typed.value;
    watch();
  });
  const unknown = h('p', { class: 'hint' });
  const read = h(
    'div',
    { class: 'field', hidden: true },
    h('label', { for: textId }, 'Type anything: the network reads it'),
    typed,
    unknown,
  );
  const exact = h('div', { class: 'exact' });

  // How it goes.
  const stats = {
    step: stat('epochs'),
    loss: stat('loss'),
    pace: stat('ms per epoch'),
    right: stat('right'),
  };
  const right = h('div', { class: 'stack' });
  const looking = stage(context);
  const curvePlace = h('div');
  const curve = lineChart(curvePlace, {
    ...{ title: 'Loss', x: 'round', y: 'nats a symbol', height: 170 },
    series: [{ label: 'Loss', color: '--accent' }],
  });
  const models = modelsPanel({
    tab: 'remember',
    bytes: () =>
      new Promise((resolve) => {
        if (!job) return resolve(undefined);
        saved.push(resolve);
        job.send({ type: 'save' });
      }),
    meta: () => ({
      note: `${chosen.task}, ${chosen.units} units, ${steps} ${tasks[chosen.task].unit}s`,
      settings: writeSettings(chosen),
    }),
    onOpen: (bytes) => {
      open();
      job!.send({ type: 'open', bytes, settings: settings() });
    },
  });

  right.append(looking.element, models.element);
  host.append(
    h(
      'div',
      { class: 'columns remember' },
      h(
        'div',
        { class: 'stack' },
        panel(
          'The lesson',
          task.element,
          note,
          h('div', { class: 'fields' }, units.element, most.element, seed.element),
          learn,
          h('div', { class: 'row' }, begin, reset),
        ),
        panel('What it is shown', count.element, letter.element, read, exact),
        panel(
          'How it goes',
          h(
            'div',
            { class: 'stats' },
            stats.step.element,
            stats.loss.element,
            stats.pace.element,
            stats.right.element,
          ),
          curvePlace,
        ),
      ),
      right,
    ),
  );
  dress();

  /** Names and visibility that follow from the task. */
  function dress(): void {
    const { unit, note: words } = tasks[chosen.task];
    task.set(chosen.task);
    note.textContent = words;
    units.set(chosen.units);
    most.set(chosen.most);
    seed.set(chosen.seed);
    most.element.querySelector('label')!.textContent = chosen.task === 'text' ? 'Steps' : 'Epochs';
    stats.step.element.querySelector('dt')!.textContent = `${unit}s`;
    stats.pace.element.querySelector('dt')!.textContent = `ms per ${unit}`;
    stats.right.element.hidden = chosen.task === 'text';
    count.element.hidden = chosen.task !== 'counting';
    exact.hidden = chosen.task !== 'counting';
    letter.element.hidden = chosen.task !== 'memory';
    read.hidden = chosen.task !== 'text';
    learn.hidden = chosen.task !== 'text';
    corpusName.textContent = corpus
      ? `It learns “${corpus.name}”, ${corpus.text.length.toLocaleString('en')} characters.`
      : 'It learns some 96,000 characters of TypeScript.';
    begin.textContent = { new: 'Train', training: 'Pause', paused: 'Go on', done: 'Train on' }[state];
  }

  function settle(): void {
    state = 'new';
    dress();
    context.changed();
    prepare(false);
  }

  function open(): void {
    job ??= openJob<Command, Event>(
      'remember',
      {
        onEvent: hear,
        onReady: (_, restarted) => {
          if (!restarted) return;
          curve.clear();
          watch();
          job!.send({ type: state === 'training' ? 'train' : 'prepare', settings: settings() });
        },
        onLost: () => {
          looking.rest();
          for (const resolve of saved.splice(0)) resolve(undefined);
        },
        onError: () => {
          state = 'done';
          dress();
          return false;
        },
      },
      { seed: chosen.seed },
    );
  }

  /** Shows the untrained network. */
  function prepare(anew: boolean): void {
    const key = JSON.stringify(settings());
    if (!job || (key === prepared && !anew)) return;
    prepared = key;
    steps = 0;
    state = 'new';
    curve.clear();
    stats.step.set('0');
    stats.loss.set('–');
    stats.pace.set('–');
    dress();
    job.send({ type: 'prepare', settings: settings() });
  }

  function toggle(): void {
    open();
    if (state === 'training') job!.send({ type: 'pause' });
    else if (state === 'paused') job!.send({ type: 'resume' });
    else {
      state = 'training';
      dress();
      prepared = JSON.stringify(settings());
      job!.send({ type: 'train', settings: settings() });
    }
  }

  function watch(): void {
    const { count: n, letter: first, text } = chosen;
    context.changed();
    job?.send({ type: 'watch', count: n, letter: first, text });
  }

  function hear(event: Event): void {
    switch (event.type) {
      case 'progress': {
        for (const [step, loss] of event.points) curve.push(step, [loss]);
        const [step, loss] = event.points[event.points.length - 1];
        steps = step;
        stats.step.set(step.toLocaleString('en'));
        stats.loss.set(loss.toFixed(3));
        stats.pace.set(event.milliseconds.toFixed(event.milliseconds < 10 ? 1 : 0));
        return;
      }
      case 'view':
        last = event.view;
        looking.show(event.view);
        showRight(event.view);
        return;
      case 'state':
        if (event.task !== chosen.task) return;
        state = event.state;
        steps = event.step;
        stats.step.set(steps.toLocaleString('en'));
        dress();
        if (state === 'done' && last) {
          const [found] = last.findings;
          announce(`${event.why ?? 'Done'}. ${found?.why ?? ''}`);
        }
        return;
      case 'saved':
        for (const resolve of saved.splice(0)) resolve(event.bytes);
        return;
      case 'opened':
        chosen.task = event.task;
        chosen.units = event.units;
        chosen.most = tasks[event.task].most;
        prepared = JSON.stringify(settings());
        curve.clear();
        dress();
        context.changed();
    }
  }

  function showRight(view: View): void {
    if (view.task === 'counting' && view.exact) {
      stats.right.set(`${view.exact.length} of ${mostCounted}`);
      exact.replaceChildren(...countedChips(view.exact));
    }
    if (view.task === 'memory') stats.right.set(view.right ? 'both' : 'not yet');
    const n = view.unknown ?? 0;
    unknown.textContent =
      n === 0
        ? ''
        : n === 1
          ? '1 character that it never saw is read as a space.'
          : `${n} characters that it never saw are read as spaces.`;
  }

  return {
    show() {
      open();
      watch();
      prepare(false);
      models.refresh();
    },
    hide() {
      looking.rest();
    },
    settings: () => writeSettings(chosen),
    apply(given) {
      chosen = readSettings(given);
      count.set(chosen.count);
      letter.set(chosen.letter);
      typed.value = chosen.text;
      state = 'new';
      dress();
      if (!job) return;
      watch();
      prepare(false);
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

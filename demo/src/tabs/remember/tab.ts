// Remember: a network learns to count, to remember or to read, and its units are looked into; so is the model of the writing tab.
import './remember.css';
import { openJob } from '../../job.ts';
import { announce, h } from '../../kit.ts';
import { modelsPanel } from '../../models_panel.ts';
import type { JobHandle, MountedTab, Tab, TabContext } from '../../types.ts';
import { type Corpus, lessonPanel } from './lesson_panel.ts';
import type { Command, Event, RunSettings, RunState, View } from './messages.ts';
import { opening } from './opening.ts';
import { progress } from './progress.ts';
import { questions } from './questions.ts';
import { type Chosen, networkOf, readSettings, sample, standard, tasks, writeSettings } from './settings.ts';
import { shownPanel } from './shown_panel.ts';
import { stage } from './stage.ts';

export const tab: Tab = {
  id: 'remember',
  title: 'What a network remembers',
  lead: 'A small LSTM learns a task whose answer lies in the past. Every gate and state of every unit is laid open while it learns, and the unit that counts, or holds the A, is found by its numbers. The model that you write with is laid open too.',
  mount: (host, context) => mount(host, context),
};

const nothingOpen =
  'No model is open yet. Train one in the tab Write and press “Look inside” there, or open one that was saved.';

function mount(host: HTMLElement, context: TabContext): MountedTab {
  let chosen: Chosen = { ...standard };
  let corpus: Corpus | undefined;
  /** Of the model of the writing tab that is looked into: a text of its kind, and its layers. */
  let excerpt: string | undefined;
  let layers = 1;
  let state: RunState = 'new';
  let steps = 0;
  let job: JobHandle<Command> | undefined;
  let prepared = '';
  let last: View | undefined;
  const asked = questions((command) => {
    open().send(command);
    return !open().lost;
  });

  const written = opening({
    onAsk() {
      if (chosen.task !== 'written') chosen = { ...chosen, task: 'written', text: undefined, layer: 1 };
      prepared = 'written';
      dress();
      context.changed();
      open();
    },
    onHere: (model) =>
      asked
        .ask((request) => ({ type: 'read', request, model }))
        .catch((error) => {
          // It is asked for again with the next device.
          if (!open().lost) throw error;
        }),
    onGiveUp() {
      dress();
      if (chosen.task === 'written' && written.model && last?.task === 'written') looking.show(last);
    },
  });
  const lesson = lessonPanel({
    chosen,
    onTask(task) {
      chosen = { ...chosen, task, units: tasks[task].units, most: tasks[task].most };
      settle();
    },
    onChange(change) {
      chosen = { ...chosen, ...change };
      // Another end is no other network.
      if ('most' in change) context.changed();
      else settle();
    },
    onCorpus(given) {
      corpus = given;
      settle();
    },
    onWritten: (model) => written.ask(Promise.resolve(model), model.name),
    onBegin: toggle,
    onReset: () => prepare(true),
  });
  const shown = shownPanel({
    ...{ chosen, text: textShown() },
    onChange(change) {
      chosen = { ...chosen, ...change };
      watch();
    },
  });
  const goes = progress();
  const looking = stage(context);
  const models = modelsPanel({
    tab: 'remember',
    async bytes() {
      const answer = await asked.ask((request) => ({ type: 'save', request }));
      return answer.type === 'saved' ? answer.bytes : undefined;
    },
    meta: () => ({
      note: `${chosen.task}, ${chosen.units} units, ${steps} ${tasks[chosen.task].unit}s`,
      settings: writeSettings(chosen),
    }),
    async onOpen(bytes) {
      const lesson = lessonSettings();
      if (!lesson) return;
      const before = prepared;
      const settings = { ...lesson, ...(corpus && { corpus: corpus.text }) };
      const answer = await asked.ask((request) => ({ type: 'open', request, bytes, settings }));
      // Where another network was chosen meanwhile, it has taken the place of this one.
      if (answer.type === 'opened' && prepared === before) take(answer);
    },
  });
  const left = h('div', { class: 'stack' }, lesson.element, shown.element, goes.element);
  const right = h('div', { class: 'stack' }, looking.element, models.element);
  host.append(h('div', { class: 'columns remember' }, left, right));
  dress();

  /** What a lesson is made with; undefined where there is none to make. */
  function lessonSettings(): RunSettings | undefined {
    const { task, units, seed, most } = chosen;
    if (task === 'written') return undefined;
    return { task, units, seed, most, ...(task === 'text' && corpus && { corpus: corpus.text }) };
  }

  /** Tells what is looked into from anything else. */
  function networkKey(): string {
    const settings = lessonSettings();
    return settings ? networkOf(settings) : 'written';
  }

  /** The text that is read: one's own, else one of the network's kind. */
  function textShown(): string {
    return chosen.text ?? (chosen.task === 'written' ? excerpt : undefined) ?? sample;
  }

  /** Names and visibility that follow from what was chosen. */
  function dress(): void {
    const { task } = chosen;
    lesson.dress(chosen, corpus, state);
    shown.dress(task);
    goes.dress(task);
    goes.element.hidden = task === 'written';
    models.element.hidden = task === 'written';
    const { coming, model } = written;
    const empty = task === 'written' && (coming !== undefined || !model);
    shown.element.hidden = empty;
    if (empty) looking.empty(coming !== undefined ? `Opening ${coming} …` : nothingOpen);
  }

  /** Another network. */
  function settle(): void {
    shown.set(chosen, textShown());
    dress();
    context.changed();
    lesson.refresh(written.model?.name);
    prepare(false);
  }

  function open(): JobHandle<Command> {
    job ??= openJob<Command, Event>(
      'remember',
      {
        onEvent: hear,
        onReady: (_, restarted) => {
          if (!restarted) return;
          goes.clearCurve();
          watch();
          const settings = lessonSettings();
          if (!settings) prepare(true);
          else job!.send({ type: state === 'training' ? 'train' : 'prepare', settings });
        },
        onLost: () => {
          looking.rest();
          asked.drop();
        },
        onError: () => {
          job!.send({ type: 'stand' });
          return false;
        },
      },
      { seed: chosen.seed },
    );
    return job;
  }

  /** Shows the untrained network, or the model that was written with. */
  function prepare(anew: boolean): void {
    const settings = lessonSettings();
    const key = networkKey();
    if (!job || (key === prepared && !anew)) return;
    prepared = key;
    steps = 0;
    state = 'new';
    goes.clear();
    dress();
    if (settings) job.send({ type: 'prepare', settings });
    else if (!written.askAgain()) job.send({ type: 'pause' });
  }

  function toggle(): void {
    const settings = lessonSettings();
    if (!settings) return;
    open();
    if (state === 'training') job!.send({ type: 'pause' });
    else if (state === 'paused') job!.send({ type: 'resume' });
    else {
      state = 'training';
      dress();
      prepared = networkKey();
      job!.send({ type: 'train', settings });
    }
  }

  function watch(): void {
    const { count, letter, layer } = chosen;
    context.changed();
    job?.send({ type: 'watch', shown: { count, letter, text: textShown(), layer: layer - 1 } });
  }

  /** A model is laid open: it is shown what the visitor typed, or a text of its kind. */
  function begin(event: Extract<Event, { type: 'read' }>): void {
    written.done();
    if (chosen.task !== 'written') return;
    layers = event.layers.length;
    excerpt = event.excerpt;
    chosen = { ...chosen, layer: Math.min(chosen.layer, layers) };
    shown.setLayers(event.layers, chosen.layer);
    shown.set(chosen, textShown());
    dress();
    lesson.refresh(event.name);
    watch();
    announce(`Looking inside ${event.name}.`);
  }

  /** A model is there out of a file: what was chosen is what it is. */
  function take({ task, units, seed }: Extract<Event, { type: 'opened' }>): void {
    const most = task === chosen.task ? chosen.most : tasks[task].most;
    chosen = { ...chosen, task, units, seed, most };
    prepared = networkKey();
    goes.clearCurve();
    dress();
    context.changed();
  }

  function hear(event: Event): void {
    switch (event.type) {
      case 'progress':
        steps = goes.push(event);
        return;
      case 'view':
        // One of a network that is no longer chosen.
        if (event.view.task !== chosen.task || (written.coming && chosen.task === 'written')) return;
        last = event.view;
        looking.show(event.view);
        shown.show(event.view);
        goes.show(event.view);
        return;
      case 'state':
        if (event.task !== chosen.task) return;
        state = event.state;
        steps = event.step;
        goes.steps(steps);
        dress();
        if (state === 'done' && last) {
          const [found] = last.findings;
          announce(`${event.why ?? 'Done'}. ${found?.why ?? ''}`);
        }
        return;
      case 'stands':
        state = event.state;
        dress();
        return;
      case 'read':
        begin(event);
        asked.hear(event);
        return;
      default:
        asked.hear(event);
    }
  }

  return {
    show() {
      open();
      watch();
      models.refresh();
      lesson.refresh(written.model?.name);
      // A model that is handed over comes first: no lesson is made in vain.
      setTimeout(() => prepare(false));
    },
    hide() {
      looking.rest();
    },
    settings: () => writeSettings(chosen),
    apply(given) {
      chosen = readSettings(given);
      chosen.layer = Math.min(chosen.layer, layers);
      shown.set(chosen, textShown());
      dress();
      if (!job) return;
      watch();
      prepare(false);
    },
    receive: (model) => written.ask(model),
  };
}

// What is looked into: a lesson with its sizes, or the model that was written with.
import { button, dropZone, h, numberField, panel, select } from '../../kit.ts';
import type { HandedModel } from '../../types.ts';
import type { RunState, TaskName } from './messages.ts';
import { type Chosen, tasks } from './settings.ts';
import { writtenChoice } from './written_choice.ts';

/** A text of one's own to learn. */
export interface Corpus {
  readonly text: string;
  readonly name: string;
}

export interface LessonPanel {
  readonly element: HTMLElement;
  /** Names, numbers and visibility that follow from what was chosen. */
  dress(chosen: Chosen, corpus: Corpus | undefined, state: RunState): void;
  /** Names the model of the writing tab that is looked into, and reads the list of those that are kept. */
  refresh(current: string | undefined): void;
}

export interface LessonPanelOptions {
  chosen: Chosen;
  onTask(task: TaskName): void;
  onChange(change: Partial<Pick<Chosen, 'units' | 'seed' | 'most'>>): void;
  onCorpus(corpus: Corpus): void;
  onWritten(model: HandedModel): void;
  /** Train, pause or go on. */
  onBegin(): void;
  onReset(): void;
}

export function lessonPanel(options: LessonPanelOptions): LessonPanel {
  const { chosen, onChange } = options;
  const task = select<TaskName>({
    label: 'Look into',
    value: chosen.task,
    options: [
      { value: 'counting', label: 'A network that counts' },
      { value: 'memory', label: 'A network that remembers' },
      { value: 'text', label: 'A network that reads' },
      { value: 'written', label: 'The model written with' },
    ],
    onChange: options.onTask,
  });
  const note = h('p', { class: 'hint' });
  const units = numberField({
    ...{ label: 'Units', min: 1, max: 256, value: chosen.units },
    onChange: (value) => onChange({ units: value }),
  });
  const seed = numberField({
    ...{ label: 'Seed', min: 0, max: 9999, value: chosen.seed },
    onChange: (value) => onChange({ seed: value }),
  });
  const most = numberField({
    ...{ label: 'Epochs', min: 1, max: 100_000, value: chosen.most },
    onChange: (value) => onChange({ most: value }),
  });
  const corpusName = h('p', { class: 'hint' });
  const learn = h(
    'div',
    { class: 'stack tight' },
    corpusName,
    dropZone({
      label: 'Learn another text',
      accept: '.txt,.md,.csv,.ts,.js,.py,text/plain',
      onText: (given, name) => options.onCorpus({ text: given.replaceAll('\r', ''), name }),
    }),
  );
  const written = writtenChoice(options.onWritten);
  const begin = button('Train', options.onBegin, { kind: 'primary' });
  const fields = h('div', { class: 'fields' }, units.element, most.element, seed.element);
  const buttons = h('div', { class: 'row' }, begin, button('Reset', options.onReset));

  return {
    element: panel('The network', task.element, note, fields, learn, written.element, buttons),
    dress(now, corpus, state) {
      const lesson = now.task !== 'written';
      task.set(now.task);
      note.textContent = tasks[now.task].note;
      units.set(now.units);
      most.set(now.most);
      seed.set(now.seed);
      most.element.querySelector('label')!.textContent = now.task === 'text' ? 'Steps' : 'Epochs';
      learn.hidden = now.task !== 'text';
      written.element.hidden = lesson;
      fields.hidden = !lesson;
      buttons.hidden = !lesson;
      corpusName.textContent = corpus
        ? `It learns “${corpus.name}”, ${corpus.text.length.toLocaleString('en')} characters.`
        : 'It learns some 96,000 characters of TypeScript.';
      begin.textContent = { new: 'Train', training: 'Pause', paused: 'Go on', done: 'Train on' }[state];
    },
    refresh: written.refresh,
  };
}

// Tag and translate: a segmenter that finds words, and an adder that reads sums and writes their results.
import './tag.css';
import { h, segmented } from '../../kit.ts';
import type { Settings, Tab } from '../../types.ts';
import { adderView } from './adder_view.ts';
import { segmentView, type TaskView } from './segment_view.ts';

type Task = 'words' | 'sums';

export const tab: Tab = {
  id: 'tag',
  title: 'Tag and translate',
  lead: 'A bidirectional LSTM with a conditional random field puts the spaces back into a text. An encoder and a decoder with attention read a sum and write its result. Both learn while you watch.',
  mount(host, context) {
    const views: Record<Task, TaskView> = { words: segmentView(context), sums: adderView(context) };
    let visible = false;
    const choice = segmented<Task>({
      label: 'Lesson',
      value: 'words',
      options: [
        { value: 'words', label: 'Find the words' },
        { value: 'sums', label: 'Add by reading' },
      ],
      onChange: () => {
        front();
        context.changed();
      },
    });
    const front = (): void => {
      for (const [task, { view }] of Object.entries(views)) view.element.hidden = task !== choice.value;
      if (visible) views[choice.value].view.show();
    };
    host.append(
      h('div', { class: 'tag' }, choice.element, views.words.view.element, views.sums.view.element),
    );
    front();
    return {
      show() {
        visible = true;
        front();
      },
      hide() {
        visible = false;
      },
      settings(): Settings {
        return { ...(choice.value !== 'words' && { task: choice.value }), ...views[choice.value].settings() };
      },
      apply(settings) {
        choice.set(settings.task === 'sums' ? 'sums' : 'words');
        views[choice.value].apply(settings);
        front();
      },
    };
  },
};

// The text as it is written, and what steers it: temperature, top-k, a pause, and words to go on from.
import { button, h, panel, slider, uniqueId } from '../../kit.ts';
import type { RunPhase } from './run_panel.ts';
import { type SampleView, sampleView } from './sample_view.ts';
import { type Sampling, samplingRanges } from './settings.ts';

export interface WritingPanel {
  readonly element: HTMLElement;
  readonly view: SampleView;
  /** Whether the visitor lets it write. */
  readonly on: boolean;
  set(sampling: Sampling): void;
  /** The run stands so now. */
  show(phase: RunPhase): void;
  /** Nothing is written yet, and the visitor's pause is over. */
  anew(): void;
}

export interface WritingPanelOptions {
  sampling: Sampling;
  reducedMotion: boolean;
  onSampling(sampling: Sampling): void;
  onWriting(on: boolean): void;
  onBegin(text: string): void;
}

const first =
  'Press Train. The model begins with noise and writes on while it learns; point at a character to see what else it might have been.';
/** What stands where nothing is written yet. */
const invitations: Readonly<Record<RunPhase, string>> = {
  empty: first,
  lost: first,
  preparing: 'It is made ready. Its first characters come with its first steps.',
  training: 'Its first characters are on their way.',
  ready: 'Its first characters are on their way.',
};

/** The panel in the middle of the tab. */
export function writingPanel(options: WritingPanelOptions): WritingPanel {
  let { sampling } = options;
  let on = true;
  const change = (part: Partial<Sampling>): void => {
    sampling = { ...sampling, ...part };
    options.onSampling(sampling);
  };
  const temperature = slider({
    label: 'Temperature',
    ...samplingRanges.temperature,
    step: 0.05,
    value: sampling.temperature,
    format: (value) => (value === 0 ? '0 (always the likeliest)' : value.toFixed(2)),
    onInput: (value) => change({ temperature: value }),
  });
  const topK = slider({
    label: 'Top-k',
    ...samplingRanges.topk,
    step: 1,
    value: sampling.topK,
    format: (value) => (value === 0 ? 'all characters' : `the ${value} likeliest`),
    onInput: (value) => change({ topK: value }),
  });
  const view = sampleView({ reducedMotion: options.reducedMotion });
  let phase: RunPhase = 'empty';
  const invite = (): void => {
    const paused = !on && phase !== 'empty' && phase !== 'lost';
    view.invite(paused ? 'Writing is paused: “Write on” goes on with it.' : invitations[phase]);
  };
  const turn = (now: boolean): void => {
    on = now;
    pause.textContent = on ? 'Pause writing' : 'Write on';
    invite();
    options.onWriting(on);
  };
  const pause = button('Pause writing', () => turn(!on));
  invite();
  const id = uniqueId('begin');
  const text = h('input', { type: 'text', id, maxlength: 500, autocomplete: 'off', spellcheck: 'false' });
  const begin = (): void => {
    if (text.value !== '') options.onBegin(text.value);
  };
  text.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') begin();
  });
  const go = button('Go on from this', begin);
  const enable = (enabled: boolean): void => {
    go.disabled = !enabled;
    pause.disabled = !enabled;
  };
  enable(false);
  return {
    element: panel(
      'What it writes',
      h('div', { class: 'write-sliders' }, temperature.element, topK.element, h('div', null, pause)),
      view.element,
      h(
        'p',
        { class: 'hint write-scale' },
        'expected',
        h('i', { 'aria-hidden': 'true' }),
        'surprising: the tint is how unlikely the model held a character. The text waits while you look into it.',
      ),
      h(
        'div',
        { class: 'write-begin' },
        h('div', { class: 'field' }, h('label', { for: id }, 'Let it read your words and go on'), text),
        go,
      ),
    ),
    view,
    get on() {
      return on;
    },
    set(next) {
      sampling = next;
      temperature.set(next.temperature);
      topK.set(next.topK);
    },
    show(now) {
      phase = now;
      invite();
      enable(phase === 'training' || phase === 'ready');
    },
    anew() {
      view.clear();
      if (!on) turn(true);
    },
  };
}

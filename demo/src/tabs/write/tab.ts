// The writing tab: a network learns a text by its characters, and writes while it learns.
import './write.css';
import { announce, h, say } from '../../kit.ts';
import { modelsPanel } from '../../models_panel.ts';
import type { MountedTab, Settings, Tab, TabContext } from '../../types.ts';
import type { News } from './messages.ts';
import { progressPanel } from './progress_panel.ts';
import { Run } from './run.ts';
import { runPanel } from './run_panel.ts';
import {
  defaultSampling,
  defaultsFor,
  describeModel,
  type RunSettings,
  readSampling,
  readSettings,
  type Sampling,
} from './settings.ts';
import { settingsPanel } from './settings_panel.ts';
import { writingPanel } from './writing_panel.ts';

/** Milliseconds between two losses that are read aloud. */
const ALOUD_EVERY = 20_000;

export const tab: Tab = {
  id: 'write',
  title: 'A network that learns to write',
  lead:
    'It reads a text one character at a time and guesses the next. What it guesses is written here while it learns,' +
    ' tinted by how surprised it was; point at any character to see what else it had in mind.',
  mount: (host, context) => new WriteTab(host, context),
};

class WriteTab implements MountedTab {
  readonly #context: TabContext;
  readonly #settingsPanel;
  readonly #writing;
  readonly #progress = progressPanel();
  readonly #runPanel;
  readonly #run: Run;
  /** What differs from the run, or where there is none from the defaults of the device. */
  #chosen: Partial<RunSettings> = {};
  #sampling: Sampling = defaultSampling;
  #tokens: readonly string[] = [];
  #visible = false;
  #aloud = 0;
  #begun = false;

  constructor(host: HTMLElement, context: TabContext) {
    this.#context = context;
    this.#run = new Run({
      settings: () => this.#settings,
      own: () => this.#settingsPanel.own,
      onChange: () => this.#render(),
      onNews: (event) => this.#hear(event),
      onReady: ({ device }) => {
        this.#progress.on(device);
        this.#settingsPanel.set(this.#settings);
        this.#run.job.send({ type: 'sampling', sampling: this.#sampling });
        this.#tellWriting();
      },
      onTraining: (step) => this.#progress.rewind(step),
      onForget: () => {
        this.#writing.anew();
        this.#progress.clear();
      },
    });
    this.#settingsPanel = settingsPanel({
      settings: this.#settings,
      onChange: (change) => this.#change(change),
    });
    this.#writing = writingPanel({
      sampling: this.#sampling,
      reducedMotion: context.reducedMotion,
      onSampling: (sampling) => {
        this.#sampling = sampling;
        this.#run.job.send({ type: 'sampling', sampling });
        context.changed();
      },
      onWriting: () => this.#tellWriting(),
      onBegin: (text) => this.#run.job.send({ type: 'begin', text }),
    });
    this.#runPanel = runPanel({
      onPress: () => this.#run.press(),
      onReset: () => {
        this.#run.forget();
        this.#settingsPanel.set(this.#settings);
      },
      onAnew: () => {
        this.#chosen = this.#settings;
        this.#run.forget();
        this.#run.press();
      },
      onLook: () => {
        const model = this.#run.pack();
        // The other tab tells what is wrong with it, as soon as it is loaded.
        model.catch(() => {});
        context.hand('remember', model);
      },
      numbers: this.#progress.numbers,
    });
    const models = modelsPanel({
      tab: 'write',
      bytes: async () => (this.#run.phase === 'empty' ? undefined : (await this.#run.pack()).bytes),
      meta: () => ({
        note: [describeModel(this.#run.settings ?? this.#settings), this.#progress.summary()]
          .filter(Boolean)
          .join(', '),
        settings: this.settings(),
      }),
      onOpen: (bytes, name) => this.#run.open(bytes, name, (opened) => this.#settle(opened)),
    });
    host.append(
      h(
        'div',
        { class: 'columns' },
        h('div', { class: 'stack write-left' }, this.#settingsPanel.element, models.element),
        h('div', { class: 'stack' }, this.#runPanel.element, this.#writing.element, this.#progress.curves),
      ),
    );
    document.addEventListener('visibilitychange', () => this.#tellWriting());
    this.#render();
  }

  show(): void {
    this.#visible = true;
    this.#run.job.open();
    this.#tellWriting();
  }

  hide(): void {
    this.#visible = false;
    this.#writing.view.hide();
    this.#tellWriting();
  }

  settings(): Settings {
    const { temperature, topK } = this.#sampling;
    // The defaults of another device may be others, so that a run that has begun is written out.
    const settings: Settings = { ...(this.#begun ? this.#settings : this.#chosen) };
    // A link cannot carry a text.
    if (settings.corpus === 'own') delete settings.corpus;
    if (temperature !== defaultSampling.temperature) settings.temperature = temperature;
    if (topK !== defaultSampling.topK) settings.topk = topK;
    return settings;
  }

  apply(settings: Settings): void {
    const { own } = this.#settingsPanel;
    this.#chosen = {
      ...(this.#begun && defaultsFor(this.#run.adapter)),
      ...(own && { corpus: 'own' }),
      ...readSettings(settings),
    };
    if (!own && this.#chosen.corpus === 'own') delete this.#chosen.corpus;
    this.#sampling = { ...defaultSampling, ...readSampling(settings) };
    this.#writing.set(this.#sampling);
    this.#run.job.send({ type: 'sampling', sampling: this.#sampling });
    this.#settingsPanel.set(this.#settings);
    this.#render();
  }

  get #settings(): RunSettings {
    return { ...(this.#run.settings ?? defaultsFor(this.#run.adapter)), ...this.#chosen };
  }

  #change(change: Partial<RunSettings>): void {
    this.#chosen = { ...this.#chosen, ...change };
    if (change.rate !== undefined) this.#run.setRate(change.rate);
    this.#render();
    this.#context.changed();
  }

  /** Shows the settings of a model that was opened, and gives all that are in force. */
  #settle(opened: Partial<RunSettings>): RunSettings {
    this.#chosen = { ...this.#chosen, ...opened };
    this.#settingsPanel.set(this.#settings);
    this.#context.changed();
    return this.#settings;
  }

  /** Nobody reads what is written while the tab or the page is hidden. */
  #tellWriting(): void {
    const on = this.#visible && !document.hidden && this.#writing.on;
    this.#run.job.send({ type: 'writing', on });
  }

  #hear(event: Exclude<News, { type: 'phase' }>): void {
    switch (event.type) {
      case 'doing':
        this.#runPanel.doing(event.text);
        return;
      case 'text':
        this.#progress.text(event.text);
        return;
      case 'model':
        this.#tokens = event.tokens;
        this.#progress.model(event.model);
        return;
      case 'memory':
        this.#progress.memory(event.bytes);
        return;
      case 'loss':
        this.#progress.loss(event);
        if (performance.now() - this.#aloud > ALOUD_EVERY) {
          this.#aloud = performance.now();
          announce(`Step ${event.step}, loss ${event.loss.toFixed(2)}.`);
        }
        return;
      case 'validation':
        this.#progress.validation(event.step, event.loss);
        return;
      case 'written':
        this.#writing.view.append(event.written, this.#tokens);
        return;
      case 'note':
        say('info', event.text);
        return;
      case 'error':
        say('error', event.message);
    }
  }

  #render(): void {
    const { phase, settings: running, step, text } = this.#run;
    const wanted = this.#settings;
    const begun = running !== undefined;
    const differs = (name: keyof RunSettings): boolean => wanted[name] !== running?.[name];
    // A model that was opened takes the text that is there when it goes on.
    const otherText = wanted.corpus === 'own' && text !== undefined && this.#settingsPanel.own !== text;
    this.#runPanel.render({
      phase,
      model: describeModel(running ?? wanted),
      step,
      begun,
      stale: begun && (otherText || (Object.keys(wanted) as (keyof RunSettings)[]).some(differs)),
    });
    if (phase === 'ready') this.#progress.rests(step);
    this.#writing.show(phase);
    if (begun === this.#begun) return;
    this.#begun = begun;
    this.#context.changed();
  }
}

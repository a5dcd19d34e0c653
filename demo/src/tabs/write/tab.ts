// The writing tab: a network learns a text by its characters, and writes while it learns.
import './write.css';
import { openJob } from '../../job.ts';
import { announce, h, say } from '../../kit.ts';
import { modelsPanel } from '../../models_panel.ts';
import type { AdapterInfo, JobHandle, MountedTab, Settings, Tab, TabContext } from '../../types.ts';
import type { Command, CorpusRequest, Event } from './messages.ts';
import { progressPanel } from './progress_panel.ts';
import { type RunPhase, runPanel } from './run_panel.ts';
import {
  defaultSampling,
  defaultsFor,
  describeModel,
  type RunSettings,
  readSampling,
  readSettings,
  type Sampling,
} from './settings.ts';
import { type OwnText, settingsPanel } from './settings_panel.ts';
import { writingPanel } from './writing_panel.ts';

/** Milliseconds between two losses that are read aloud. */
const ALOUD_EVERY = 20_000;
/** Units of all layers with which the CPU is at its end. */
const SLOW = 96;

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
  readonly #models;
  readonly #runPanel;
  readonly #answers = new Map<number, { resolve(event: Event): void; reject(error: Error): void }>();
  #job: JobHandle<Command> | undefined;
  #adapter: AdapterInfo | undefined;
  /** What differs from the defaults of the device. */
  #chosen: Partial<RunSettings> = {};
  #sampling: Sampling = defaultSampling;
  /** What the model that there is was made with. */
  #running: RunSettings | undefined;
  /** The text of one's own that it learns. */
  #text: OwnText | undefined;
  #tokens: readonly string[] = [];
  #phase: RunPhase = 'empty';
  /** The phase before the device was lost. */
  #before: RunPhase = 'empty';
  #step = 0;
  /** Whether training was asked for before the device was there. */
  #pressed = false;
  #run = 1;
  #requests = 0;
  #visible = false;
  #aloud = 0;

  constructor(host: HTMLElement, context: TabContext) {
    this.#context = context;
    this.#settingsPanel = settingsPanel({
      settings: this.#settings,
      onChange: (change) => this.#change(change),
    });
    this.#writing = writingPanel({
      sampling: this.#sampling,
      reducedMotion: context.reducedMotion,
      onSampling: (sampling) => {
        this.#sampling = sampling;
        this.#send({ type: 'sampling', sampling });
        context.changed();
      },
      onWriting: () => this.#tellWriting(),
      onBegin: (text) => this.#send({ type: 'begin', text }),
    });
    this.#runPanel = runPanel({
      onPress: () => this.#press(),
      onReset: () => this.#forget(),
      onAnew: () => {
        this.#forget();
        this.#press();
      },
      numbers: this.#progress.numbers,
    });
    this.#models = modelsPanel({
      tab: 'write',
      bytes: async () => {
        if (this.#phase === 'empty' || this.#phase === 'lost') return undefined;
        const event = await this.#ask((request) => ({ type: 'save', request }));
        return event.type === 'saved' ? event.bytes : undefined;
      },
      meta: () => ({
        note: [describeModel(this.#running ?? this.#settings), this.#progress.summary()]
          .filter(Boolean)
          .join(', '),
        settings: this.settings(),
      }),
      onOpen: (bytes, name) => this.#open(bytes, name),
    });
    host.append(
      h(
        'div',
        { class: 'columns' },
        h('div', { class: 'stack write-left' }, this.#settingsPanel.element, this.#models.element),
        h('div', { class: 'stack' }, this.#runPanel.element, this.#writing.element, this.#progress.curves),
      ),
    );
    document.addEventListener('visibilitychange', () => this.#tellWriting());
    this.#render();
  }

  show(): void {
    this.#visible = true;
    this.#job ??= this.#openJob();
    this.#tellWriting();
  }

  hide(): void {
    this.#visible = false;
    this.#writing.view.hide();
    this.#tellWriting();
  }

  settings(): Settings {
    const { temperature, topK } = this.#sampling;
    const settings: Settings = { ...this.#chosen };
    // A link cannot carry a text.
    if (settings.corpus === 'own') delete settings.corpus;
    if (temperature !== defaultSampling.temperature) settings.temperature = temperature;
    if (topK !== defaultSampling.topK) settings.topk = topK;
    return settings;
  }

  apply(settings: Settings): void {
    const { own } = this.#settingsPanel;
    this.#chosen = { ...(own && { corpus: 'own' }), ...readSettings(settings) };
    if (!own && this.#chosen.corpus === 'own') delete this.#chosen.corpus;
    this.#sampling = { ...defaultSampling, ...readSampling(settings) };
    this.#writing.set(this.#sampling);
    this.#send({ type: 'sampling', sampling: this.#sampling });
    this.#settingsPanel.set(this.#settings);
    this.#render();
  }

  get #settings(): RunSettings {
    return { ...defaultsFor(this.#adapter), ...this.#chosen };
  }

  #change(change: Partial<RunSettings>): void {
    this.#chosen = { ...this.#chosen, ...change };
    if (change.rate !== undefined && this.#running) {
      this.#running = { ...this.#running, rate: change.rate };
      this.#send({ type: 'rate', rate: change.rate });
    }
    this.#render();
    this.#context.changed();
  }

  #openJob(): JobHandle<Command> {
    return openJob<Command, Event>('write', {
      onEvent: (event) => this.#hear(event),
      onReady: (adapter, restarted) => {
        this.#adapter = adapter;
        this.#settingsPanel.set(this.#settings);
        this.#send({ type: 'sampling', sampling: this.#sampling });
        this.#tellWriting();
        if (restarted) this.#recover();
        if (this.#pressed) {
          this.#pressed = false;
          this.#phase = 'empty';
          this.#press();
        }
        this.#render();
      },
      onLost: (reason) => {
        this.#pressed = false;
        if (this.#phase !== 'lost') this.#before = this.#phase;
        this.#phase = 'lost';
        for (const { reject } of this.#answers.values()) reject(new Error(`the device is gone (${reason})`));
        this.#answers.clear();
        this.#render();
      },
    });
  }

  /** After a restart: the last weights of this run, and on with it where it went on. */
  #recover(): void {
    this.#phase = 'empty';
    if (!this.#running) return;
    const corpus = this.#corpus(this.#running.corpus, this.#text);
    if (!corpus) return;
    const trained = this.#before === 'training' || this.#before === 'preparing';
    // Where the CPU takes over, a step of a large network would hold up everything for a long time.
    const slow = this.#adapter?.device === 'cpu' && this.#running.layers * this.#running.units > SLOW;
    if (slow) this.#running = { ...this.#running, batch: Math.min(4, this.#running.batch) };
    if (slow && trained)
      say('info', 'On the CPU a network of this size learns very slowly, so that it rests now.');
    const settings = this.#running;
    this.#send({ type: 'recover', run: this.#run, settings, corpus, training: trained && !slow });
  }

  #send(command: Command): void {
    this.#job?.send(command);
  }

  /** Nobody reads what is written while the tab or the page is hidden. */
  #tellWriting(): void {
    this.#send({ type: 'writing', on: this.#visible && !document.hidden && this.#writing.on });
  }

  #ask(command: (request: number) => Command): Promise<Event> {
    const request = ++this.#requests;
    return new Promise((resolve, reject) => {
      this.#answers.set(request, { resolve, reject });
      this.#send(command(request));
    });
  }

  #corpus(kind: RunSettings['corpus'], own: OwnText | undefined): CorpusRequest | undefined {
    if (kind !== 'own') return { kind };
    if (own) return { kind, ...own };
    say('info', 'There is no text of your own yet: drop a file or paste one, then train.');
    return undefined;
  }

  #press(): void {
    if (this.#phase === 'training') {
      this.#send({ type: 'pause' });
      return;
    }
    if (!this.#adapter) {
      // What fits the device is known when it is.
      this.#pressed = true;
      this.#phase = 'preparing';
      this.#render();
      this.#runPanel.doing('Looking for the GPU');
      return;
    }
    const settings = this.#running ?? this.#settings;
    const own = this.#text ?? this.#settingsPanel.own;
    const corpus = this.#corpus(settings.corpus, own);
    if (!corpus) return;
    this.#running = settings;
    this.#text = own;
    this.#send({ type: 'train', run: this.#run, settings, corpus });
  }

  #forget(): void {
    this.#run++;
    this.#running = undefined;
    this.#text = undefined;
    this.#send({ type: 'reset' });
    this.#clear();
    this.#render();
  }

  #clear(): void {
    this.#writing.view.clear();
    this.#progress.clear();
    this.#step = 0;
  }

  async #open(bytes: Uint8Array, name: string): Promise<void> {
    const run = ++this.#run;
    const event = await this.#ask((request) => ({ type: 'open', request, run, bytes, name }));
    if (event.type !== 'opened') return;
    const { corpus, ...opened } = event.settings;
    this.#chosen = { ...this.#chosen, ...opened };
    if (corpus && corpus !== 'own') this.#chosen.corpus = corpus;
    this.#running = this.#settings;
    this.#settingsPanel.set(this.#settings);
    this.#context.changed();
    this.#render();
  }

  #hear(event: Event): void {
    switch (event.type) {
      case 'phase':
        this.#phase = event.phase;
        this.#step = event.step;
        if (event.phase === 'empty') {
          this.#running = undefined;
          this.#text = undefined;
        }
        if (event.phase === 'training') this.#progress.rewind(event.step);
        this.#render();
        return;
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
        this.#step = event.step;
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
        return;
      default:
        this.#answer(event);
    }
  }

  #answer(event: Extract<Event, { type: 'saved' | 'opened' | 'failed' }>): void {
    const waiting = this.#answers.get(event.request);
    this.#answers.delete(event.request);
    if (event.type === 'failed') waiting?.reject(new Error(event.message));
    else {
      if (event.type === 'opened') this.#clear();
      waiting?.resolve(event);
    }
  }

  #render(): void {
    const phase = this.#phase;
    const running = this.#running;
    const wanted = this.#settings;
    const differs = (name: keyof RunSettings): boolean => wanted[name] !== running?.[name];
    const otherText = wanted.corpus === 'own' && this.#settingsPanel.own !== this.#text;
    this.#runPanel.render({
      phase,
      model: describeModel(running ?? wanted),
      step: this.#step,
      begun: running !== undefined,
      stale:
        running !== undefined && (otherText || (Object.keys(wanted) as (keyof RunSettings)[]).some(differs)),
    });
    this.#writing.enable(phase === 'training' || phase === 'ready');
  }
}

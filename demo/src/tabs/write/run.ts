// The run of the tab: what its model was made with, how far it is, and what becomes of it when it is started, left, lost or replaced.
import { say } from '../../kit.ts';
import type { AdapterInfo, HandedModel } from '../../types.ts';
import { type Conversation, conversation } from './conversation.ts';
import type { CorpusRequest, News } from './messages.ts';
import type { RunPhase } from './run_panel.ts';
import { describeModel, type RunSettings } from './settings.ts';
import type { OwnText } from './settings_panel.ts';
import { grouped } from './words.ts';

/** Units of all layers with which the CPU is at its end. */
const SLOW = 96;

export interface RunHooks {
  /** What a new run is made with. */
  settings(): RunSettings;
  own(): OwnText | undefined;
  /** The run stands otherwise now. */
  onChange(): void;
  onNews(event: Exclude<News, { type: 'phase' }>): void;
  /** The job can be sent commands. */
  onReady(adapter: AdapterInfo): void;
  /** Training begins, or goes on, at this step. */
  onTraining(step: number): void;
  /** The model is gone. */
  onForget(): void;
}

export class Run {
  readonly job: Conversation;
  readonly #hooks: RunHooks;
  #phase: RunPhase = 'empty';
  /** The phase before the device was lost. */
  #before: RunPhase = 'empty';
  #settings: RunSettings | undefined;
  #text: OwnText | undefined;
  #adapter: AdapterInfo | undefined;
  /** Whether training was asked for before the device was there. */
  #pressed = false;
  /** Tells the run from those before it, whose news may still be on its way. */
  #number = 1;
  /** The highest number that was given to a run or a model to be opened. */
  #last = 1;
  /** Updates so far. */
  step = 0;

  constructor(hooks: RunHooks) {
    this.#hooks = hooks;
    this.job = conversation({
      onNews: (event, run) => {
        if (run !== this.#number) return;
        if (event.type === 'loss') this.step = event.step;
        if (event.type === 'phase') this.#enter(event);
        else hooks.onNews(event);
      },
      onReady: (adapter, restarted) => this.#ready(adapter, restarted),
      onLost: () => this.#lose(),
    });
  }

  get phase(): RunPhase {
    return this.#phase;
  }

  get adapter(): AdapterInfo | undefined {
    return this.#adapter;
  }

  /** What the model that there is was made with. */
  get settings(): RunSettings | undefined {
    return this.#settings;
  }

  /** The text of one's own that it learns. */
  get text(): OwnText | undefined {
    return this.#text;
  }

  /** Trains, pauses, or goes on. */
  press(): void {
    if (this.#phase === 'training') {
      this.job.send({ type: 'pause' });
      return;
    }
    if (!this.#adapter) {
      // What fits the device is known when it is.
      this.#pressed = true;
      this.#phase = 'preparing';
      this.#hooks.onChange();
      this.#hooks.onNews({ type: 'doing', text: 'Looking for the GPU' });
      return;
    }
    const settings = this.#settings ?? this.#hooks.settings();
    const own = this.#text ?? this.#hooks.own();
    const corpus = corpusOf(settings.corpus, own);
    if (!corpus) return;
    this.#settings = settings;
    this.#text = own;
    this.job.send({ type: 'train', run: this.#number, settings, corpus });
  }

  forget(): void {
    this.#number = ++this.#last;
    this.#phase = 'empty';
    this.#settings = undefined;
    this.#text = undefined;
    this.step = 0;
    this.job.send({ type: 'reset' });
    this.#hooks.onForget();
    this.#hooks.onChange();
  }

  /** The learning rate of the updates to come. */
  setRate(rate: number): void {
    if (!this.#settings) return;
    this.#settings = { ...this.#settings, rate };
    this.job.send({ type: 'rate', rate });
  }

  /**
   * Puts a model in the place of the one there is; `settled` takes its settings and gives the whole of those in force.
   * @throws Error in plain words where the file does not do.
   */
  async open(
    bytes: Uint8Array,
    name: string,
    settled: (opened: Partial<RunSettings>) => RunSettings,
  ): Promise<void> {
    const run = ++this.#last;
    const event = await this.job.ask((request) => ({ type: 'open', request, run, bytes, name }));
    // One that was forgotten before it came is gone in the job too.
    if (event.type !== 'opened' || run < this.#number) return;
    this.#number = run;
    this.#phase = 'ready';
    this.#text = undefined;
    this.step = event.step;
    this.#hooks.onForget();
    this.#settings = settled(event.settings);
    this.#hooks.onChange();
  }

  /**
   * The model as it is now.
   * @throws Error in plain words where there is none, or its weights are no numbers any more.
   */
  async pack(): Promise<HandedModel> {
    if (this.#phase === 'lost') throw new Error('the device is gone; restart it first');
    const event = await this.job.ask((request) => ({ type: 'save', request }));
    if (event.type !== 'saved' || !event.bytes) throw new Error('there is no model yet: train one first');
    const { bytes, passage } = event;
    const name = `${describeModel(this.#settings ?? this.#hooks.settings())} at step ${grouped(this.step)}`;
    return { name, bytes, passage };
  }

  #enter({ phase, step }: Extract<News, { type: 'phase' }>): void {
    this.#phase = phase;
    this.step = step;
    if (phase === 'empty') {
      this.#settings = undefined;
      this.#text = undefined;
    }
    if (phase === 'training') this.#hooks.onTraining(step);
    this.#hooks.onChange();
  }

  #ready(adapter: AdapterInfo, restarted: boolean): void {
    this.#adapter = adapter;
    this.#hooks.onReady(adapter);
    if (restarted) this.#recover();
    if (this.#pressed) {
      this.#pressed = false;
      this.#phase = 'empty';
      this.press();
    }
    this.#hooks.onChange();
  }

  #lose(): void {
    this.#pressed = false;
    if (this.#phase !== 'lost') this.#before = this.#phase;
    this.#phase = 'lost';
    this.#hooks.onChange();
  }

  /** After a restart: the last weights of this run, and on with it where it went on. */
  #recover(): void {
    this.#phase = 'empty';
    if (!this.#settings) return;
    const trained = this.#before === 'training' || this.#before === 'preparing';
    // Where the CPU takes over, a step of a large network would hold up everything for a long time.
    const slow = this.#adapter?.device === 'cpu' && this.#settings.layers * this.#settings.units > SLOW;
    if (slow) this.#settings = { ...this.#settings, batch: Math.min(4, this.#settings.batch) };
    if (slow && trained)
      say('info', 'On the CPU a network of this size learns very slowly, so that it rests now.');
    const settings = this.#settings;
    const corpus = trained && !slow ? corpusOf(settings.corpus, this.#text) : undefined;
    this.job.send({ type: 'recover', run: this.#number, settings, corpus });
  }
}

/** What the job is to read; says so where the visitor's text is missing. */
function corpusOf(kind: RunSettings['corpus'], own: OwnText | undefined): CorpusRequest | undefined {
  if (kind !== 'own') return { kind };
  if (own) return { kind, ...own };
  say('info', 'There is no text of your own yet: drop a file or paste one, then train.');
  return undefined;
}

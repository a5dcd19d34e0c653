// What the parts of the page agree on: a tab, its worker's job, the pieces of the kit.
import type { Backend } from 'webgpu-rnn';

/** Settings of a run as a link carries them: flat, short names. */
export type Settings = Record<string, string | number | boolean>;

// Tabs

/** A tab's module (`tabs/<id>/tab.ts`) exports one as `tab`; it is loaded when the tab is first shown. */
export interface Tab {
  readonly id: string;
  readonly title: string;
  /** One or two sentences under the title. */
  readonly lead: string;
  mount(host: HTMLElement, context: TabContext): MountedTab;
}

export interface MountedTab {
  /** The tab has come to the front; called once after `mount` too. */
  show(): void;
  /** The tab went to the back: stop drawing. Training may go on. */
  hide(): void;
  /** What a link to this run has to carry; only what differs from the defaults. */
  settings(): Settings;
  /** Takes the settings of a link; unknown names are ignored, numbers out of range are brought into it. */
  apply(settings: Settings): void;
  /** Takes a model that another tab hands over; called once the tab is at the front, maybe before the model is read. */
  receive?(model: Promise<HandedModel>): void;
}

/** A model on its way from one tab to another. */
export interface HandedModel {
  /** In words, such as for a heading. */
  readonly name: string;
  /** The file, as the tab that made it saves it. */
  readonly bytes: Uint8Array;
  /** The contents of model.json, where the file is the weights of a folder of the command line. */
  readonly record?: string | undefined;
  /** A passage of what it learns from that it was not trained on, where there is one. */
  readonly passage?: string | undefined;
}

export interface TabContext {
  /** Renews the address bar from `settings()`; call it after a control has changed. */
  changed(): void;
  /** Whether the visitor wants little motion. */
  readonly reducedMotion: boolean;
  /** Goes to the tab of that id and gives it a model. */
  hand(tab: string, model: Promise<HandedModel>): void;
}

// Jobs: what runs in a worker

export type Device = 'webgpu' | 'cpu';

export interface AdapterInfo {
  readonly device: Device;
  /** The adapter in words. */
  readonly description: string;
  readonly software: boolean;
}

/** A tab's worker module (`tabs/<id>/job.ts`) exports one as `job`. */
export type JobFactory<Command = unknown, Event = unknown> = (
  context: JobContext<Event>,
) => Job<Command> | Promise<Job<Command>>;

export interface JobContext<Event = unknown> {
  readonly backend: Backend;
  readonly adapter: AdapterInfo;
  readonly seed: number;
  /** What `snapshot()` last gave, where this job takes the place of one whose device was lost. */
  readonly snapshot: Uint8Array | undefined;
  post(event: Event, transfer?: Transferable[]): void;
  /** Lets waiting commands be heard; await it in long loops at least every 50 ms. It costs microseconds. */
  turn(): Promise<void>;
  /** Milliseconds as performance.now() has them, without the time for which the machine slept: for speeds. */
  awake(): number;
  /** Tells an error that a promise of the job's own met (those of `handle` are told without it). */
  fail(error: unknown): void;
}

export interface Job<Command = unknown> {
  /** Called for each command at once, also while the promise of an earlier one is pending. */
  handle(command: Command): void | Promise<void>;
  /**
   * The weights as the bytes of a model file, or undefined where there is nothing to keep. Asked for every few seconds:
   * what it gave last is what a restart after a lost device begins with, and what the visitor may download then.
   */
  snapshot?(): Promise<Uint8Array | undefined>;
  /** Frees what lies on the device; nothing is posted afterwards. */
  dispose(): void;
}

export interface JobHooks<Event = unknown> {
  onEvent(event: Event): void;
  /**
   * The job can be sent commands (those sent earlier are waiting and follow now). `restarted` after a lost device or a
   * change of it: send what sets the job up again; it has the last snapshot.
   */
  onReady?(adapter: AdapterInfo, restarted: boolean): void;
  /** The device is lost or missing: training stands. The page says so itself and offers a restart. */
  onLost?(reason: string): void;
  /** A command failed. Return true where the tab has said so itself; else a banner does. */
  onError?(message: string, name: string): unknown;
}

export interface JobOptions {
  seed?: number;
  /** 'webgpu' when left out. */
  device?: Device;
  /** `tab` of the panel that keeps its models; the name of the job when left out. */
  keptAs?: string;
}

export interface JobHandle<Command = unknown> {
  /** Whether the device or the worker is gone, and nothing has been restarted yet. */
  readonly lost: boolean;
  /** Sends a command; where nothing hears it because the device is lost, the offer of a restart is shown again. */
  send(command: Command, transfer?: Transferable[]): void;
  /** Starts anew on this device with the last snapshot. */
  restart(device: Device): void;
  close(): void;
}

/** The page's side of a job (job.ts). */
export type OpenJob = <Command, Event>(
  name: string,
  hooks: JobHooks<Event>,
  options?: JobOptions,
) => JobHandle<Command>;

// Kit (kit.ts)

export type Child = Node | string | number | null | undefined | false | readonly Child[];
/** `class`, `style` (text), `on<event>` functions, `aria-*`, properties such as `value`; undefined, null and false are left out. */
export type Attributes = Record<string, unknown>;

/** A control: its element, its value, and a way to set the value without an event. */
export interface Control<T> {
  readonly element: HTMLElement;
  readonly value: T;
  set(value: T): void;
  enable(enabled: boolean): void;
}

export interface ButtonOptions {
  kind?: 'primary' | 'plain' | 'danger';
  /** A hint shown on hover and read aloud after the label. */
  hint?: string;
  disabled?: boolean;
}

export interface SliderOptions {
  label: string;
  min: number;
  max: number;
  step: number;
  value: number;
  format?: (value: number) => string;
  onInput(value: number): void;
  hint?: string;
}

export interface NumberFieldOptions {
  label: string;
  min: number;
  max: number;
  step?: number;
  value: number;
  onChange(value: number): void;
  hint?: string;
}

export interface Choice<T extends string = string> {
  readonly value: T;
  readonly label: string;
}

export interface ChoiceOptions<T extends string = string> {
  label: string;
  options: readonly Choice<T>[];
  value: T;
  onChange(value: T): void;
  hint?: string;
}

export interface Stat {
  readonly element: HTMLElement;
  set(text: string): void;
}

export interface DropZoneOptions {
  label: string;
  /** As the attribute `accept` of a file input, such as '.txt,text/plain'. */
  accept: string;
  /** Larger files are refused in plain words; 20 MB when left out. */
  maxBytes?: number;
  /** Gets files as text; such as are no UTF-8 text are refused in plain words. */
  onText?(text: string, name: string): void;
  onBytes?(bytes: Uint8Array, name: string): void;
}

export interface Action {
  label: string;
  run(): void;
  /** Leaves the banner where it is. */
  stays?: boolean;
}

export interface Banner {
  readonly open: boolean;
  readonly text: string;
  close(): void;
}

// Charts (charts.ts)

export interface SeriesOptions {
  label: string;
  /** A token such as '--accent', which follows the theme, or any CSS colour. */
  color: string;
  dashed?: boolean;
  /** Points without a line. */
  points?: boolean;
  width?: number;
}

export interface ChartOptions {
  title: string;
  /** Labels of the axes. */
  x: string;
  y: string;
  series: readonly SeriesOptions[];
  /** A logarithmic y axis. */
  log?: boolean;
  /** CSS pixels; 220 when left out. */
  height?: number;
  /** Areas between two series, by their indices in `series`. */
  bands?: readonly { upper: number; lower: number; color: string }[];
  format?: (value: number) => string;
}

/** A shaded part of the x axis, such as the validation part of a time series. */
export interface Span {
  from: number;
  to: number;
  label: string;
  color: string;
}

export interface Chart {
  readonly element: HTMLElement;
  /** One point: a value for each series, null where it has none. Drawn at most ten times a second. */
  push(x: number, values: readonly (number | null)[]): void;
  /** Everything: x first, then a column for each series. */
  set(columns: readonly ArrayLike<number | null>[]): void;
  setSpans(spans: readonly Span[]): void;
  /** A vertical line with a label at x, such as where training was stopped early; null takes it away. */
  mark(x: number | null, label?: string): void;
  clear(): void;
  destroy(): void;
}

// Heat maps (heatmap.ts)

export interface HeatmapOptions {
  label: string;
  rowLabels?: readonly string[];
  columnLabels?: readonly string[];
  /** Negative and positive in two colours, with 0 in between; else from 0 (or the least) up. */
  diverging?: boolean;
  /** The value that gets the full colour; the largest magnitude when left out. */
  range?: number;
  /** Least and greatest height of a row in CSS pixels; 6 and 22 when left out. */
  rowHeight?: readonly [number, number];
}

export interface Heatmap {
  readonly element: HTMLElement;
  /** Values row by row. */
  set(values: ArrayLike<number>, rows: number, cols: number): void;
  setLabels(labels: { rows?: readonly string[]; columns?: readonly string[] }): void;
  /** Marks a row, a column or a cell; undefined on both takes the mark away. */
  mark(row?: number, col?: number): void;
  /** Called with the cell under the pointer or the keyboard's cursor; one listener more. */
  onPoint(listener: (row: number, col: number) => void): void;
  destroy(): void;
}

// Saved models (store.ts)

export interface ModelMeta {
  /** The tab that made it. */
  tab: string;
  /** In words, such as 'LSTM 2x128, loss 1.42'. */
  note: string;
  settings: Settings;
}

export interface SavedModel extends ModelMeta {
  name: string;
  bytes: number;
  /** Milliseconds since 1970. */
  time: number;
}

export interface ModelsPanelOptions {
  tab: string;
  /** The model as a file; undefined where there is none yet. */
  bytes(): Promise<Uint8Array | undefined>;
  meta(): Omit<ModelMeta, 'tab'>;
  /** A model was opened, from the browser or from a file; a rejection is said in plain words. */
  onOpen(bytes: Uint8Array, name: string, meta: ModelMeta | undefined): void | Promise<void>;
}

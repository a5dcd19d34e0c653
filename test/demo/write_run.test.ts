// The run of the writing tab and its job on the CPU, with a way between them that takes time: what the page takes for its run.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { job } from '../../demo/src/tabs/write/job.ts';
import type { Command, Event, News } from '../../demo/src/tabs/write/messages.ts';
import { Run } from '../../demo/src/tabs/write/run.ts';
import type { RunSettings } from '../../demo/src/tabs/write/settings.ts';
import type { Job, JobHandle, JobHooks } from '../../demo/src/types.ts';
import { cpuAdapter, jobContext } from './job_context.ts';

const text = { name: 'abc.txt', bytes: new TextEncoder().encode('abcabcabd\n'.repeat(60)) };
const wait = { timeout: 20_000, interval: 5 };

/** In place of the worker: a job on the CPU backend. Messages arrive later, in their order. */
class Worker {
  static last: Worker;
  readonly hooks: JobHooks<Event>;
  readonly errors: unknown[] = [];
  lost = false;
  #job: Job<Command> | undefined;
  #snapshot: Uint8Array | undefined;

  constructor(hooks: JobHooks<Event>) {
    this.hooks = hooks;
    Worker.last = this;
    void this.#start(false);
  }

  async #start(restarted: boolean): Promise<void> {
    const life: Job<Command> = (await job(
      jobContext({
        snapshot: this.#snapshot,
        post: (event) => void setImmediate(() => this.#job === life && this.hooks.onEvent(event)),
        fail: (error) => void this.errors.push(error),
      }),
    )) as Job<Command>;
    this.#job = life;
    this.lost = false;
    this.hooks.onReady?.(cpuAdapter, restarted);
  }

  /** Keeps the weights as they are, loses the device, and begins anew. */
  async restart(): Promise<void> {
    this.#snapshot = (await this.#job?.snapshot?.()) ?? this.#snapshot;
    this.close();
    this.hooks.onLost?.('lost by the test');
    await this.#start(true);
  }

  send(command: Command): void {
    setImmediate(() => void this.#job?.handle(command));
  }

  close(): void {
    this.#job?.dispose();
    this.#job = undefined;
    this.lost = true;
  }
}

vi.mock('../../demo/src/job.ts', () => ({
  openJob: (_: string, hooks: JobHooks<Event>) => new Worker(hooks) as unknown as JobHandle<Command>,
}));

let settings: RunSettings;
let run: Run;
let news: News[];

const losses = () => news.filter((event) => event.type === 'loss');
const trains = (more = 2): Promise<void> => {
  const before = losses().length;
  return vi.waitFor(() => {
    expect(run.phase).toBe('training');
    expect(losses().length).toBeGreaterThan(before + more);
  }, wait);
};

beforeEach(async () => {
  settings = {
    ...{ corpus: 'own', cell: 'gru', layers: 1, units: 16, window: 8, batch: 4 },
    ...{ rate: 0.02, dropout: 0, seed: 3 },
  };
  news = [];
  run = new Run({
    settings: () => ({ ...settings }),
    own: () => text,
    onChange() {},
    onNews: (event) => void news.push(event),
    onReady() {},
    onTraining() {},
    onForget() {},
  });
  run.job.open();
  await vi.waitFor(() => expect(run.adapter).toBeDefined(), wait);
});

afterEach(() => {
  expect(Worker.last.errors).toEqual([]);
  Worker.last.close();
});

test('who asks for a model gets an answer: weights that are no numbers, no device', async () => {
  settings.rate = 1e39;
  run.press();
  await vi.waitFor(() => expect(run.phase).toBe('ready'), wait);
  await expect(run.pack()).rejects.toThrow('the training diverged');
  const asked = run.job.ask((request) => ({ type: 'save', request }));
  Worker.last.close();
  Worker.last.hooks.onLost?.('lost by the test');
  await expect(asked).rejects.toThrow('the device is gone');
  await expect(run.open(new Uint8Array(), 'model', () => settings)).rejects.toThrow('no device');
});

test('a run is begun anew while it trains and while it rests; the new one keeps its settings, its rate and its weights', async () => {
  run.press();
  await trains();
  settings.units = 12;
  run.forget();
  run.press();
  await trains();
  expect(run.settings).toMatchObject({ units: 12 });
  run.press();
  await vi.waitFor(() => expect(run.phase).toBe('ready'), wait);

  settings.units = 8;
  run.forget();
  run.press();
  await trains();
  expect(run.settings).toMatchObject({ units: 8 });
  expect(run.text).toBe(text);
  run.setRate(0.01);
  expect(run.settings).toMatchObject({ rate: 0.01 });
  await vi.waitFor(() => expect(losses().at(-1)!.loss).toBeLessThan(0.5), wait);

  const { step } = run;
  expect(step).toBeGreaterThan(20);
  await Worker.last.restart();
  await trains(0);
  expect(losses().at(-1)!.loss).toBeLessThan(0.7);
  expect(losses().at(-1)!.step).toBeGreaterThanOrEqual(step);
  const { bytes } = await run.pack();

  // A file that does not do leaves the run what it is, also for a restart.
  await expect(run.open(new Uint8Array(20), 'letter', () => settings)).rejects.toThrow('letter');
  await Worker.last.restart();
  await trains(0);
  expect(losses().at(-1)!.loss).toBeLessThan(0.7);

  // Another model takes its place, and rests; a press from before it came does not train it.
  run.press();
  await vi.waitFor(() => expect(run.phase).toBe('ready'), wait);
  const opening = run.open(bytes, 'model', (opened) => ({ ...settings, ...opened }));
  run.press();
  await opening;
  expect(run.phase).toBe('ready');
  await vi.waitFor(() => expect(news.at(-1)?.type).toBe('written'), wait);
  expect(run.phase).toBe('ready');
  await Worker.last.restart();
  await vi.waitFor(() => expect(run.phase).toBe('ready'), wait);
  // One that is forgotten on its way stays away.
  const late = run.open(bytes, 'model', () => settings);
  run.forget();
  await late;
  expect(run.settings).toBeUndefined();
  expect(run.phase).toBe('empty');
  run.press();
  await trains(0);
  expect(losses().at(-1)!.step).toBeLessThan(step);
});

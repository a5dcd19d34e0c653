// The worker's side of the tab: trains, and looks inside while it does.
import { DataError, loadModel, type Model } from 'webgpu-rnn';
import type { Job, JobContext } from '../../types.ts';
import { type Lesson, type LessonNote, lessonOf, stepsOfRound } from './lessons.ts';
import { longestText } from './limits.ts';
import type { Command, Event, RunSettings, RunState, Shown } from './messages.ts';
import { openReading, type Reading } from './reading.ts';
import { networkOf } from './settings.ts';
import { sourceText } from './texts.ts';

/** Milliseconds between two looks while it trains. */
const LOOK = 250;
/** The shortest text to learn from: one in which a passage can be held out. */
const fewestCharacters = 4 * longestText;
/** Milliseconds between two reports of the loss. */
const REPORT = 80;

export function job(context: JobContext<Event>): Job<Command> {
  const { backend, post, awake } = context;
  let settings: RunSettings | undefined;
  let lesson: Lesson | undefined;
  /** In place of a lesson: a model that was trained elsewhere. */
  let reading: Reading | undefined;
  let shown: Shown = { count: 8, letter: 'A', text: '', layer: 0 };
  let step = 0;
  let paused = false;
  let stopped = false;
  let disposed = false;
  /** Whether `run` is under way. */
  let running: Promise<void> | undefined;
  /** Whether what is shown is out of date. */
  let stale = false;
  let wake = () => {};
  /** The step at which training ends by itself. */
  let limit = 0;
  let tail: Promise<void> = Promise.resolve();
  let { snapshot } = context;

  const state = (now: RunState, why?: string) =>
    post({ type: 'state', state: now, task: settings!.task, step, ...(why !== undefined && { why }) });

  async function look(): Promise<void> {
    stale = false;
    const view = await (reading ?? lesson)!.view(shown);
    if (!disposed) post({ type: 'view', view });
  }

  async function run(): Promise<void> {
    const points: [number, number][] = [];
    let reported = awake();
    let looked = Number.NEGATIVE_INFINITY;
    let steady = 0;
    let why = 'stopped';
    const report = () => {
      const now = awake();
      if (points.length === 0) return;
      post({
        type: 'progress',
        points: points.splice(0),
        milliseconds: (now - reported) / Math.max(1, steady),
      });
      reported = now;
      steady = 0;
    };
    const rounds = lesson!.task === 'text' ? stepsOfRound : 1;
    await lesson!.train(async (loss) => {
      step += rounds;
      steady += rounds;
      points.push([step, loss]);
      const now = awake();
      if (now - reported > REPORT) report();
      if (stale || now - looked > LOOK) {
        await look();
        // On a slow device looking must not take more of it than training does.
        looked = awake() + 2 * (awake() - now);
      }
      await context.turn();
      if (!Number.isFinite(loss)) why = 'the loss is no number any more: begin anew';
      else if (lesson!.task === 'memory' && loss < 0.015) why = 'both texts are known by heart';
      else if (step >= limit) why = `${step} ${rounds > 1 ? 'steps' : 'epochs'} are done`;
      else if (paused && !stopped) {
        report();
        await look();
        state('paused');
        while (paused && !stopped) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          if (stale && !stopped) await look();
        }
        reported = awake();
        if (!stopped) state('training');
        return !stopped;
      } else return !stopped;
      return false;
    });
    report();
    if (disposed) return;
    if (!stopped) await look();
    state('done', why);
  }

  async function end(): Promise<void> {
    stopped = true;
    wake();
    await running?.catch(() => {});
    stopped = false;
    paused = false;
  }

  /** Frees what is looked into. */
  async function clear(): Promise<void> {
    await end();
    await lesson?.dispose();
    await reading?.dispose();
    lesson = undefined;
    reading = undefined;
  }

  /** Makes a lesson, untrained but for what a lost device left behind. */
  async function settle(to: RunSettings, trained?: Model): Promise<void> {
    // A file that does not do leaves the lesson there is, also one that trains.
    if (!trained) await end();
    const corpus = to.task === 'text' ? (to.corpus ?? (await sourceText())) : '';
    if (to.task === 'text' && corpus.length < fewestCharacters) {
      throw new Error(
        `A text to learn from takes at least ${fewestCharacters} characters; this one has ${corpus.length}.`,
      );
    }
    let made: Lesson;
    try {
      made = await lessonOf(backend, to, corpus, trained ?? kept(to));
    } catch (error) {
      await trained?.dispose();
      throw error;
    }
    await clear();
    lesson = made;
    settings = to;
    // A model that was kept has its steps behind it.
    step = lesson.model.step;
  }

  /** What the last snapshot held, once, where it is of this task. */
  function kept({ task, units }: RunSettings): Model | undefined {
    if (!snapshot) return undefined;
    const model = loadModel(snapshot);
    snapshot = undefined;
    const note = model.extras as unknown as LessonNote;
    return note.task === task && note.units === units ? model : undefined;
  }

  /** One after the other: what makes a lesson must not meet what takes it away. */
  function inTurn<R>(work: () => Promise<R>): Promise<R> {
    const done = tail.then(work);
    tail = done.then(
      () => {},
      () => {},
    );
    return done;
  }

  /** Does in its turn what the page asked for; what goes wrong is its answer. */
  function answered(request: number, work: () => Promise<void>): Promise<void> {
    return inTurn(async () => {
      try {
        await work();
      } catch (error) {
        post({ type: 'failed', request, message: (error as Error).message });
      }
    });
  }

  function start(most: number): void {
    limit = step + most;
    state('training');
    running = run().finally(() => {
      running = undefined;
    });
  }

  return {
    async handle(command) {
      switch (command.type) {
        case 'prepare':
          return inTurn(async () => {
            await settle(command.settings);
            await look();
            state('new');
          });
        case 'train': {
          const { settings: to } = command;
          await inTurn(async () => {
            const same = lesson && settings && networkOf(to) === networkOf(settings);
            if (same) await end();
            else await settle(to);
            start(to.most);
          });
          return running;
        }
        case 'pause':
          paused = true;
          return;
        case 'resume':
          paused = false;
          wake();
          return;
        case 'watch': {
          shown = command.shown;
          stale = true;
          wake();
          return inTurn(async () => {
            if ((reading ?? lesson) && !running && stale) await look();
          });
        }
        case 'save':
          return answered(command.request, async () => {
            post({ type: 'saved', request: command.request, bytes: await lesson?.model.save() });
          });
        case 'open':
          return answered(command.request, async () => {
            const model = loadModel(command.bytes);
            const { task, units } = model.extras as unknown as Partial<LessonNote>;
            if (!task || !units)
              throw new Error('this model comes from another tab and knows none of these tasks');
            const { seed, most, corpus } = command.settings;
            const own = task === 'text' && corpus !== undefined && { corpus };
            await settle({ task, units, seed, most, ...own }, model);
            post({ type: 'opened', request: command.request, task, units, seed });
            await look();
            state('done', 'opened');
          });
        case 'read':
          return answered(command.request, async () => {
            const { request, model } = command;
            // A file that does not do leaves what is there.
            const opened = await openReading(backend, model);
            await clear();
            reading = opened;
            const { layers, vocabulary, excerpt } = opened;
            post({ type: 'read', request, name: model.name, layers, level: vocabulary.level, excerpt });
          });
        case 'stand':
          return inTurn(async () => {
            const resting = lesson && step > 0 ? 'done' : 'new';
            post({ type: 'stands', state: running ? (paused ? 'paused' : 'training') : resting });
          });
      }
    },
    async snapshot() {
      try {
        return await lesson?.model.save();
      } catch (error) {
        // Weights that are no numbers are not worth keeping.
        if (error instanceof DataError) return undefined;
        throw error;
      }
    },
    dispose() {
      disposed = true;
      void clear();
    },
  };
}

// The worker's side of the tab: trains, and looks inside while it does.
import { loadModel, type Model } from 'webgpu-rnn';
import type { Job, JobContext } from '../../types.ts';
import { type Lesson, type LessonNote, lessonOf, longestText, type Shown, stepsOfRound } from './lessons.ts';
import type { Command, Event, RunSettings } from './messages.ts';
import { sourceText } from './texts.ts';

/** Milliseconds between two looks while it trains. */
const LOOK = 250;
/** Milliseconds between two reports of the loss. */
const REPORT = 80;

export function job(context: JobContext<Event>): Job<Command> {
  const { backend, post } = context;
  let settings: RunSettings | undefined;
  let lesson: Lesson | undefined;
  let shown: Shown = { count: 8, letter: 'A', text: '' };
  let step = 0;
  let paused = false;
  let stopped = false;
  let disposed = false;
  /** Whether `run` is under way. */
  let running: Promise<void> | undefined;
  /** Whether what is shown is out of date. */
  let stale = false;
  let wake = () => {};

  const state = (now: 'training' | 'paused' | 'done', why?: string) =>
    post({ type: 'state', state: now, task: settings!.task, step, ...(why !== undefined && { why }) });

  async function look(): Promise<void> {
    stale = false;
    const view = await lesson!.view(shown);
    if (!disposed) post({ type: 'view', view });
  }

  async function run(): Promise<void> {
    const points: [number, number][] = [];
    let reported = performance.now();
    let looked = Number.NEGATIVE_INFINITY;
    let steady = 0;
    let why = 'stopped';
    const report = () => {
      const now = performance.now();
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
      const now = performance.now();
      if (now - reported > REPORT) report();
      if (stale || now - looked > LOOK) {
        await look();
        // On a slow device looking must not take more of it than training does.
        looked = performance.now() + 2 * (performance.now() - now);
      }
      await context.turn();
      if (!Number.isFinite(loss)) why = 'the loss is no number any more: begin anew';
      else if (lesson!.task === 'memory' && loss < 0.015) why = 'both texts are known by heart';
      else if (step >= settings!.most) why = `${settings!.most} ${rounds > 1 ? 'steps' : 'epochs'} are done`;
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
        reported = performance.now();
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

  async function settle(to: RunSettings, trained?: Model): Promise<void> {
    await end();
    await lesson?.dispose();
    lesson = undefined;
    settings = to;
    step = 0;
    const corpus = to.task === 'text' ? (to.corpus ?? (await sourceText())) : '';
    if (to.task === 'text' && corpus.length < 4 * longestText) {
      throw new Error(
        `A text to learn from takes at least ${4 * longestText} characters; this one has ${corpus.length}.`,
      );
    }
    lesson = await lessonOf(backend, to, corpus, trained);
  }

  function start(): Promise<void> {
    state('training');
    running = run().finally(() => {
      running = undefined;
    });
    return running;
  }

  return {
    async handle(command) {
      switch (command.type) {
        case 'train': {
          // After a lost device training goes on from what was kept.
          const kept = step === 0 && !lesson && context.snapshot ? loadModel(context.snapshot) : undefined;
          const fits =
            kept && (kept.extras as unknown as LessonNote).task === command.settings.task ? kept : undefined;
          await settle(command.settings, fits);
          return start();
        }
        case 'pause':
          paused = true;
          return;
        case 'resume':
          paused = false;
          wake();
          return;
        case 'stop':
          return end();
        case 'watch': {
          const { count, letter, text } = command;
          shown = { count, letter, text };
          stale = true;
          wake();
          if (lesson && !running) await look();
          return;
        }
        case 'save':
          post({ type: 'saved', bytes: await lesson?.model.save() });
          return;
        case 'open': {
          const model = loadModel(command.bytes);
          const { task, units } = model.extras as unknown as Partial<LessonNote>;
          if (!task || !units)
            throw new Error('This model comes from another tab: it knows none of these tasks.');
          await settle({ task, units, seed: context.seed, most: 0 }, model);
          post({ type: 'opened', task, units });
          await look();
          state('done', 'opened');
        }
      }
    },
    snapshot: async () => lesson?.model.save(),
    dispose() {
      disposed = true;
      void end().then(() => lesson?.dispose());
    },
  };
}

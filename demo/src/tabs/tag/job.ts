// The worker's side of the tab: trains one lesson in short stretches and answers in between.
import { loadModel } from 'webgpu-rnn';
import type { JobFactory } from '../../types.ts';
import { type AdderExtras, adder } from './adder.ts';
import type { Lesson } from './lesson.ts';
import type { Command, Event, Kind, Run } from './protocol.ts';
import { type SegmenterExtras, segmenter } from './segmenter.ts';

/** Milliseconds of training between two looks at what the page wants. */
const STRETCH = 60;
/** Milliseconds of training between two measurements: some times what one took, within these bounds. */
const MEASURE_EVERY = [400, 4000] as const;
const MEASURE_SHARE = 4;
const MOST_BATCHES = 32;

type Extras = SegmenterExtras | AdderExtras;

interface Saved {
  model: Lesson['model'];
  extras: Extras;
  /** Of the page that saved it. */
  run: number | undefined;
}

export const job: JobFactory<Command, Event> = (context) => {
  const { backend, seed, post, turn, awake } = context;
  let lesson: Lesson | undefined;
  let snapshot = context.snapshot;
  /** The training that is wanted, by its number. */
  let current: number | undefined;
  let trainings = 0;
  let asked = '';
  let batches = 1;
  let measured = { at: 0, cost: 0 };

  /** The model runs one thing at a time: whoever comes waits for those before. */
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(task: () => Promise<T>): Promise<T> => {
    const mine = last.then(task, task);
    last = mine.catch(() => {});
    return mine;
  };

  /** Makes a lesson, of a new network or of a saved one; the one before is there until that is done. */
  const begin = async ({ lesson: wanted, run }: Run, saved?: Saved): Promise<void> => {
    saved?.model.runtime.useBackend(backend);
    const around = { backend, seed };
    const made =
      wanted.kind === 'segment'
        ? await segmenter(wanted, {
            ...around,
            saved: saved as { model: Lesson['model']; extras: SegmenterExtras },
          })
        : adder(wanted, { ...around, saved: saved as { model: Lesson['model']; extras: AdderExtras } });
    made.model.extras = { ...made.model.extras, run };
    const old = lesson;
    [lesson, batches, measured] = [made, 1, { at: 0, cost: 0 }];
    await old?.model.dispose();
    const { digits, units } = made.model.extras as unknown as AdderExtras;
    const { examples, heldOut, model } = made;
    const parameters = model.countParams();
    post({
      type: 'begun',
      run,
      step: model.step,
      parameters,
      examples,
      heldOut,
      units,
      ...(digits && { digits }),
    });
  };

  const measure = async (): Promise<void> => {
    if (!lesson) return;
    const begun = awake();
    const { step } = lesson.model;
    post({ type: 'measured', step, ...(await lesson.measure()) });
    await answer().catch(() => {});
    measured = { at: awake(), cost: awake() - begun };
  };

  /** What cannot be answered is not asked again. */
  const answer = async (): Promise<void> => {
    if (!lesson || asked === '') return;
    try {
      post({ type: 'answer', step: lesson.model.step, answer: await lesson.answer(asked) });
    } catch (error) {
      asked = '';
      throw error;
    }
  };

  const stretch = async (): Promise<void> => {
    if (!lesson) return;
    const { model, batchSize } = lesson;
    const { x, y } = lesson.rows(batches * batchSize);
    const begun = awake();
    const { history } = await model.fit(x, y, { batchSize, shuffle: false, verbose: 0 });
    const taken = (awake() - begun) / batches;
    const loss = history.loss[0];
    if (!Number.isFinite(loss))
      throw new Error('The training diverged: reset it and take a smaller learning rate.');
    const examplesPerSecond = (1000 * batchSize) / taken;
    post({ type: 'progress', step: model.step, loss, millisecondsPerStep: taken, examplesPerSecond });
    // The first run compiles; its time says little.
    batches = Math.max(1, Math.min(MOST_BATCHES, 2 * batches, Math.round(STRETCH / taken)));
    const [least, most] = MEASURE_EVERY;
    const pause = Math.min(most, Math.max(least, MEASURE_SHARE * measured.cost));
    if (awake() - measured.at > pause) await measure();
  };

  /** Trains until a pause; what is asked for while a lesson is being made begins with it. */
  const train = async (): Promise<void> => {
    if (current !== undefined) return;
    trainings += 1;
    const mine = trainings;
    current = mine;
    const goesOn = (): boolean => current === mine;
    try {
      await inTurn(async () => {});
      const taught = lesson;
      if (!taught || !goesOn()) return;
      post({ type: 'state', training: true });
      while (goesOn()) {
        await inTurn(async () => goesOn() && stretch());
        await turn();
      }
      await inTurn(async () => lesson === taught && current === undefined && measure());
    } finally {
      if (goesOn()) current = undefined;
      // Another training may have begun meanwhile, which says so itself.
      if (current === undefined) post({ type: 'state', training: false });
    }
  };

  return {
    async handle(command) {
      switch (command.type) {
        case 'begin': {
          current = undefined;
          const bytes = snapshot;
          snapshot = undefined;
          try {
            await inTurn(async () => {
              const kept = bytes && opened(bytes, command.lesson.kind);
              await begin(command, kept?.run === command.run ? kept : undefined);
            });
          } catch (error) {
            current = undefined;
            throw error;
          }
          return inTurn(measure);
        }
        case 'open':
          await inTurn(async () => {
            await begin(command, opened(command.bytes, command.lesson.kind));
            current = undefined;
          });
          return inTurn(measure);
        case 'train':
          // Not awaited: a command that never ends would hold up nobody, but it is none.
          train().catch(context.fail);
          return;
        case 'pause':
          current = undefined;
          return;
        case 'ask':
          asked = command.text;
          return inTurn(answer);
        case 'save':
          return inTurn(async () => post({ type: 'saved', bytes: await lesson?.model.save() }));
      }
    },
    snapshot: () => inTurn(async () => (lesson && lesson.model.step > 0 ? lesson.model.save() : undefined)),
    dispose() {
      current = undefined;
      inTurn(async () => lesson?.model.dispose()).catch(() => {});
    },
  };
};

/** A model of this tab out of a file. @throws Error in the visitor's words for another file. */
function opened(bytes: Uint8Array, kind: Kind): Saved {
  const model = loadModel(bytes);
  const extras = model.extras as unknown as Partial<Extras> & { run?: number };
  if (extras.kind !== kind) {
    const wanted = kind === 'segment' ? 'splits text into words' : 'adds numbers';
    throw new Error(
      `This file holds another model than one that ${wanted}: open it in the tab that made it.`,
    );
  }
  return { model, extras: extras as Extras, run: extras.run };
}

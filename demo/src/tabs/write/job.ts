// The worker's side of the writing tab: one session at a time, that trains and writes while commands are heard.
import { DataError } from 'webgpu-rnn';
import type { JobFactory } from '../../types.ts';
import type { Command, CorpusRequest, Event, News, Phase } from './messages.ts';
import { openModelFile, type StoredModel } from './model_file.ts';
import { Session } from './session.ts';
import { defaultSampling, defaultsFor, type RunSettings, type Sampling } from './settings.ts';
import { readCorpus, tokenize } from './text.ts';
import { runTraining, WRITE_EVERY } from './training.ts';
import { glyph } from './words.ts';

/** Characters of one group. */
const GROUP = 5;
/** Bytes of weights and slots up to which every snapshot is taken that is asked for, and milliseconds between two beyond. */
const SMALL = 64e6;
const SNAPSHOT_EVERY = 30_000;

export const job: JobFactory<Command, Event> = (context) => {
  const { backend, adapter } = context;
  let session: Session | undefined;
  /** The run whose news is told. */
  let run = 0;
  let sampling: Sampling = defaultSampling;
  let writing = true;
  /** Stops the training that goes on. */
  let stop: AbortController | undefined;
  /** Stops the measurement of a model that rests. */
  let unmeasure: AbortController | undefined;
  let phase: Phase = 'empty';
  let disposed = false;
  let kept: { of: Session | undefined; step: number; time: number } = { of: undefined, step: -1, time: 0 };
  /** Commands that build something wait for each other. */
  let queue: Promise<void> = Promise.resolve();
  let clock: ReturnType<typeof setTimeout> | undefined;
  /** What the visitor asked it to read while the plan that writes was compiled. */
  let words: string | undefined;
  let group: Session | undefined;

  const post = (news: News): void => context.post({ ...news, run });
  const shown = (of: Session): boolean => of === session && !disposed;
  const enter = (next: Phase): void => {
    phase = next;
    post({ type: 'phase', phase, step: session?.step ?? 0 });
  };

  /** Queues a group of characters and tells the page when they are read; one group at a time. */
  const write = (of: Session): void => {
    if (!of.writer || !writing || group === of) return;
    group = of;
    of.writer
      .write(GROUP)
      .then((written) => {
        if (shown(of)) post({ type: 'written', written });
      })
      .catch((error) => {
        if (shown(of)) context.fail(error);
      })
      .finally(() => {
        if (group === of) group = undefined;
      });
  };
  /** While nothing is trained the model writes by the clock. */
  const writeByClock = async (): Promise<void> => {
    // While it is held, so is this.
    await context.turn();
    clearTimeout(clock);
    if (disposed || phase !== 'ready' || !session) return;
    write(session);
    clock = setTimeout(writeByClock, WRITE_EVERY);
  };
  const rest = (): void => {
    enter(session ? 'ready' : 'empty');
    writeByClock();
  };
  const tellModel = (of: Session): void => {
    const { cell, layers, units } = of.config;
    const { tokens } = of.vocabulary;
    post({ type: 'model', model: { weights: of.weights, settings: { cell, layers, units } }, tokens });
    post({ type: 'memory', bytes: of.memory });
  };
  const openWriter = async (of: Session): Promise<void> => {
    if (of.writer) return;
    await of.openWriter(sampling);
    if (!shown(of)) return;
    post({ type: 'memory', bytes: of.memory });
    if (words !== undefined) begin(of, words);
  };
  /** Has the model read a text; what it does not know of it is told. */
  const begin = ({ vocabulary, writer }: Session, text: string): void => {
    words = writer ? undefined : text;
    if (!writer) return;
    const unknown = new Set<string>();
    const ids = vocabulary.encode(text, { onUnknown: (character) => void unknown.add(character) });
    if (unknown.size > 0) {
      const left = [...unknown].map(glyph).join(' ');
      post({
        type: 'note',
        text: `The model never saw these characters, so that they are left out: ${left}`,
      });
    }
    writer.begin([vocabulary.idOf('\n') ?? 0, ...ids]);
  };
  const forget = (): void => {
    stop?.abort();
    unmeasure?.abort();
    clearTimeout(clock);
    session?.dispose();
    session = undefined;
    words = undefined;
  };

  /** Makes the session ready to learn from a text. */
  const prepare = async (
    of: number,
    settings: RunSettings,
    request: CorpusRequest,
    stored?: StoredModel,
  ): Promise<void> => {
    run = of;
    enter('preparing');
    post({ type: 'doing', text: 'Reading the text' });
    const { name, text } = await readCorpus(request);
    await context.turn();
    const known = session ?? stored;
    const tokens = tokenize(text, name, (session?.settings ?? settings).window, known?.vocabulary);
    if (tokens.unknown > 0) {
      const note = `Characters of ${name} that the model does not know are left out: ${tokens.unknown}.`;
      post({ type: 'note', text: note });
    }
    await context.turn();
    post({ type: 'doing', text: 'Compiling the shaders' });
    const { vocabulary } = tokens;
    const made = session ?? new Session({ backend, adapter, settings, vocabulary, stored, run });
    try {
      const facts = await made.learnFrom(tokens, name);
      if (disposed) return;
      session = made;
      post({ type: 'text', text: facts });
      tellModel(made);
    } catch (error) {
      if (made !== session) made.dispose();
      throw error;
    }
  };

  /** Measures a model that came to rest, so that both losses are of one step. */
  const measure = async (of: Session): Promise<void> => {
    const controller = new AbortController();
    unmeasure = controller;
    await context.turn();
    if (controller.signal.aborted) return;
    const { step } = of;
    const loss = await of.validate(controller.signal);
    if (Number.isFinite(loss) && shown(of)) post({ type: 'validation', step, loss });
  };
  /** Starts the training and does not wait for its end. */
  const train = (of: Session): void => {
    const controller = new AbortController();
    stop = controller;
    unmeasure?.abort();
    clearTimeout(clock);
    enter('training');
    runTraining({
      context,
      session: of,
      controller,
      post,
      write: () => write(of),
      prepare: () => openWriter(of),
      alive: () => shown(of),
    })
      .catch((error) => {
        if (shown(of)) context.fail(error);
      })
      .finally(() => {
        if (stop === controller) stop = undefined;
        if (!shown(of)) return;
        rest();
        measure(of).catch((error) => {
          if (shown(of)) context.fail(error);
        });
      });
  };

  /** Puts a model in the place of the one there is. */
  const open = async (of: number, stored: StoredModel, opened?: () => void): Promise<void> => {
    const settings = { ...defaultsFor(adapter), ...stored.settings };
    const made = new Session({ backend, adapter, settings, vocabulary: stored.vocabulary, stored, run: of });
    try {
      await made.openWriter(sampling);
    } catch (error) {
      made.dispose();
      throw error;
    }
    forget();
    session = made;
    run = of;
    opened?.();
    tellModel(made);
    rest();
  };

  /** Runs commands that build or tear down one after the other; an error leaves what was there before. */
  const inOrder = (work: () => Promise<void>): Promise<void> => {
    queue = queue.then(work).catch((error: unknown) => {
      if (disposed) return;
      if (phase === 'preparing') rest();
      if (isTheirs(error)) post({ type: 'error', message: (error as Error).message });
      else context.fail(error);
    });
    return queue;
  };

  return {
    handle(command) {
      switch (command.type) {
        case 'train':
          return inOrder(async () => {
            if (phase === 'training') return;
            // Asked for before the page heard that another model is open.
            if (session && session.run !== command.run) return;
            if (!session?.trainer) await prepare(command.run, command.settings, command.corpus);
            if (session && !disposed) train(session);
          });
        case 'recover':
          return inOrder(async () => {
            const { settings, corpus } = command;
            run = command.run;
            const last = context.snapshot && openModelFile(context.snapshot, 'the last weights');
            const stored = last?.run === run ? last : undefined;
            if (!corpus) return stored ? open(run, { ...stored, settings }) : rest();
            await prepare(run, settings, corpus, stored);
            if (session && !disposed) train(session);
          });
        case 'pause':
          stop?.abort();
          return;
        case 'reset':
          return inOrder(async () => {
            forget();
            rest();
          });
        case 'rate':
          if (session) session.rate = command.rate;
          return;
        case 'sampling':
          sampling = command.sampling;
          session?.writer?.draw(sampling);
          return;
        case 'writing':
          writing = command.on;
          return;
        case 'begin':
          if (session) begin(session, command.text);
          return;
        case 'save':
          return inOrder(async () => {
            const { request } = command;
            try {
              const bytes = await session?.pack();
              const passage = session?.passage;
              context.post({ type: 'saved', request, bytes, passage }, bytes && [bytes.buffer]);
            } catch (error) {
              context.post({ type: 'failed', request, message: (error as Error).message });
            }
          });
        case 'open':
          return inOrder(async () => {
            const { request, bytes, name } = command;
            try {
              const stored = openModelFile(bytes, name);
              const { settings, step } = stored;
              await open(command.run, stored, () =>
                context.post({ type: 'opened', request, settings, step }),
              );
            } catch (error) {
              context.post({ type: 'failed', request, message: (error as Error).message });
            }
          });
      }
    },
    async snapshot() {
      const of = session;
      if (!of?.trained || phase === 'preparing') return undefined;
      const now = performance.now();
      const soon = 12 * of.weights > SMALL && now - kept.time < SNAPSHOT_EVERY;
      if (kept.of === of && (kept.step === of.step || soon)) return undefined;
      kept = { of, step: of.step, time: now };
      try {
        return await of.pack();
      } catch (error) {
        // Weights that are no numbers are not worth keeping, nor those of a model that was just forgotten.
        if (error instanceof DataError || !shown(of)) return undefined;
        throw error;
      }
    },
    dispose() {
      disposed = true;
      forget();
    },
  };
};

/** Whether the visitor can mend it: a text, a file or a setting that does not do. */
function isTheirs(error: unknown): boolean {
  return error instanceof Error && ['DataError', 'FormatError', 'OptionError'].includes(error.name);
}

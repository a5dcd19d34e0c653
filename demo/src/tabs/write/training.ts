// The loop of a run: steps without end, and between them losses, measurements and characters, none of which holds it up.
import type { JobContext } from '../../types.ts';
import type { Event, News } from './messages.ts';
import type { Session } from './session.ts';

/** Milliseconds between two readings of the loss, two groups of characters, two measurements at the least. */
const LOSS_EVERY = 200;
export const WRITE_EVERY = 160;
const VALIDATE_EVERY = 4000;
/** A measurement takes at most this part of the time. */
const VALIDATE_PART = 0.1;
/** Commands of the page wait no longer than this. */
const TURN_EVERY = 30;

export interface TrainingLoop {
  context: JobContext<Event>;
  session: Session;
  controller: AbortController;
  post(news: News): void;
  /** Queues some characters where the model writes. */
  write(): void;
  /** What else has to be compiled, started when the first step is queued. */
  prepare(): Promise<void>;
  /** Whether the session is still the one that the page shows. */
  alive(): boolean;
}

/** Trains until the controller stops it. */
export async function runTraining(loop: TrainingLoop): Promise<void> {
  const { context, session, controller, post, write, prepare, alive } = loop;
  const { backend } = context;
  const { signal } = controller;
  const trainer = session.trainer!;
  const due = { loss: 0, write: 0, validate: performance.now() + VALIDATE_EVERY / 4 };
  let reading = false;
  /** Whether the time since the last reading was not all training. */
  let broken = true;
  let since = context.awake();
  let turned = performance.now();
  let extras: Promise<void> | undefined;
  const fail = (error: unknown): void => {
    if (alive()) context.fail(error);
  };

  const tell = (step: number, loss: number, tokens: number): void => {
    const now = context.awake();
    const seconds = broken ? Number.NaN : (now - since) / 1000;
    since = now;
    broken = false;
    if (!Number.isFinite(loss)) {
      controller.abort();
      post({
        type: 'error',
        message: `The training diverged at step ${step}: the loss is no longer a number. Reset and take a smaller learning rate.`,
      });
      return;
    }
    post({
      type: 'loss',
      step,
      epoch: step / trainer.stepsPerEpoch,
      loss,
      tokensPerSecond: tokens / seconds,
      stepMs: (1000 * seconds * trainer.tokensPerStep) / tokens,
    });
  };
  const readLoss = (): void => {
    reading = true;
    const { step } = trainer;
    trainer
      .peekLoss()
      .then(({ loss, tokens }) => {
        if (tokens > 0 && alive()) tell(step, loss, tokens);
      })
      .catch(fail)
      .finally(() => {
        reading = false;
      });
    // The sums are copied before they are cleared: both stand in the device's queue, and nobody waits.
    backend.write(trainer.carried['loss sums'], [0, 0]);
  };
  const validate = async (): Promise<void> => {
    const begun = performance.now();
    const { step } = trainer;
    const loss = await session.validate(signal);
    const took = performance.now() - begun;
    broken = true;
    if (alive()) post({ type: 'memory', bytes: session.memory });
    due.validate = performance.now() + Math.max(VALIDATE_EVERY, took / VALIDATE_PART);
    if (Number.isFinite(loss) && alive()) post({ type: 'validation', step, loss });
  };

  try {
    await trainer.train({
      steps: Number.MAX_SAFE_INTEGER,
      signal,
      onStep: async () => {
        // The model may be gone already.
        if (signal.aborted) return;
        const now = performance.now();
        extras ??= prepare().catch(fail);
        if (now >= due.loss && !reading) {
          due.loss = now + LOSS_EVERY;
          readLoss();
        }
        if (now >= due.write) {
          due.write = now + WRITE_EVERY;
          write();
        }
        if (now >= due.validate) await validate();
        if (performance.now() - turned > TURN_EVERY) {
          await context.turn();
          turned = performance.now();
        }
      },
    });
  } finally {
    await extras;
  }
}

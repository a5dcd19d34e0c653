// One call of fit: what callbacks see of it, and what is done when its last update is.
import { averagedWeights } from '../training/averaged_weights.ts';
import type { Optimizer } from '../training/optimizers.ts';
import type { Session } from './fit.ts';
import type { Runtime } from './runtime.ts';

export interface SessionOptions {
  readonly name: string;
  /** Where updates are counted and the rate is set. */
  readonly trainer: { step: number; learningRate: number; readonly optimizer: Optimizer | undefined };
  readonly runtime: Runtime;
  readonly save: () => Promise<Uint8Array>;
  readonly epochs: number;
  /** Batches of an epoch, where that is known. */
  readonly batches: number | undefined;
  /** Whether there are validation data. */
  readonly validates: boolean;
}

export function startSession(options: SessionOptions): Session {
  const { name, trainer, runtime, save, epochs, batches, validates } = options;
  const before = trainer.step;
  let stopped: string | undefined;
  const session: Session = {
    pass: undefined,
    trained: undefined,
    logs: undefined,
    nextStep: () => ++trainer.step,
    async finish() {
      if (trainer.step > before) await takeAverages(runtime, trainer.optimizer);
    },
    training: {
      ...{ epochs, batches, validates, save, modelName: name },
      get step() {
        return trainer.step;
      },
      get learningRate() {
        return trainer.learningRate;
      },
      set learningRate(value) {
        trainer.learningRate = value;
      },
      get stopped() {
        return stopped;
      },
      stop(reason) {
        stopped ??= reason;
      },
      getWeights: () => runtime.getWeights(),
      setWeights: (values) => runtime.setWeights(values),
      log(key, value) {
        if (session.logs) session.logs[key] = value;
      },
      // Between epochs the means are those of the last one.
      readLogs: async () => (session.pass ? session.pass.logs() : (session.trained ?? {})),
    },
  };
  return session;
}

/** Weights that are averaged over the updates take the place of the last ones when training ends, as in Keras. */
async function takeAverages(runtime: Runtime, optimizer: Optimizer | undefined): Promise<void> {
  if (!optimizer?.averageSlot) return;
  await runtime.alone(async (backend) => {
    const averages = await averagedWeights(backend, runtime.parameters, optimizer);
    averages.finalizeVariableValues();
    averages.dispose();
    runtime.claim();
  });
}

// A process that measures in Node: does one errand, so that what a library leaves behind or breaks ends with it.
import { type Errand, errands } from './errands.ts';
import { reasonOf } from './measure.ts';
import { offerWebGpu } from './node_gpu.ts';

export interface WorkerMessage {
  errand: Errand;
  request: unknown;
}

export type WorkerAnswer = { answer: unknown } | { failure: string };

// Whoever ends the command ends its measurements too.
process.once('disconnect', () => process.exit(1));

process.once('message', async ({ errand, request }: WorkerMessage) => {
  let message: WorkerAnswer;
  try {
    await offerWebGpu();
    message = { answer: await errands[errand](request as never) };
  } catch (error) {
    message = { failure: reasonOf(error) };
  }
  process.send!(message, () => process.exit(0));
});

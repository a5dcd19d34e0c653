// The counted figures of our own training step: what --counts prints and --compare judges by.
import { perStep, startCounting } from './counting.ts';
import { gpuBackend, trainerOf } from './engines/ours.ts';
import { offerWebGpu } from './node_gpu.ts';
import type { Counts } from './results.ts';
import { prepared } from './tasks.ts';
import { type Cell, type Work, works } from './works.ts';

/** Works whose steps are counted: one layer, small and smaller. */
export const countedWorks = ['S', 'M'] as const;

const WARM_STEPS = 2;
const COUNTED_STEPS = 4;

/**
 * Counts a training step of webgpu-rnn in the steady state, losses not read.
 *
 * Dawn's null backend takes every call and computes nothing: the figures are those of a GPU of which nothing is known,
 * the same on every machine. A work's name alone stands for its lstm, `S gru` for another cell.
 */
export async function ownCounts(counted: readonly Cell[]): Promise<Record<string, Counts>> {
  await offerWebGpu(['backend=null']);
  const counts: Record<string, Counts> = {};
  for (const cell of counted) {
    for (const name of countedWorks) {
      const work = works.find((it) => it.name === name)!;
      counts[cell === 'lstm' ? name : `${name} ${cell}`] = await countTraining(work, cell);
    }
  }
  return counts;
}

async function countTraining(work: Work, cell: Cell): Promise<Counts> {
  const backend = await gpuBackend();
  const trainer = await trainerOf(backend, prepared({ work, cell, mode: 'train' }));
  await trainer.train({ steps: WARM_STEPS });
  const counting = startCounting();
  try {
    await trainer.train({ steps: COUNTED_STEPS });
  } finally {
    counting.stop();
  }
  trainer.dispose();
  backend.release(trainer.parameters.storage);
  return perStep(counting.counts, COUNTED_STEPS);
}

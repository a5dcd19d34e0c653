// What a place can be asked to do; requests and answers are JSON, because they cross into a page or another process.
import type { Autotune } from '../../src/backends/tuning.ts';
import { reference } from './checked_losses.ts';
import { chooseKernels, gpuBackend } from './engines/ours.ts';
import { measureCeilings, measureKernels } from './kernels.ts';
import { measurePair } from './measure.ts';

export interface AdapterWords {
  /** A software adapter is called one. */
  adapter: string;
  software: boolean;
}

export const errands = {
  async adapter(): Promise<AdapterWords> {
    const { description, software } = await gpuBackend();
    return { adapter: description, software };
  },
  reference,
  pair: measurePair,
  ceilings: measureCeilings,
  kernels({ task, ceilings, autotune }: KernelsRequest) {
    chooseKernels(autotune);
    return measureKernels(task, ceilings);
  },
} as const;

export interface KernelsRequest {
  task: Parameters<typeof measureKernels>[0];
  ceilings: Parameters<typeof measureKernels>[1];
  autotune: Autotune;
}

export type Errands = typeof errands;
export type Errand = keyof Errands;
export type Request<E extends Errand> = Parameters<Errands[E]>[0];
export type Answer<E extends Errand> = Awaited<ReturnType<Errands[E]>>;

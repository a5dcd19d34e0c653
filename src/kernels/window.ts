// Windows of truncated BPTT, cut out of the corpus on the device: a step needs nothing from the host.
import wgsl from '../../shaders/window.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { ShapeError } from '../core/errors.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import { expectCount, expectRank, type Tensor } from '../core/tensor.ts';
import { clock } from './clock.ts';

/**
 * at = (n·jump + position + t) mod length;  ids[t,n] = corpus[at];  labels[t,n] = corpus[at+1].
 *
 * corpus [length+1] u32; clock [4] u32, word 0 = position; ids, labels [T,N] u32 are written, T = window, N = batch.
 */
export const windowKernel = defineKernel({
  name: 'window',
  wgsl,
  bindings: { corpus: 'read u32', clock: 'read u32', ids: 'write u32', labels: 'write u32' },
  params: { window: 'u32', batch: 'u32', jump: 'u32', length: 'u32' },
  workgroups: (p) => linearGrid(p.window * p.batch, 64),
  reference({ corpus, clock, ids, labels }, p) {
    for (let i = 0; i < p.window * p.batch; i++) {
      const t = Math.floor(i / p.batch);
      const n = i % p.batch;
      const at = (n * p.jump + clock[0] + t) % p.length;
      ids[i] = corpus[at];
      labels[i] = corpus[at + 1];
    }
  },
  cost: (p) => ({ flops: 0, bytes: 16 * p.window * p.batch }),
});

export interface CorpusWindowOptions {
  /** [L] u32, the token ids of the whole text */
  corpus: Tensor;
  /** N texts read side by side, each starting floor((L-1)/N) tokens after the one before */
  batch: number;
  /** T steps a run */
  window: number;
}

/**
 * Emits the window of this run: ids [T,N] u32 and labels [T,N] u32, each id's successor in the corpus.
 * The plan's clock moves on by T modulo L-1 after every run, so that the states of one window are those the next
 * one begins with. Scheme of Saito, "Deep Learning from Scratch 2", chapter 5.
 * @throws ShapeError when the corpus is shorter than one window or has fewer pairs than the batch has rows.
 * @throws OptionError when batch or window is no positive integer.
 */
export function corpusWindow(
  b: Builder,
  { corpus, batch, window }: CorpusWindowOptions,
): { ids: Tensor; labels: Tensor } {
  const where = b.path || 'corpus';
  expectCount(batch, `${where}/batch`);
  expectCount(window, `${where}/window`);
  expectRank(corpus, 1, where, '[L]');
  const length = corpus.shape[0] - 1;
  if (window > length) {
    throw new ShapeError(
      `[${where}] a window of ${window} steps needs ${window + 1} tokens, the corpus has ${length + 1}`,
    );
  }
  if (batch > length) {
    throw new ShapeError(
      `[${where}] a batch of ${batch} needs ${batch + 1} tokens, the corpus has ${length + 1}`,
    );
  }
  const jump = Math.floor(length / batch);
  const ids = b.activation('ids', [window, batch], { dtype: 'u32' });
  const labels = b.activation('labels', [window, batch], { dtype: 'u32' });
  const now = clock(b, { stride: window, modulus: length });
  b.dispatch(windowKernel, { corpus, clock: now, ids, labels }, { window, batch, jump, length });
  return { ids, labels };
}

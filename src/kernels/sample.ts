// Draws tokens from logits on the device, so that generating a text needs no read until its end.
import wgsl from '../../shaders/sample.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { ShapeError } from '../core/errors.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import { randomWord, unitInterval } from '../core/random.ts';
import { expectCount, expectRank, expectShape, type Tensor } from '../core/tensor.ts';
import { clock } from './clock.ts';

/**
 * token[row] = argmax over v of logits[row,v] + temperature·G(row,v), among the logits that are at least the top_k-th
 * largest of the row; G is Gumbel noise, so that the token follows softmax(logits/temperature). Ties: lowest index.
 *
 * Gumbel-max trick: Yellott 1977; top-k: Fan et al. 2018. The noise follows from seed, runs, `stream`, row and v alone.
 * logits [N,V]; options [2] = (temperature, top_k), 0 = the largest logit, 0 = all; clock [4] u32, words 1 to 3 are
 * runs and seed. token [N] u32 is written, and row runs mod capacity of tape [capacity,N] u32. N = rows.
 */
export const sampleKernel = defineKernel({
  name: 'sample',
  wgsl,
  bindings: {
    logits: 'read',
    options: 'read',
    clock: 'read u32',
    token: 'write u32',
    tape: 'readwrite u32',
  },
  params: { rows: 'u32', vocabulary: 'u32', capacity: 'u32', stream: 'u32' },
  workgroups: (p) => linearGrid(p.rows, 1),
  reference({ logits, options, clock, token, tape }, p) {
    const temperature = options[0];
    const topK = Math.floor(Math.max(options[1], 0));
    for (let row = 0; row < p.rows; row++) {
      const first = row * p.vocabulary;
      let threshold = Number.NEGATIVE_INFINITY;
      if (topK > 0 && topK < p.vocabulary) {
        threshold = logits.slice(first, first + p.vocabulary).sort()[p.vocabulary - topK];
      }
      const key = randomWord(randomWord(clock[2], clock[3], p.stream), clock[1], row);
      let best = 0;
      let bestToken = -1;
      for (let v = 0; v < p.vocabulary; v++) {
        const logit = logits[first + v];
        if (logit < threshold) continue;
        const score = temperature > 0 ? logit + temperature * gumbel(randomWord(key, row, v)) : logit;
        if (bestToken < 0 || score > best) {
          best = score;
          bestToken = v;
        }
      }
      token[row] = bestToken;
      tape[(clock[1] % p.capacity) * p.rows + row] = bestToken;
    }
  },
  cost: (p) => ({ flops: 4 * p.rows * p.vocabulary, bytes: 4 * p.rows * (p.vocabulary + 2) }),
});

/** -log(-log(1 - w)) for w uniform in (0, 1), 23 bits. */
function gumbel(word: number): number {
  return -Math.log(-Math.log1p(-unitInterval(word)));
}

export interface SampleOptions {
  /** [N, V] */
  logits: Tensor;
  /** Runs after which the tape begins again. */
  capacity: number;
  /** [N] u32, written: where the next run looks for its input; a state of its own by default. */
  token?: Tensor;
  /** Tells two draws of one plan apart. */
  stream?: number;
}

export interface Sample {
  /** [N] u32: the tokens of the last run */
  token: Tensor;
  /** [capacity, N] u32: run r is row r mod capacity, by the clock's count of runs */
  tape: Tensor;
  /** [2], an input: temperature, top_k; (1, 0) at first. It may change between runs. */
  options: Tensor;
}

/**
 * Emits the draw of one token for each row; the plan's clock gives seed and run.
 * @throws ShapeError when logits are not [N, V] or token is not [N].
 */
export function sample(b: Builder, { logits, capacity, token, stream = 0 }: SampleOptions): Sample {
  const where = b.path || 'sample';
  expectRank(logits, 2, where, 'logits [N, V]');
  expectCount(capacity, `${where}/capacity`);
  const [rows, vocabulary] = logits.shape;
  if (vocabulary > 2 ** 24) {
    throw new ShapeError(`[${where}] a vocabulary of ${vocabulary} is more than a top_k in f32 can count`);
  }
  const drawn = token ?? b.state('token', [rows], { dtype: 'u32' });
  expectShape(drawn, [rows], where, '[N]');
  const tape = b.state('tape', [capacity, rows], { dtype: 'u32' });
  const options = b.input('sampling', [2], { initial: () => [1, 0] });
  b.dispatch(
    sampleKernel,
    { logits, options, clock: clock(b), token: drawn, tape },
    { rows, vocabulary, capacity, stream },
  );
  return { token: drawn, tape, options };
}

// A conditional random field over a linear chain of tags: its loss, all gradients, and its most probable tags.
import wgslBackward from '../../shaders/crf_backward.wgsl?raw';
import wgslChainSlopes from '../../shaders/crf_chain_slopes.wgsl?raw';
import wgslDecode from '../../shaders/crf_decode.wgsl?raw';
import wgslForward from '../../shaders/crf_forward.wgsl?raw';
import wgslSlopes from '../../shaders/crf_slopes.wgsl?raw';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import { rowConstants, rowGrid } from './each_row.ts';

const sizes = { steps: 'u32', batch: 'u32', tag_count: 'u32' } as const;

interface Sizes {
  readonly steps: number;
  readonly batch: number;
  readonly tag_count: number;
}

/** The steps of sequence n whose tag counts, in order. */
function countedSteps(tags: ArrayLike<number>, n: number, p: Sizes): number[] {
  return Array.from({ length: p.steps }, (_, t) => t).filter((t) => tags[t * p.batch + n] < p.tag_count);
}

/** log Σ exp of `count` numbers. */
function logSum(count: number, value: (i: number) => number): number {
  let largest = value(0);
  for (let i = 1; i < count; i++) largest = Math.max(largest, value(i));
  let sum = 0;
  for (let i = 0; i < count; i++) sum += Math.exp(value(i) - largest);
  return largest + Math.log(sum);
}

const work = (p: Sizes) => p.steps * p.batch * p.tag_count;

/**
 * alpha_t(j) = x_t(j) + log Σ_i exp(alpha(i) + chain(i,j)) over the step counted before; summary = (log Z - score of the
 * given tags, log Z, row_weight/total) of each sequence, Lafferty et al. 2001; zeros where no step counts.
 *
 * x, alpha [T,N,K], chain [K+2,K] (row K before the first step, row K+1 after the last), tags [T,N] of which those below K
 * count, row_weight [N], total [1], summary [3,N].
 */
export const crfForwardKernel = defineKernel({
  name: 'crf_forward',
  wgsl: wgslForward,
  bindings: {
    x: 'read',
    chain: 'read',
    tags: 'read u32',
    row_weight: 'read',
    total: 'read',
    alpha: 'readwrite',
    summary: 'write',
  },
  params: { ...sizes, row_weighted: 'u32' },
  constants: (_p, limits) => rowConstants(limits),
  workgroups: (p, constants) => rowGrid(p.batch, constants),
  reference({ x, chain, tags, row_weight, total, alpha, summary }, p) {
    const K = p.tag_count;
    for (let n = 0; n < p.batch; n++) {
      const steps = countedSteps(tags, n, p);
      let score = 0;
      let before = -1;
      let from = K;
      for (const t of steps) {
        const here = (t * p.batch + n) * K;
        for (let j = 0; j < K; j++) {
          const arrived =
            before < 0 ? chain[K * K + j] : logSum(K, (i) => alpha[before + i] + chain[i * K + j]);
          alpha[here + j] = x[here + j] + arrived;
        }
        const tag = tags[t * p.batch + n];
        score += x[here + tag] + chain[from * K + tag];
        from = tag;
        before = here;
      }
      const end = (K + 1) * K;
      const whole = before < 0 ? 0 : logSum(K, (j) => alpha[before + j] + chain[end + j]);
      const scale = total[0] === 0 ? 0 : (p.row_weighted === 1 ? row_weight[n] : 1) / total[0];
      summary[n] = before < 0 ? 0 : whole - score - chain[end + from];
      summary[p.batch + n] = whole;
      summary[2 * p.batch + n] = before < 0 ? 0 : scale;
    }
  },
  cost: (p) => ({ flops: 6 * work(p) * p.tag_count, bytes: 8 * work(p) }),
});

/**
 * beta_t(i) = log Σ_j exp(chain(i,j) + x(j) + beta(j)) over the step counted after, chain(K+1,i) at the last one.
 * x, beta [T,N,K], chain [K+2,K], tags [T,N].
 */
export const crfBackwardKernel = defineKernel({
  name: 'crf_backward',
  wgsl: wgslBackward,
  bindings: { x: 'read', chain: 'read', tags: 'read u32', beta: 'readwrite' },
  params: sizes,
  constants: (_p, limits) => rowConstants(limits),
  workgroups: (p, constants) => rowGrid(p.batch, constants),
  reference({ x, chain, tags, beta }, p) {
    const K = p.tag_count;
    for (let n = 0; n < p.batch; n++) {
      let after = -1;
      for (const t of countedSteps(tags, n, p).reverse()) {
        const here = (t * p.batch + n) * K;
        for (let i = 0; i < K; i++) {
          beta[here + i] =
            after < 0
              ? chain[(K + 1) * K + i]
              : logSum(K, (j) => chain[i * K + j] + x[after + j] + beta[after + j]);
        }
        after = here;
      }
    }
  },
  cost: (p) => ({ flops: 6 * work(p) * p.tag_count, bytes: 8 * work(p) }),
});

/**
 * slopes = (exp(alpha + beta - log Z) - [tag is the given one])·scale, 0 where a step does not count: d loss/dx.
 * alpha, beta, slopes [T,N,K], tags [T,N], summary [3,N].
 */
export const crfSlopesKernel = defineKernel({
  name: 'crf_slopes',
  wgsl: wgslSlopes,
  bindings: { alpha: 'read', beta: 'read', tags: 'read u32', summary: 'read', slopes: 'write' },
  params: sizes,
  workgroups: (p) => linearGrid(work(p), 64),
  reference({ alpha, beta, tags, summary, slopes }, p) {
    const K = p.tag_count;
    for (let step = 0; step < p.steps * p.batch; step++) {
      const n = step % p.batch;
      const given = tags[step];
      for (let tag = 0; tag < K; tag++) {
        const at = step * K + tag;
        const probability = Math.exp(alpha[at] + beta[at] - summary[p.batch + n]);
        slopes[at] = given >= K ? 0 : summary[2 * p.batch + n] * (probability - (tag === given ? 1 : 0));
      }
    }
  },
  cost: (p) => ({ flops: 5 * work(p), bytes: 12 * work(p) }),
});

/**
 * slopes (+)= d loss/d chain: Σ (P(i, then j) - [they are the given ones])·scale over pairs of steps counted, and the same
 * for first tags (row K) and last ones (row K+1). x, alpha, beta [T,N,K], chain, slopes [K+2,K], tags [T,N], summary [3,N].
 */
export const crfChainSlopesKernel = defineKernel({
  name: 'crf_chain_slopes',
  wgsl: wgslChainSlopes,
  bindings: {
    x: 'read',
    chain: 'read',
    tags: 'read u32',
    alpha: 'read',
    beta: 'read',
    summary: 'read',
    slopes: 'readwrite',
  },
  params: { ...sizes, accumulate: 'u32' },
  constants: (_p, limits) => rowConstants(limits),
  workgroups: (p, constants) => rowGrid((p.tag_count + 2) * p.tag_count, constants),
  reference({ x, chain, tags, alpha, beta, summary, slopes }, p) {
    const K = p.tag_count;
    const sums = new Float64Array((K + 2) * K);
    for (let n = 0; n < p.batch; n++) {
      const steps = countedSteps(tags, n, p);
      const logZ = summary[p.batch + n];
      const scale = summary[2 * p.batch + n];
      const at = (t: number, tag: number) => (t * p.batch + n) * K + tag;
      const tag = (t: number) => tags[t * p.batch + n];
      const add = (from: number, to: number, probability: number, given: boolean): void => {
        sums[from * K + to] += scale * (probability - (given ? 1 : 0));
      };
      steps.forEach((t, i) => {
        for (let j = 0; j < K; j++) {
          const whole = Math.exp(alpha[at(t, j)] + beta[at(t, j)] - logZ);
          if (i === 0) add(K, j, whole, tag(t) === j);
          if (i === steps.length - 1) add(K + 1, j, whole, tag(t) === j);
          for (let from = 0; i > 0 && from < K; from++) {
            const before = steps[i - 1];
            const weight = alpha[at(before, from)] + chain[from * K + j];
            const pair = Math.exp(weight + x[at(t, j)] + beta[at(t, j)] - logZ);
            add(from, j, pair, tag(before) === from && tag(t) === j);
          }
        }
      });
    }
    for (let i = 0; i < sums.length; i++) slopes[i] = sums[i] + (p.accumulate === 1 ? slopes[i] : 0);
  },
  cost: (p) => ({ flops: 8 * work(p) * p.tag_count, bytes: 12 * work(p) }),
});

/**
 * decoded = the most probable tags, Viterbi 1967; of equal ones the first, 0 where a step does not count.
 * x, best [T,N,K], chain [K+2,K], tags [T,N] of which those below K count, came_from [T,N,K] u32, decoded [T,N] u32.
 */
export const crfDecodeKernel = defineKernel({
  name: 'crf_decode',
  wgsl: wgslDecode,
  bindings: {
    x: 'read',
    chain: 'read',
    tags: 'read u32',
    best: 'readwrite',
    came_from: 'readwrite u32',
    decoded: 'write u32',
  },
  params: sizes,
  constants: (_p, limits) => rowConstants(limits),
  workgroups: (p, constants) => rowGrid(p.batch, constants),
  reference({ x, chain, tags, best, came_from, decoded }, p) {
    const K = p.tag_count;
    for (let n = 0; n < p.batch; n++) {
      const steps = countedSteps(tags, n, p);
      for (let t = 0; t < p.steps; t++) decoded[t * p.batch + n] = 0;
      steps.forEach((t, at) => {
        const here = (t * p.batch + n) * K;
        for (let j = 0; j < K; j++) {
          const before = at === 0 ? -1 : (steps[at - 1] * p.batch + n) * K;
          const arriving = (i: number) => best[before + i] + chain[i * K + j];
          let source = 0;
          for (let i = 1; before >= 0 && i < K; i++) if (arriving(i) > arriving(source)) source = i;
          best[here + j] = x[here + j] + (before < 0 ? chain[K * K + j] : arriving(source));
          came_from[here + j] = source;
        }
      });
      if (steps.length === 0) continue;
      const last = (steps[steps.length - 1] * p.batch + n) * K;
      const ending = (j: number) => best[last + j] + chain[(K + 1) * K + j];
      let tag = 0;
      for (let j = 1; j < K; j++) if (ending(j) > ending(tag)) tag = j;
      for (const t of steps.reverse()) {
        decoded[t * p.batch + n] = tag;
        tag = came_from[(t * p.batch + n) * K + tag];
      }
    }
  },
  cost: (p) => ({ flops: 2 * work(p) * p.tag_count, bytes: 16 * work(p) }),
});

// Results of a made-up machine with the shape and the spread of real ones, for tests of reports.

import type {
  BenchResults,
  Counts,
  Growth,
  KernelRow,
  Measurement,
  Spread,
} from '../../bench/src/results.ts';
import { random } from '../../src/core/random.ts';

const next = random(7, 'report results');

function spread(median: number, width = 0.04): Spread {
  return {
    median,
    low: median * (1 - width * next.uniform()),
    high: median * (1 + width * (0.5 + next.uniform())),
    runs: 15,
  };
}

const works = [
  { name: 'S', step: 0.9, tokens: 10 * 16 },
  { name: 'M', step: 5.2, tokens: 32 * 64 },
  { name: 'ptb-medium', step: 61, tokens: 64 * 128 },
];
const peers = {
  node: { 'webgpu-rnn cpu': 260, 'tfjs cpu': 420, 'tfjs wasm': 38, 'jax-js wasm': 55, 'torch cuda': 0.84 },
  browser: { 'tfjs wasm': 41, 'tfjs webgpu': 6.3, 'tfjs webgl': 9.8, 'jax-js webgpu': 14 },
} as const;

const counts = (cell: Measurement['cell'], scale: number): Counts => ({
  dispatches: { lstm: 158, gru: 160, rnn: 158 }[cell],
  submits: 1,
  bindGroups: 0,
  buffers: 0,
  bytes: scale,
});

function measurements(): { measurements: Measurement[]; ratios: BenchResults['ratios'] } {
  const measured: Measurement[] = [];
  const ratios: BenchResults['ratios'] = [];
  for (const place of ['node', 'browser'] as const) {
    for (const { name: work, step, tokens } of works) {
      for (const cell of work === 'M' ? (['lstm', 'gru', 'rnn'] as const) : (['lstm'] as const)) {
        for (const mode of work === 'S' ? (['train', 'forward', 'single'] as const) : (['train'] as const)) {
          const ours =
            step * { lstm: 1, gru: 0.86, rnn: 0.45 }[cell] * { train: 1, forward: 0.34, single: 0.2 }[mode];
          const common = { work, cell, mode, place };
          const milliseconds = spread(ours);
          measured.push({
            ...common,
            engine: 'webgpu-rnn webgpu',
            milliseconds,
            tokensPerSecond: (tokens / ours) * 1000,
            firstLoss: 4.17,
            lossDifference: 2.4e-7,
            laterLossDifference: 3.1e-7,
            counts: counts(cell, 0),
            firstStep: 140 + 40 * next.uniform(),
          });
          for (const [engine, factor] of Object.entries(peers[place])) {
            if (engine === 'tfjs cpu' && work === 'ptb-medium') {
              measured.push({ ...common, engine, reason: 'one step takes longer than 60 s' });
              continue;
            }
            const ratio = spread(
              factor *
                (0.6 + 0.9 * next.uniform()) *
                (engine.endsWith('webgpu') && work === 'ptb-medium' ? 0.6 : 1),
              0.12,
            );
            measured.push({
              ...common,
              engine,
              milliseconds: spread(ours * ratio.median, 0.1),
              tokensPerSecond: (tokens / ours / ratio.median) * 1000,
              firstLoss: 4.17,
              lossDifference: 3.1e-6,
              ...(engine.includes('webgpu')
                ? {
                    counts: { dispatches: 2900, submits: 240, bindGroups: 2900, buffers: 1210, bytes: 9.1e6 },
                  }
                : {}),
              firstStep: 300 + 900 * next.uniform(),
            });
            ratios.push({
              ...common,
              peer: engine,
              ratio,
              ...(engine.startsWith('torch') && { unpaired: true }),
            });
          }
        }
      }
    }
  }
  return { measurements: measured, ratios };
}

/** Kernel, scope, calls, share of the step, FLOP a byte. */
const profile: [string, string, number, number, number][] = [
  ['lstm_forward', 'lstm', 64, 0.24, 7.6],
  ['lstm_backward', 'lstm', 64, 0.27, 7.1],
  ['matmul_tiled', 'lstm', 4, 0.17, 61],
  ['matmul_tiled', 'dense', 3, 0.12, 48],
  ['softmax_cross_entropy', 'loss', 1, 0.055, 1.9],
  ['adam', 'update', 1, 0.04, 0.53],
  ['embedding_backward', 'embedding', 1, 0.03, 0.26],
  ['embedding_order', 'embedding', 1, 0.012, 0],
  ['embedding_forward', 'embedding', 1, 0.01, 0],
  ['column_sum', 'lstm', 1, 0.014, 0.25],
  ['column_sum', 'dense', 1, 0.008, 0.25],
  ['square_sum', 'norm', 2, 0.013, 0.5],
  ['transpose', 'lstm', 1, 0.009, 0],
  ['clip_scale', 'norm', 1, 0.003, 0.4],
  ['window', 'input', 1, 0.003, 0],
  ['advance', 'input', 1, 0.003, 0],
];

function kernels(): KernelRow[] {
  const rows: KernelRow[] = [];
  for (const { name: work, step } of works) {
    for (const cell of ['lstm', 'gru', 'rnn'] as const) {
      if (work !== 'M' && cell !== 'lstm') continue;
      for (const [kernel, scope, calls, share, intensity] of profile) {
        const milliseconds = step * share * (0.8 + 0.4 * next.uniform());
        const reach = (0.15 + 0.5 * next.uniform()) * { S: 0.1, M: 0.6, 'ptb-medium': 1 }[work]!;
        const gbs = intensity > 20 ? (9500 * reach) / intensity : 1900 * reach;
        rows.push({
          work,
          cell,
          kernel: kernel.replace('lstm', cell),
          scope: scope.replace('lstm', cell),
          calls,
          milliseconds,
          gflops: gbs * intensity,
          gbs,
          shareOfMatmul: (gbs * intensity) / 9500,
          shareOfCopy: gbs / 1900,
        });
      }
    }
  }
  return rows;
}

function growth(): Growth[] {
  const axes = {
    H: [64, 128, 256, 512, 1024],
    N: [1, 4, 16, 64, 256],
    T: [8, 16, 32, 64, 128],
    V: [128, 1024, 8192, 32768],
  } as const;
  const power = { H: 1.7, N: 0.8, T: 1, V: 0.7 };
  const factors = {
    'webgpu-rnn webgpu': 1,
    'tfjs wasm': 30,
    'tfjs webgpu': 5,
    'jax-js webgpu': 6.2,
    'tfjs webgl': 11,
  };
  return Object.entries(axes).flatMap(([axis, values]) =>
    Object.entries(factors).flatMap(([engine, factor]) =>
      values
        .filter((value) => !(engine === 'tfjs wasm' && axis === 'H' && value > 512))
        .map((value): Growth => {
          const slope = power[axis as keyof typeof power];
          const base = engine.endsWith('wasm') ? 0.4 : 1.5;
          const ms = factor * (base + 3 * (value / values[2]) ** slope);
          return { axis: axis as Growth['axis'], value, engine, milliseconds: spread(ms, 0.1) };
        }),
    ),
  );
}

/** A whole, fresh set of results; change what a test is about. */
export function fakeResults(): BenchResults {
  return structuredClone(whole);
}

const whole: BenchResults = {
  format: 1,
  date: '2026-11-22T03:04:05.000Z',
  commit: '8729b55c15e5',
  machine: {
    adapter: 'Imaginary GPU 9000',
    software: false,
    host: 'AMD EPYC 9654 96-Core Processor',
    cores: 16,
    node: '22.23.3',
    browser: 'Chrome/147.0.7727.0',
  },
  method: { warmup: 3, runs: 15, blockMilliseconds: 200 },
  ceilings: { matmulGflops: 9500, copyGbs: 1900 },
  ...measurements(),
  kernels: kernels(),
  growth: growth(),
  counts: {
    'M lstm train': counts('lstm', 0),
    'M gru train': counts('gru', 0),
    'M lstm forward': { ...counts('lstm', 0), dispatches: 69 },
  },
  omitted: ['tfjs webgpu in Node: tfjs has no WebGPU backend there', 'jax-js webgpu: no GRU'],
};

// Every variant of a kernel that a plan can choose is reached by a case: what is never compiled in a test may not compile.
import { describe, expect, test } from 'vitest';
import { type Builder, buildPlan } from '../../src/core/builder.ts';
import { deviceModel } from '../../src/core/device_model.ts';
import type { Constants, Kernel } from '../../src/core/kernel.ts';
import { defaultLimits, type Limits } from '../../src/core/limits.ts';
import { Parameters } from '../../src/core/parameters.ts';
import type { Plan } from '../../src/core/plan.ts';
import { recurrentActivations } from '../../src/kernels/activations.ts';
import { kernels } from '../../src/kernels/index.ts';
import { matmul } from '../../src/kernels/matmul.ts';
import { tiles } from '../../src/kernels/recurrent_tile.ts';
import { gru } from '../../src/layers/gru.ts';
import { lstm } from '../../src/layers/lstm.ts';
import type { RecurrentLayer } from '../../src/layers/recurrent.ts';
import { simpleRNN } from '../../src/layers/simple_rnn.ts';
import { casesByKernel } from '../cases/index.ts';
import { seedGradient } from '../harness/gradient_check.ts';

/** Constants and params of a dispatch, by name. */
type Settings = Readonly<Record<string, number | boolean>>;

/**
 * What a shader combines: every combination of the settings of one group that is dispatched needs a case. Sizes are
 * no variants, and what the device decides is tested by barriers.gpu.test.ts and matmul.gpu.test.ts (DOUBLE).
 */
const families: readonly { of: RegExp; groups: readonly (readonly string[])[] }[] = [
  {
    of: /^(?!matmul).*_tiled_/,
    groups: [['tile_rows', 'tile_units'], ['ROWS', 'ROW_GROUPS', 'LANES', 'COLUMNS'], ['ACTIVATION']],
  },
  {
    of: /_sequence_/,
    groups: [
      ['PACKED', 'REGISTERS', 'ROWS'],
      ['PACKED', 'REGISTERS', 'VECTORS'],
      // A kernel in f16 differs by its product alone.
      ['ACTIVATION'],
    ],
  },
  {
    of: /^(lstm|gru|rnn)_(forward|backward)$|^gru_before_(gates|candidate)/,
    groups: [['ROWS'], ['ACTIVATION']],
  },
  {
    of: /^matmul_tiled$/,
    groups: [
      ...['VECTOR_A', 'VECTOR_B', 'VECTOR_C'].map((vector) => [
        ...['TILE', 'TRANSPOSE_A', 'TRANSPOSE_B', 'SUMS'],
        vector,
      ]),
      ...[
        ['TILE', 'bias_rows'],
        ['TILE', 'accumulate'],
        ['TILE', 'sums'],
      ],
    ],
  },
  {
    // What is loaded and stored is the text of matmul_tiled.
    of: /^matmul_tiled_f16$/,
    groups: [
      ['TILE', 'SUMS'],
      ['TRANSPOSE_A', 'TRANSPOSE_B'],
      ['TILE', 'accumulate'],
    ],
  },
  {
    of: /^matmul_subgroup$/,
    groups: [
      ['TILE', 'TRANSPOSE_A', 'TRANSPOSE_B', 'SUMS'],
      ['VECTOR_A', 'TRANSPOSE_A'],
      ['VECTOR_B', 'TRANSPOSE_B'],
      ['VECTOR_C', 'SUMS'],
      ...[['bias_rows'], ['accumulate'], ['sums']],
    ],
  },
  {
    of: /^matmul_register$/,
    groups: [
      ['TILE', 'VECTOR_B', 'VECTOR_C'],
      ...[
        ['TILE', 'transpose_a', 'transpose_b'],
        ['TILE', 'bias_rows'],
        ['TILE', 'accumulate'],
      ],
    ],
  },
  {
    of: /^matmul_vector$/,
    groups: [
      ['FOUR_ROWS', 'TRANSPOSE_B', 'VECTOR_B', 'VECTOR_C'],
      ...[
        ['FOUR_ROWS', 'transpose_a'],
        ['FOUR_ROWS', 'bias_rows'],
        ['FOUR_ROWS', 'accumulate'],
      ],
    ],
  },
];

/** What browsers grant on such a device, and the model by its name. */
const on = (words: string, workgroupBytes: number): Limits => ({
  ...defaultLimits,
  ...{ workgroupThreads: 1024, workgroupBytes, model: deviceModel(words, false) },
});
const inHalves = { halves: true, matrixSide: 16, subgroupThreads: 32 } as const;
const devices: readonly Limits[] = [
  defaultLimits,
  on('NVIDIA H100', 49152),
  on('Intel Iris Xe', 32768),
  { ...defaultLimits, cheapBarriers: false, model: deviceModel('', true) },
].flatMap((limits): Limits[] => [
  limits,
  { ...limits, precision: 'f16' },
  { ...limits, precision: 'f16', ...inHalves },
]);

/** Of each group the combinations that some settings have, as texts. */
class Reached {
  readonly #combinations = new Map<string, Set<string>>();

  add(kernel: Kernel, settings: Settings): void {
    for (const { of, groups } of families) {
      if (!of.test(kernel.name)) continue;
      for (const group of groups) {
        if (!group.some((name) => name in settings)) continue;
        const text = group.map((name) => `${name} ${Number(settings[name])}`).join(', ');
        this.of(kernel.name).add(text);
      }
    }
  }

  of(kernel: string): Set<string> {
    let found = this.#combinations.get(kernel);
    if (!found) {
      found = new Set();
      this.#combinations.set(kernel, found);
    }
    return found;
  }
}

/** Adds what this plan dispatches, and what it would by every other candidate of its choices. */
function addPlan(reached: Reached, limits: Limits, body: (b: Builder) => void): void {
  const build = (training: boolean, emit: (b: Builder) => void): Plan => {
    const plan = buildPlan({ name: 'variants', limits, parameters: new Parameters(), training }, emit);
    for (const step of plan.steps) {
      if (step.kind === 'dispatch') reached.add(step.kernel, { ...step.params, ...step.constants });
    }
    return plan;
  };
  const { choices } = build(true, body);
  build(false, (b) => {
    for (const choice of choices) {
      for (const { name } of choice.candidates) choice.trial(b, name, 'time').emit();
    }
  });
}

/** A layer and the gradients of all that it has. */
function withGradients(b: Builder, layer: RecurrentLayer, N: number): void {
  const x = b.input('x', [1, N, 4], { differentiable: true });
  const { sequence } = layer.run(b, x);
  seedGradient(b, sequence, b.input('upstream', sequence.shape));
  b.backward();
}

const layers: readonly ((units: number) => RecurrentLayer)[] = [
  (units) => lstm({ units }),
  (units) => gru({ units }),
  (units) => gru({ units, resetAfter: false }),
  ...recurrentActivations.map((activation) => (units: number) => simpleRNN({ units, activation })),
];

/** Units that are whole quads and not, few and many; batches for every height of a tile and number of rows. */
const UNITS = [5, 28, 33, 64, 100, 256];
const BATCHES = [1, 2, 3, 8, 16, 32];

/** Sizes that are multiples of 4 and not, small and large. */
const SIZES = [1, 12, 130, 4096, 4098];

/** The layouts that layers use: x·W, dy·Wᵀ, and xᵀ·dy, which brings the sums of a bias along. */
const layouts = { nn: [false, false], nt: [false, true], tn: [true, false] } as const;

function products(b: Builder): void {
  for (const m of SIZES) {
    for (const n of SIZES) {
      for (const k of SIZES) {
        for (const transposed of Object.values(layouts)) product(b, m, n, k, transposed);
      }
    }
  }
}

function product(b: Builder, m: number, n: number, k: number, [ta, tb]: readonly [boolean, boolean]): void {
  const [rowsA, colsA, rowsB, colsB] = [ta ? k : m, ta ? m : k, tb ? n : k, tb ? k : n];
  const c = b.scratch('c', [m * n + n]);
  const operands = {
    a: { tensor: b.scratch('a', [rowsA, colsA]), rows: rowsA, cols: colsA, transposed: ta },
    b: { tensor: b.scratch('b', [rowsB, colsB]), rows: rowsB, cols: colsB, transposed: tb },
    c: { tensor: c, rows: m, cols: n },
  };
  matmul(b, operands);
  matmul(b, { ...operands, accumulate: 1 });
  if (!ta && !tb) {
    for (const biasRows of [1, 2])
      matmul(b, { ...operands, bias: b.scratch('bias', [biasRows, n]), biasRows });
  }
  for (const accumulate of ta ? ([0, 1] as const) : []) {
    matmul(b, { ...operands, accumulate, sums: { tensor: b.view(c, m * n, [n]), accumulate } });
  }
}

const dispatched = new Reached();
for (const limits of devices) {
  addPlan(dispatched, limits, products);
  for (const layer of layers) {
    for (const units of UNITS) {
      for (const N of BATCHES) addPlan(dispatched, limits, (b) => withGradients(b, layer(units), N));
    }
  }
}

/** A device that runs everything: what kernels are specialised on, and no variant, may depend on it. */
const any = { ...defaultLimits, workgroupThreads: 1024, workgroupBytes: 49152, ...inHalves };
const inCases = new Reached();
for (const kernel of kernels) {
  for (const it of casesByKernel.get(kernel.name) ?? []) {
    const offsets = Object.entries(kernel.params).flatMap(([name]) => {
      const tensor = it.tensors[name.replace(/_offset$/, '')];
      return name.endsWith('_offset') ? [[name, tensor?.at ?? 0]] : [];
    });
    const params: Record<string, number> = { ...Object.fromEntries(offsets), ...it.params };
    const constants: Constants = kernel.constants?.(params, any) ?? {};
    inCases.add(kernel, { ...params, ...constants });
  }
}

describe('variants that plans can choose have cases', () => {
  const varied = kernels.filter(({ name }) => families.some(({ of }) => of.test(name)));

  for (const { name } of varied) {
    test(name, () => {
      const wanted = dispatched.of(name);
      expect(wanted.size, `no plan of this test dispatches ${name}`).toBeGreaterThan(0);
      const found = inCases.of(name);
      expect([...wanted].filter((one) => !found.has(one))).toEqual([]);
    });
  }

  test('every kernel by tiles, of all steps and of products is among them', () => {
    const names = varied.map(({ name }) => name);
    const expected = kernels.filter(({ name }) => /tiled|sequence|matmul/.test(name));
    expect(expected.filter(({ name }) => !names.includes(name))).toEqual([]);
  });

  test('among these variants are all tiles', () => {
    for (const { name } of varied.filter((kernel) => /^(?!matmul).*_tiled_/.test(kernel.name))) {
      for (const { rows, units } of tiles) {
        expect(dispatched.of(name)).toContain(`tile_rows ${rows}, tile_units ${units}`);
      }
    }
  });
});

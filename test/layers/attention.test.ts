// Attention: gradients with and without masks, values against plain loops, options and what is refused.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import type { Builder } from '../../src/core/builder.ts';
import { OptionError, ShapeError } from '../../src/core/errors.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { additiveAttention, attention } from '../../src/layers/attention.ts';
import { type AnyLayer, outputsOf } from '../../src/layers/layer.ts';
import { multiHeadAttention } from '../../src/layers/multi_head_attention.ts';
import { checkGradients } from '../harness/gradient_check.ts';
import { runLayer } from '../harness/layer_run.ts';

const Tq = 3;
const Tv = 4;
const N = 2;
const D = 3;
const f64 = () => cpu({ precision: 'f64' });
const returnAttentionScores = true;

/** Of the query [Tq,N] and the value [Tv,N]; the second sample of the query begins with a masked step. */
const queryMask = [1, 0, 1, 1, 0, 1];
const valueMask = [1, 0, 1, 1, 0, 1, 1, 0];

interface Check {
  masked?: boolean;
  /** Features of the value, where the key is given too. */
  E?: number;
  /** Query, value and key are one tensor. */
  self?: boolean;
}

function gradients(layer: AnyLayer, { masked, E, self }: Check = {}): Promise<void> {
  const input = (b: Builder, name: string, T: number, width: number) => {
    const x = b.input(name, [T, N, width], { differentiable: true });
    const mask = T === Tq ? 'query mask' : 'value mask';
    if (masked)
      b.setMask(
        x,
        b.once(mask, () => b.input(mask, [T, N], { dtype: 'u32' })),
      );
    return x;
  };
  const masks = { 'query mask': queryMask, ...(!self && { 'value mask': valueMask }) };
  return checkGradients({
    ...(masked && { inputs: masks }),
    build(b) {
      const inputs: Tensor[] = [input(b, 'query', Tq, D)];
      if (self) inputs.push(inputs[0]);
      else inputs.push(input(b, 'value', Tv, E ?? D));
      if (E) inputs.push(input(b, 'key', Tv, D));
      const own = self ? [inputs[0]] : inputs;
      return { outputs: [...outputsOf(layer.build(b, ...inputs))], inputs: own };
    },
  });
}

describe('gradients of attention', () => {
  const layers: Record<string, () => AnyLayer> = {
    dot: () => attention({ returnAttentionScores }),
    'dot, scaled and with a scale': () => attention({ scaled: true, useScale: true }),
    concat: () => attention({ scoreMode: 'concat' }),
    'concat with a scale': () => attention({ scoreMode: 'concat', useScale: true, returnAttentionScores }),
    additive: () => additiveAttention({ returnAttentionScores }),
    'additive without a scale': () => additiveAttention({ useScale: false }),
    'two heads': () => multiHeadAttention({ numHeads: 2, keyDim: 3, returnAttentionScores }),
    'three heads of other sizes': () =>
      multiHeadAttention({ numHeads: 3, keyDim: 2, valueDim: 4, outputShape: 5, useBias: false }),
  };
  for (const [name, make] of Object.entries(layers)) {
    describe(name, () => {
      test('of query and value', () => gradients(make()));
      test('of query, value and key', () => gradients(make(), { E: 5 }));
      test('masked', () => gradients(make(), { masked: true, E: 2 }));
      test('of a sequence to itself, masked', () => gradients(make(), { masked: true, self: true }));
    });
  }
  test('causal', () => gradients(attention({ useCausalMask: true, returnAttentionScores }), { self: true }));
  test('causal heads', () =>
    gradients(multiHeadAttention({ numHeads: 2, keyDim: 2, useCausalMask: true }), {
      self: true,
      masked: true,
    }));
  test('with the scale alone', () =>
    checkGradients({
      build(b) {
        const query = b.input('query', [Tq, N, D]);
        const value = b.input('value', [Tv, N, D]);
        return { outputs: [additiveAttention().build(b, query, value)] };
      },
    }));
});

/** Values that are not symmetric in anything, [N,T,D]. */
function numbers(shape: readonly number[], seed: number): number[] {
  return Array.from({ length: shape.reduce((a, c) => a * c, 1) }, (_, i) => Math.sin(seed + i * i + 0.3 * i));
}

describe('values of attention', () => {
  const query = { shape: [N, Tq, D], data: numbers([N, Tq, D], 1), mask: [1, 1, 0, 1, 1, 1] };
  const value = { shape: [N, Tv, 2], data: numbers([N, Tv, 2], 2), mask: [1, 0, 1, 1, 1, 1, 1, 0] };
  const key = { shape: [N, Tv, D], data: numbers([N, Tv, D], 3) };

  test('are those of plain loops, batch first', async () => {
    const layer = attention({ scaled: true, useCausalMask: true, returnAttentionScores });
    const { outputs, masks } = await runLayer(layer, [query, value, key], f64());
    expect(outputs[0].shape).toEqual([N, Tq, 2]);
    expect(outputs[1].shape).toEqual([N, Tq, Tv]);
    expect(Array.from(masks[0]!.data)).toEqual(query.mask);
    for (let n = 0; n < N; n++) {
      for (let q = 0; q < Tq; q++) {
        const scores = Array.from({ length: Tv }, (_, k) => {
          if (k > q || value.mask[n * Tv + k] === 0) return Number.NEGATIVE_INFINITY;
          let sum = 0;
          for (let d = 0; d < D; d++)
            sum += query.data[(n * Tq + q) * D + d] * key.data[(n * Tv + k) * D + d];
          return sum / Math.sqrt(D);
        });
        const total = scores.reduce((sum, s) => sum + Math.exp(s), 0);
        for (let k = 0; k < Tv; k++) {
          expect(outputs[1].data[(n * Tq + q) * Tv + k]).toBeCloseTo(Math.exp(scores[k]) / total, 12);
        }
        for (let e = 0; e < 2; e++) {
          const sum = scores.reduce(
            (s, score, k) => s + (Math.exp(score) / total) * value.data[(n * Tv + k) * 2 + e],
            0,
          );
          const expected = query.mask[n * Tq + q] === 1 ? sum : 0;
          expect(outputs[0].data[(n * Tq + q) * 2 + e]).toBeCloseTo(expected, 12);
        }
      }
    }
  });

  test('are zeros where a query sees no key', async () => {
    const none = { ...value, mask: [0, 0, 0, 0, 1, 1, 1, 1] };
    const layers = [attention({ returnAttentionScores }), additiveAttention({ returnAttentionScores })];
    for (const layer of layers) {
      const { outputs } = await runLayer(layer, [{ ...query, mask: [1, 1, 1, 1, 1, 1] }, none, key], f64());
      expect(Array.from(outputs[0].data).slice(0, Tq * 2)).toEqual(Array.from({ length: Tq * 2 }, () => 0));
      expect(
        Array.from(outputs[1].data)
          .slice(Tq * Tv)
          .reduce((a, c) => a + c, 0),
      ).toBeCloseTo(Tq, 10);
    }
  });

  test('dropout drops weights in training alone', async () => {
    const layer = attention({ dropout: 0.5, returnAttentionScores });
    const still = await runLayer(layer, [query, value, key], f64());
    const dropped = await runLayer(layer, [query, value, key], f64(), { training: true });
    const weights = Array.from(dropped.outputs[1].data);
    const kept = Array.from(still.outputs[1].data, (w, i) => (weights[i] === 0 ? 0 : 2 * w));
    kept.forEach((w, i) => {
      expect(weights[i]).toBeCloseTo(w, 12);
    });
    expect(
      Array.from(weights).filter((w, i) => w === 0 && still.outputs[1].data[i] > 0).length,
    ).toBeGreaterThan(0);
  });

  test('one head with identities for projections is scaled dot-product attention', async () => {
    const heads = multiHeadAttention({ numHeads: 1, keyDim: D, useBias: false, returnAttentionScores });
    const identity = Array.from({ length: D * D }, (_, i) => (i % (D + 1) === 0 ? 1 : 0));
    const plain = [{ ...query, mask: undefined }, { ...key }].map(({ shape, data }) => ({ shape, data }));
    const weights = [identity, identity, identity, identity];
    const got = await runLayer(heads, plain, f64(), { weights });
    const expected = await runLayer(attention({ scaled: true, returnAttentionScores }), plain, f64());
    expect(got.outputs[1].shape).toEqual([N, 1, Tq, Tv]);
    for (const i of [0, 1]) {
      Array.from(expected.outputs[i].data).forEach((x, k) => {
        expect(got.outputs[i].data[k]).toBeCloseTo(x, 12);
      });
    }
  });
});

describe('options of attention', () => {
  test('configs make the layers again', () => {
    const layers: [AnyLayer, (config: never) => AnyLayer][] = [
      [attention({ useScale: true, scoreMode: 'concat', dropout: 0.1 }), attention],
      [additiveAttention({ useScale: false, useCausalMask: true }), additiveAttention],
      [multiHeadAttention({ numHeads: 2, keyDim: 3, kernelRegularizer: 'l1', seed: 4 }), multiHeadAttention],
    ];
    for (const [layer, make] of layers) {
      const config = layer.getConfig!();
      expect(make(config as never).getConfig!()).toEqual(config);
    }
  });

  test('wrong ones are refused', () => {
    expect(() => attention({ scoreMode: 'cosine' as never })).toThrow(/'dot' or 'concat'/);
    expect(() => attention({ scoreMode: 'concat', scaled: true })).toThrow(OptionError);
    expect(() => attention({ dropout: 1 })).toThrow(/dropout/);
    expect(() => attention({ score: 'dot' } as never)).toThrow(/no option score/);
    expect(() => multiHeadAttention({ numHeads: 0, keyDim: 2 })).toThrow(/numHeads/);
    expect(() => multiHeadAttention({ numHeads: 1, keyDim: 2, outputShape: -1 })).toThrow(/outputShape/);
  });

  test('inputs that do not go together are refused, with their shapes', async () => {
    const of = (...shape: number[]) => ({ shape, data: new Float64Array(shape.reduce((a, c) => a * c, 1)) });
    const run = (...inputs: ReturnType<typeof of>[]) => runLayer(attention(), inputs, f64());
    await expect(run(of(2, 3, 4))).rejects.toThrow(/1 inputs/);
    await expect(run(of(2, 3, 4), of(2, 5, 3))).rejects.toThrow(
      /\[2, 3, 4\], \[2, 5, 3\].*differ in features/,
    );
    await expect(run(of(2, 3, 4), of(3, 5, 4))).rejects.toThrow(/batches differ/);
    await expect(run(of(2, 3, 4), of(2, 5, 4), of(2, 6, 4))).rejects.toThrow(/differ in steps/);
    await expect(run(of(2, 4), of(2, 4))).rejects.toThrow(ShapeError);
  });
});

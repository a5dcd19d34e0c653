// A user's own layers, made of public exports alone: they train, mask, have weights with rules, and nest.
import { expect, test } from 'vitest';
import {
  type AnyLayer,
  added,
  applyActivation,
  type Builder,
  cpu,
  defineLayer,
  initializers,
  type Layer,
  multiplied,
  product,
  regularizers,
  scaled,
  type Tensor,
  timeDistributed,
} from '../../src/index.ts';
import { emitPenalties } from '../../src/layers/regularizers.ts';
import { checkGradients } from '../harness/gradient_check.ts';
import { runLayer } from '../harness/layer_run.ts';

/** y = x∘gain, with a gain for each feature. */
const scale = () =>
  defineLayer({
    name: 'scale',
    className: 'Scale',
    build(b: Builder, x: Tensor): Tensor {
      const width = x.shape.at(-1)!;
      const gain = b.param('gain', [width], (next) => initializers.ones()([width], next), {
        regularizer: regularizers.l2(0.1),
      });
      return multiplied(b, x, gain);
    },
    getConfig: () => ({}),
  });

/** y = x + factor·f(x) for any layer f that keeps the shape. */
const residual = (inner: Layer, factor = 1) =>
  defineLayer({
    name: 'residual',
    inner: [inner] as readonly AnyLayer[],
    build: (b: Builder, x: Tensor): Tensor =>
      added(
        b,
        x,
        scaled(
          b,
          b.scope(inner.name, () => inner.build(b, x)),
          factor,
        ),
      ),
  });

/** y = tanh(x·W), with a weight of its own. */
const mixed = () =>
  defineLayer({
    name: 'mixed',
    build(b: Builder, x: Tensor): Tensor {
      const D = x.shape.at(-1)!;
      const w = b.param('kernel', [D, D], (next) => initializers.orthogonal()([D, D], next));
      return applyActivation(b, product(b, x, w), 'tanh');
    },
  });

test('a residual of a scale of a sequence computes what it says, with the mask of x', async () => {
  const x = { shape: [1, 2, 2], data: [1, 2, 3, 4], mask: [1, 0] };
  const { outputs, masks } = await runLayer(residual(scale(), 0.5), [x], cpu({ precision: 'f64' }), {
    weights: [[2, 10]],
  });
  expect(Array.from(outputs[0].data)).toEqual([2, 12, 6, 24]);
  expect(Array.from(masks[0]!.data)).toEqual([1, 0]);
});

test('their gradients are right, penalties included, on rows, sequences and steps', async () => {
  for (const shape of [
    [3, 4],
    [3, 2, 4],
  ]) {
    await checkGradients({
      build(b) {
        const x = b.input('x', shape, { differentiable: true });
        const y = residual(scale()).build(b, residual(mixed()).build(b, x));
        return { inputs: [x], outputs: [y], losses: [...emitPenalties(b)] };
      },
    });
  }
  await checkGradients({
    build(b) {
      const x = b.input('x', [3, 2, 4], { differentiable: true });
      return { inputs: [x], outputs: [timeDistributed(residual(mixed())).build(b, x)] };
    },
  });
});

test('a definition without a name or build is refused', () => {
  expect(() => defineLayer({ name: 'no build' } as never)).toThrow(/build/);
  expect(() => defineLayer({ name: 'a/b', build: (_b: Builder, x: Tensor) => x })).toThrow(/name/);
});

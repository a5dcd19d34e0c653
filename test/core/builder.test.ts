// The builder's rules: what it refuses, where gradients go, and what a plan says about itself.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { type Builder, buildPlan } from '../../src/core/builder.ts';
import { ShapeError } from '../../src/core/errors.ts';
import { defineKernel } from '../../src/core/kernel.ts';
import { defaultLimits } from '../../src/core/limits.ts';
import { Parameters } from '../../src/core/parameters.ts';

/** y = factor·x: a kernel without offsets, as a user would write one. */
const scale = defineKernel({
  name: 'scale',
  wgsl: '',
  bindings: { x: 'read', y: 'write' },
  params: { count: 'u32', factor: 'f32' },
  workgroups: (p) => [Math.ceil(p.count / 64), 1, 1],
  reference({ x, y }, p) {
    for (let i = 0; i < p.count; i++) y[i] = p.factor * x[i];
  },
});

function plan(body: (b: Builder) => void, training = true, parameters = new Parameters()) {
  return buildPlan({ name: 'test', limits: defaultLimits, parameters, training }, body);
}

const zeros = (n: number) => () => new Float32Array(n);

describe('dispatch', () => {
  test('refuses a missing binding, a wrong dtype and a missing or senseless param', () => {
    const refused = (message: RegExp, emit: (b: Builder) => void) =>
      expect(() => plan(emit)).toThrow(message);
    refused(/binding y is missing/, (b) =>
      // @ts-expect-error: the types forbid it as well
      b.dispatch(scale, { x: b.input('x', [4]) }, { count: 4, factor: 2 }),
    );
    refused(/x takes f32, got u32 \(ids \[4\]\)/, (b) => {
      const x = b.input('ids', [4], { dtype: 'u32' });
      b.dispatch(scale, { x, y: b.scratch('y', [4]) }, { count: 4, factor: 2 });
    });
    refused(/param factor is missing/, (b) => {
      const x = b.input('x', [4]);
      // @ts-expect-error: the types forbid it as well
      b.dispatch(scale, { x, y: b.scratch('y', [4]) }, { count: 4 });
    });
    refused(/param count must be a u32, got -1/, (b) => {
      const x = b.input('x', [4]);
      b.dispatch(scale, { x, y: b.scratch('y', [4]) }, { count: -1, factor: 1 });
    });
  });

  test('refuses to read and write one buffer in one dispatch, and names both bindings', () => {
    expect(() =>
      plan((b) => {
        const x = b.scratch('x', [128]);
        const params = { count: 64, factor: 2 };
        b.dispatch(scale, { x: b.view(x, 0, [64]), y: b.view(x, 64, [64]) }, params);
      }),
    ).toThrow(/x and y are bound to one buffer \(x\)/);
  });

  test('refuses more workgroups than a device has and bindings that are too large', () => {
    expect(() =>
      plan((b) => {
        const x = b.input('x', [64]);
        b.dispatch(scale, { x, y: b.scratch('y', [64]) }, { count: 64 * 70000, factor: 2 });
      }),
    ).toThrow(/needs \[70000, 1, 1\] workgroups, .* to 65535; use fewer units, or a smaller batch or window/);
    expect(() =>
      plan((b) => {
        const x = b.input('x', [40_000_000]);
        b.dispatch(scale, { x, y: b.scratch('y', [40_000_000]) }, { count: 64, factor: 2 });
      }),
    ).toThrow(
      /x \[40000000\] is larger than this device can bind .*; use a smaller batch, window or vocabulary/,
    );
    expect(() =>
      plan((b) => {
        const w = b.param('w', [40_000_000], () => []);
        b.dispatch(scale, { x: w, y: b.scratch('y', [64]) }, { count: 64, factor: 2 });
      }),
    ).toThrow(
      / \(of the weights, whatever the batch\) is larger .*; use fewer units or a smaller vocabulary/,
    );
  });

  test('gives a kernel without offsets a copy of an unaligned view, and copies its result back', async () => {
    const built = plan((b) => {
      const x = b.input('x', [10]);
      const y = b.scratch('y', [10]);
      b.dispatch(scale, { x: b.view(x, 3, [4]), y: b.view(y, 5, [4]) }, { count: 4, factor: 10 });
      b.output('y', y);
    });
    expect(built.counts()).toEqual({ dispatches: 1, copies: 2, clears: 0 });
    const backend = cpu();
    const executable = await backend.load(built);
    backend.write(built.inputs.x, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    executable.run();
    expect([...(await backend.read(built.outputs.y))]).toEqual([0, 0, 0, 0, 0, 30, 40, 50, 60, 0]);
  });
});

describe('gradients', () => {
  test('the first contribution overwrites, later ones add', () => {
    plan((b) => {
      const x = b.input('x', [4], { differentiable: true });
      expect(b.gradOf(x)).toBeUndefined();
      expect(b.gradInto(x)?.accumulate).toBe(0);
      expect(b.gradInto(x)?.accumulate).toBe(1);
      expect(b.gradOf(x)?.shape).toEqual([4]);
    });
  });

  test('the gradient of a view is a part of the gradient of its source, the rest starts from zero', () => {
    const built = plan((b) => {
      const x = b.activation('x', [10]);
      const part = b.gradInto(b.view(x, 2, [3]))!;
      expect(part.accumulate).toBe(0);
      expect(part.tensor.offset).toBe(2);
      expect(part.tensor.base).toBe(b.gradOf(x));
      expect(b.gradInto(b.view(x, 0, [10]))?.accumulate).toBe(1);
    });
    const cleared = built.steps.map((s) => (s.kind === 'clear' ? [s.tensor.offset, s.tensor.shape[0]] : []));
    expect(cleared).toEqual([
      [0, 2],
      [5, 5],
    ]);
  });

  test('inputs, frozen parameters and plans without training want none', () => {
    plan((b) => {
      expect(b.gradInto(b.input('x', [4]))).toBeUndefined();
      expect(b.gradInto(b.param('frozen', [4], zeros(4), { trainable: false }))).toBeUndefined();
    });
    plan((b) => {
      expect(b.gradInto(b.activation('x', [4]))).toBeUndefined();
      expect(() => b.backward()).toThrow(/no training plan/);
    }, false);
  });

  test('a parameter that the plan does not use gets a gradient of zero', () => {
    const parameters = new Parameters();
    plan((b) => void b.param('w', [4], zeros(4)), false, parameters);
    const built = plan((b) => b.backward(), true, parameters);
    expect(built.steps).toMatchObject([
      { kind: 'clear', tensor: parameters.gradientOf(parameters.get('w')!) },
    ]);
  });

  test('closures run in reverse order, in the scope in which they were left', () => {
    const seen: string[] = [];
    plan((b) => {
      b.scope('a', () => b.onBackward(() => seen.push(b.path)));
      b.scope('b', () => b.scope('c', () => b.onBackward(() => seen.push(b.path))));
      b.backward();
      expect(() => b.backward()).toThrow(/goes backward twice/);
    });
    expect(seen).toEqual(['b/c', 'a']);
  });
});

describe('parameters', () => {
  test('are shared by name between plans, and one name has one shape', () => {
    const parameters = new Parameters();
    let first: unknown;
    plan((b) => b.scope('dense', () => (first = b.param('kernel', [2, 3], zeros(6)))), true, parameters);
    plan(
      (b) => b.scope('dense', () => expect(b.param('kernel', [2, 3], zeros(6))).toBe(first)),
      true,
      parameters,
    );
    const other = () =>
      plan((b) => b.scope('dense', () => b.param('kernel', [3, 3], zeros(9))), true, parameters);
    expect(other).toThrow('[dense/kernel] is [2, 3] already and cannot be [3, 3] as well');
    expect(() => plan((b) => void b.param('new', [1], zeros(1)), true, parameters)).toThrow(
      /fixed by its first plan/,
    );
  });

  test('lie in one flat array at multiples of 256 bytes, gradients and slots at the same places', () => {
    const parameters = new Parameters();
    plan(
      (b) => {
        b.param('a', [3], zeros(3));
        b.param('b', [65], zeros(65));
        b.param('c', [1], zeros(1));
      },
      true,
      parameters,
    );
    expect(parameters.all.map((p) => p.offset)).toEqual([0, 64, 192]);
    expect(parameters.all.map((p) => parameters.gradientOf(p).offset)).toEqual([0, 64, 192]);
    expect(parameters.size).toBe(256);
    expect(parameters.slot('momentum').shape).toEqual([256]);
  });

  test('start from values that depend on the seed and the name alone', async () => {
    const values = async (seed: number, names: string[]) => {
      const parameters = new Parameters({ seed });
      const built = plan(
        (b) => {
          for (const name of names)
            b.param(name, [3], (next) => [next.normal(), next.normal(), next.normal()]);
        },
        true,
        parameters,
      );
      const backend = cpu();
      await backend.load(built);
      return [...(await backend.read(parameters.get('w')!))];
    };
    expect(await values(1, ['w'])).toEqual(await values(1, ['v', 'w']));
    expect(await values(1, ['w'])).not.toEqual(await values(2, ['w']));
  });
});

describe('a plan', () => {
  test('explains itself and folds repeated steps', () => {
    const built = plan((b) => {
      const x = b.input('x', [64]);
      const y = b.scratch('y', [64]);
      b.scope('loop', () => {
        for (let i = 0; i < 5; i++) b.dispatch(scale, { x, y }, { count: 64, factor: i });
      });
      b.copy(y, b.state('kept', [64]), 'end');
    });
    const text = built.explain();
    expect(text).toContain('plan test: 5 dispatches, 1 copies, 0 clears');
    expect(text).toContain('0-4  loop: scale [1, 1, 1]  x=x[64] >y=y[64]');
    expect(text).toContain('x5');
    expect(built.explain({ full: true }).split('\n').length).toBe(text.split('\n').length + 4);
    expect(built.memory().total).toBe(3 * 256);
  });

  test('refuses two inputs or two states of one name, and a copy between unequal sizes', () => {
    expect(() => plan((b) => [b.input('x', [1]), b.input('x', [1])].length)).toThrow(/share this input name/);
    expect(() => plan((b) => [b.state('s', [1]), b.state('s', [1])].length)).toThrow(ShapeError);
    expect(() => plan((b) => b.copy(b.input('x', [2]), b.scratch('y', [3])))).toThrow(/cannot copy x \[2\]/);
  });

  test('refuses a shape that no tensor can have', () => {
    expect(() => plan((b) => void b.input('x', [2, 0]))).toThrow(/positive integer, got shape \[2, 0\]/);
    expect(() => plan((b) => void b.input('x', [1.5]))).toThrow(ShapeError);
  });
});

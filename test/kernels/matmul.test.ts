// The ways of a matrix product: what the cost model takes on known devices, and that all of them compute the same.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { buildPlan } from '../../src/core/builder.ts';
import type { TrialSize } from '../../src/core/choices.ts';
import { deviceModel } from '../../src/core/device_model.ts';
import { defaultLimits, type Limits } from '../../src/core/limits.ts';
import { Parameters } from '../../src/core/parameters.ts';
import { random } from '../../src/core/random.ts';
import { sizeOf } from '../../src/core/tensor.ts';
import { matmul } from '../../src/kernels/matmul.ts';
import { sliceLength, waysOf } from '../../src/kernels/matmul_ways.ts';
import { compare } from '../harness/kernel_run.ts';

const on = (words: string): Limits => ({ ...defaultLimits, model: deviceModel(words, false) });
const software: Limits = { ...defaultLimits, cheapBarriers: false, model: deviceModel('', true) };
const devices: Record<string, Limits> = {
  H100: on('NVIDIA H100 80GB HBM3'),
  'integrated Intel': on('Intel Iris Xe'),
  'Apple M1': on('Apple M1'),
  SwiftShader: software,
};

describe('what the cost model takes', () => {
  const chosen = (device: string, m: number, n: number, k: number) =>
    waysOf({ m, n, k }, devices[device])[0].name;

  test('large tiles for large products on a large GPU', () => {
    expect(chosen('H100', 8192, 4096, 1024)).toBe('tiled 128');
    expect(chosen('H100', 640, 10000, 650)).toMatch(/^tiled (64|128)$/);
  });

  test('no tile whose registers a core does not have', () => {
    expect(chosen('integrated Intel', 8192, 4096, 1024)).toBe('tiled 64');
  });

  test('slices for a long sum with a small result', () => {
    expect(chosen('H100', 64, 512, 1024)).toMatch(/^tiled (32|64) x\d+$/);
  });

  test('the vector kernel for one row', () => {
    for (const device of ['H100', 'Apple M1', 'integrated Intel']) {
      expect(chosen(device, 1, 10000, 650), device).toMatch(/^vector 1/);
    }
  });

  test('registers on a software adapter', () => {
    expect(chosen('SwiftShader', 1024, 512, 64)).toBe('register 16');
    expect(chosen('SwiftShader', 1, 512, 128)).toMatch(/^register 1/);
  });

  test('operands in f16 only where the device has them, beside six in f32', () => {
    const halves: Limits = { ...devices.H100, precision: 'f16', halves: true };
    const names = (limits: Limits) => waysOf({ m: 8192, n: 4096, k: 1024 }, limits).map(({ name }) => name);
    const whole = names({ ...devices.H100, precision: 'f16' });
    expect(names(halves)).toEqual(expect.arrayContaining(whole));
    const added = (limits: Limits) => names(limits).filter((name) => !whole.includes(name));
    expect(added(halves).length).toBeGreaterThan(0);
    expect(added(halves).length).toBeLessThanOrEqual(6);
    for (const name of added(halves)) expect(name).toMatch(/^tiled (32|64|128) f16( x\d+)?$/);
    const matrices = (matrixSide: number, subgroupThreads: number) =>
      added({ ...halves, workgroupBytes: 32768, matrixSide, subgroupThreads })[0];
    expect(matrices(16, 32)).toMatch(/^subgroup (64|128) f16$/);
    expect(matrices(8, 32)).toMatch(/^subgroup (64|128) f16$/);
    // Subgroups of 128 have more threads than a workgroup is granted, and no shader knows matrices of 12.
    expect(matrices(16, 128)).toMatch(/^tiled/);
    expect(matrices(12, 32)).toMatch(/^tiled/);
    expect(names({ ...halves, cheapBarriers: false }).filter((name) => name.includes('f16'))).toEqual([]);
  });

  test.each(Object.keys(devices))('one to six candidates with names of their own on %s', (device) => {
    for (const [m, n, k] of [
      [1, 1, 1],
      [1, 10000, 650],
      [8192, 4096, 1024],
      [64, 512, 1024],
      [3, 5, 100_000],
      [100_000, 3, 5],
    ]) {
      const ways = waysOf({ m, n, k }, devices[device]);
      expect(ways.length).toBeGreaterThan(0);
      expect(ways.length).toBeLessThanOrEqual(6);
      expect(new Set(ways.map((way) => way.name)).size).toBe(ways.length);
      for (const { slices, estimate } of ways) {
        expect(Math.ceil(k / sliceLength(k, slices))).toBe(slices);
        expect(estimate).toBeGreaterThan(0);
        expect(estimate).toBeLessThan(Number.POSITIVE_INFINITY);
      }
    }
  });
});

test('rounded to halves, small gradients keep their digits', async () => {
  const [m, n, k] = [9, 13, 40];
  const halves: Limits = { ...defaultLimits, precision: 'f16', halves: true };
  const run = async (way: string, gradient: boolean) => {
    const limits: Limits = { ...halves, tuned: { get: () => way } };
    const backend = cpu({ precision: 'f64', limits });
    const plan = buildPlan({ name: 'gradients', limits, parameters: new Parameters() }, (b) => {
      const c = b.state('c', [m, n]);
      matmul(b, {
        a: { tensor: b.state('a', [k, m]), rows: k, cols: m, transposed: true },
        b: { tensor: b.state('b', [k, n]), rows: k, cols: n, gradient },
        c: { tensor: c, rows: m, cols: n },
      });
      return { c };
    });
    expect(plan.choices[0].chosen).toBe(way);
    const executable = await backend.load(plan);
    const next = random(1, 'gradients');
    const values = (size: number, scale: number) =>
      Float64Array.from({ length: size }, () => scale * next.normal());
    backend.write(plan.states.a, values(k * m, 1));
    backend.write(plan.states.b, values(k * n, 1e-6));
    executable.run();
    return Float64Array.from(await backend.read(plan.outputs.c));
  };
  const whole = await run('tiled 32', true);
  const error = (got: Float64Array) =>
    Math.sqrt(
      got.reduce((sum, x, i) => sum + (x - whole[i]) ** 2, 0) / whole.reduce((sum, x) => sum + x * x, 0),
    );
  expect(error(await run('tiled 32 f16', true))).toBeLessThan(1e-3);
  expect(error(await run('tiled 32 f16', false))).toBeGreaterThan(1e-2);
});

/** The plan of a product that could be a layer's: strided, unaligned, with bias, added to. */
function planOf(limits: Limits, m: number, n: number, k: number) {
  return buildPlan({ name: 'product', limits, parameters: new Parameters() }, (b) => {
    matmul(b, {
      a: { tensor: b.scratch('a', [1 + k * m]), rows: k, cols: m, offset: 1, transposed: true },
      b: { tensor: b.scratch('b', [k, n + 3]), rows: k, cols: n, stride: n + 3 },
      c: { tensor: b.scratch('c', [m, n]), rows: m, cols: n },
      bias: b.scratch('bias', [2, n]),
      biasRows: 2,
      accumulate: 1,
    });
  });
}

async function outputOf(limits: Limits, m: number, n: number, k: number, name: string, size: TrialSize) {
  const [choice] = planOf(limits, m, n, k).choices;
  let trial!: ReturnType<typeof choice.trial>;
  const plan = buildPlan({ name, limits, parameters: new Parameters() }, (b) => {
    trial = choice.trial(b, name, size);
    trial.emit();
  });
  const backend = cpu({ precision: 'f64', limits });
  const executable = await backend.load(plan);
  const next = random(1, 'trial');
  for (const { tensor, scale } of trial.inputs) {
    backend.write(
      tensor,
      Float64Array.from({ length: sizeOf(tensor.shape) }, () => scale * next.normal()),
    );
  }
  executable.run();
  const output = await backend.read(trial.outputs[0]);
  executable.dispose();
  return { output: Float64Array.from(output), plan };
}

describe('trials', () => {
  test.each(['H100', 'SwiftShader'])('of all candidates leave the same on %s', async (device) => {
    for (const [m, n, k] of [
      [6, 50, 1000],
      [70, 40, 900],
    ]) {
      const [{ key, candidates }] = planOf(devices[device], m, n, k).choices;
      expect(key).toBe(`matmul tn ${m}x${n}x${k} +bias +c${n % 4 === 0 ? ' vec4 c' : ''}`);
      const first = await outputOf(devices[device], m, n, k, candidates[0].name, 'time');
      for (const { name } of candidates) {
        const { output } = await outputOf(devices[device], m, n, k, name, 'time');
        const result = compare(name, output, first.output, { sum: k });
        expect(result.passed, result.message).toBe(true);
      }
    }
  });

  test('of a candidate that does not exist are refused', async () => {
    const unknown = outputOf(devices.H100, 70, 40, 900, 'tiled 48', 'time');
    await expect(unknown).rejects.toThrow(/tiled 48 is none of tiled/);
  });

  test('with other strides are measured on their own', () => {
    const keyFor = (stride: number, offset: number) =>
      buildPlan({ name: 'product', limits: devices.H100, parameters: new Parameters() }, (b) => {
        const a = { tensor: b.scratch('a', [offset + 64 * stride]), rows: 64, cols: 64, stride, offset };
        const right = { tensor: b.scratch('b', [64, 64]), rows: 64, cols: 64 };
        matmul(b, { a, b: right, c: { tensor: b.scratch('c', [64, 64]), rows: 64, cols: 64 } });
      }).choices[0].key;
    expect(keyFor(64, 0)).toBe('matmul nn 64x64x64 vec4 abc');
    expect(keyFor(68, 4)).toBe(keyFor(64, 0));
    expect(keyFor(65, 0)).toBe('matmul nn 64x64x64 vec4 bc');
    expect(keyFor(64, 2)).toBe(keyFor(65, 0));
  });

  test('for a check are small and specialised alike', async () => {
    const limits = devices.H100;
    for (const { name } of planOf(limits, 2050, 1030, 4100).choices[0].candidates) {
      const { plan } = await outputOf(limits, 2050, 1030, 4100, name, 'check');
      const [step] = plan.steps;
      if (step.kind !== 'dispatch') throw new Error('the first step is the product');
      expect(step.kernel.cost?.(step.params).flops).toBeLessThan(2e7);
      const whole = buildPlan(
        { name, limits: { ...limits, tuned: { get: () => name } }, parameters: new Parameters() },
        (b) => {
          matmul(b, {
            a: {
              tensor: b.scratch('a', [1 + 4100 * 2050]),
              rows: 4100,
              cols: 2050,
              offset: 1,
              transposed: true,
            },
            b: { tensor: b.scratch('b', [4100, 1033]), rows: 4100, cols: 1030, stride: 1033 },
            c: { tensor: b.scratch('c', [2050, 1030]), rows: 2050, cols: 1030 },
            bias: b.scratch('bias', [2, 1030]),
            biasRows: 2,
            accumulate: 1,
          });
        },
      );
      const [product] = whole.steps;
      expect(product.kind === 'dispatch' && product.constants).toEqual(step.constants);
    }
  });
});

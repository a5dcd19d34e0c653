// A choice for the tests of tuning: y = 2x, by kernels that take different times, are wrong, or do not work at all.
import type { Builder } from '../../src/core/builder.ts';
import { buildPlan } from '../../src/core/builder.ts';
import type { Choice } from '../../src/core/choices.ts';
import { defineKernel, linearGrid } from '../../src/core/kernel.ts';
import type { Limits } from '../../src/core/limits.ts';
import { Parameters } from '../../src/core/parameters.ts';
import type { Plan } from '../../src/core/plan.ts';

const SIZE = 4096;

/** y = 2x, after `turns` turns of a loop that changes nothing; the shader adds `error` to what the reference computes. */
function doubling(name: string, { turns = 1, error = 0, referenceError = 0, broken = false } = {}) {
  return defineKernel({
    name,
    wgsl: `
      struct Params { count: u32 }
      @group(0) @binding(0) var<uniform> params: Params;
      @group(0) @binding(1) var<storage, read> x: array<f32>;
      @group(0) @binding(2) var<storage, read_write> y: array<f32>;
      @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
        if (id.x >= params.count) { return; }
        var value = x[id.x];
        // Nothing is as large as 1e30, but no compiler knows.
        for (var i = 0u; i < ${turns}u; i++) { if (value > 1e30) { value = sin(value); } value = value * 1.0; }
        y[id.x] = 2.0 * value + ${error.toFixed(6)}${broken ? ' + missing' : ''};
      }`,
    bindings: { x: 'read', y: 'write' },
    params: { count: 'u32' },
    workgroups: ({ count }) => linearGrid(count, 64),
    reference({ x, y }, { count }) {
      for (let i = 0; i < count; i++) y[i] = 2 * x[i] + referenceError;
    },
  });
}

export const doublingKernels = {
  slow: doubling('slow', { turns: 20_000 }),
  quick: doubling('quick'),
  middling: doubling('middling', { turns: 4_000 }),
  steady: doubling('steady', { turns: 6_000 }),
  /** Its shader computes something else than its reference. */
  astray: doubling('astray', { error: 0.01 }),
  /** Reference and shader agree, on something else than everyone else. */
  other: doubling('other', { error: 0.05, referenceError: 0.05 }),
  broken: doubling('broken', { broken: true }),
} as const;

export type Doubling = keyof typeof doublingKernels;

/** A choice among these, with estimates in microseconds. */
export function doublingChoice(estimates: Partial<Record<Doubling, number>>, key = `double ${SIZE}`): Choice {
  const names = Object.keys(estimates) as Doubling[];
  return {
    key,
    candidates: names.map((name) => ({ name, estimate: estimates[name]! })),
    trial(b, candidate, size) {
      const count = size === 'check' ? 64 : SIZE;
      const x = b.scratch('x', [count]);
      const y = b.scratch('y', [count]);
      const kernel = doublingKernels[candidate as Doubling];
      return {
        inputs: [{ tensor: x, scale: 1 }],
        outputs: [y],
        emit: () => b.dispatch(kernel, { x, y }, { count }),
      };
    },
  };
}

/** A plan that doubles [0, 1, 2, 3] into its output `y` by what the choice takes. */
export function doublingPlan(limits: Limits, choice: Choice): Plan {
  return buildPlan({ name: 'double', limits, parameters: new Parameters() }, (b: Builder) => {
    const kernel = doublingKernels[b.choose(choice) as Doubling];
    const x = b.state('x', [4], { initial: () => [0, 1, 2, 3] });
    const y = b.scratch('y', [4]);
    b.dispatch(kernel, { x, y }, { count: 4 });
    return { y };
  });
}

/** The kernel that a plan took. */
export function kernelOf(plan: Plan): string {
  const step = plan.steps.find((s) => s.kind === 'dispatch');
  return step?.kind === 'dispatch' ? step.kernel.name : '';
}

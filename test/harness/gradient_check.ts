// Finite differences through a plan in f64: every gradient that the backward steps give is checked against them.
import { expect } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { type Builder, buildPlan } from '../../src/core/builder.ts';
import type { Limits } from '../../src/core/limits.ts';
import { Parameters } from '../../src/core/parameters.ts';
import { random } from '../../src/core/random.ts';
import { sizeOf, type Tensor } from '../../src/core/tensor.ts';
import { addInto } from '../../src/kernels/sum_slices.ts';

export interface GradientCheck {
  /**
   * Emits the forward steps. Returned `outputs` are weighted with random numbers and summed to the checked scalar;
   * a returned `loss` [1] (or several), which starts its own gradient, is added as it is. Parameters are always checked, `inputs`
   * (declared differentiable) where they are returned.
   */
  build(b: Builder): { outputs?: Tensor[]; losses?: Tensor[]; loss?: Tensor; inputs?: Tensor[] };
  /** Values of inputs by full name; those not named get normal values, u32 inputs must be named. */
  inputs?: Record<string, ArrayLike<number>>;
  /** Largest relative difference; default 1e-6. */
  tolerance?: number;
  /** At most so many elements of each tensor are perturbed; default 40. */
  samples?: number;
  limits?: Partial<Limits>;
}

/** Adds an upstream gradient for `y`; to be called before `b.backward()`. */
export function seedGradient(b: Builder, y: Tensor, upstream: Tensor): void {
  b.onBackward(() => {
    const into = b.gradInto(y);
    if (!into) throw new Error(`${y.name} takes no gradient`);
    if (into.accumulate === 1) addInto(b, upstream, into.tensor);
    else b.copy(upstream, into.tensor);
  });
}

/** Compares the gradient of every parameter and differentiable input with central differences. */
export async function checkGradients(check: GradientCheck): Promise<void> {
  const { tolerance = 1e-6, samples = 40 } = check;
  const backend = cpu({ precision: 'f64', ...(check.limits && { limits: check.limits }) });
  const parameters = new Parameters({ seed: 7 });
  const gradients = new Map<Tensor, Tensor>();
  const weighted: { y: Tensor; upstream: Tensor }[] = [];
  let losses: Tensor[] = [];
  const plan = buildPlan({ name: 'check', limits: backend.limits, parameters, training: true }, (b) => {
    const built = check.build(b);
    losses = [...(built.losses ?? []), ...(built.loss ? [built.loss] : [])];
    (built.outputs ?? []).forEach((y, i) => {
      const upstream = b.input(`upstream ${i}`, y.shape);
      weighted.push({ y, upstream });
      seedGradient(b, y, upstream);
    });
    b.backward();
    for (const t of [...parameters.all, ...(built.inputs ?? [])]) {
      if (!t.differentiable) continue;
      const gradient = t.role === 'param' ? parameters.gradientOf(t) : b.gradOf(t);
      if (!gradient) throw new Error(`nothing flows into ${t.name}`);
      gradients.set(t, gradient);
    }
    for (const { y } of weighted) b.output(`y ${y.id}`, y);
  });
  const executable = await backend.load(plan);
  const next = random(3, 'gradient check');
  const upstreams = new Map<Tensor, Float64Array>();
  for (const t of Object.values(plan.inputs)) {
    const values =
      check.inputs?.[t.name] ?? Float64Array.from({ length: sizeOf(t.shape) }, () => next.normal());
    backend.write(t, values);
    upstreams.set(t, Float64Array.from(values));
  }
  const scalar = async (): Promise<number> => {
    for (const state of Object.values(plan.states)) {
      backend.write(state, state.initial?.() ?? new Float64Array(sizeOf(state.shape)));
    }
    executable.run();
    let sum = 0;
    for (const loss of losses) sum += (await backend.read(loss))[0];
    for (const { y, upstream } of weighted) {
      const values = await backend.read(y);
      const weights = upstreams.get(upstream)!;
      for (let i = 0; i < values.length; i++) sum += values[i] * weights[i];
    }
    return sum;
  };
  await scalar();
  const analytic = new Map<Tensor, Float64Array>();
  for (const [t, gradient] of gradients) analytic.set(t, Float64Array.from(await backend.read(gradient)));
  expect(analytic.size, 'tensors with a gradient').toBeGreaterThan(0);

  for (const [t, gradient] of analytic) {
    const values = Float64Array.from(await backend.read(t));
    const scale = Math.max(1e-3, ...gradient.map(Math.abs));
    const stride = Math.max(1, Math.floor(values.length / samples));
    for (let i = 0; i < values.length; i += stride) {
      const original = values[i];
      const step = 1e-5 * Math.max(1, Math.abs(original));
      values[i] = original + step;
      backend.write(t, values);
      const above = await scalar();
      values[i] = original - step;
      backend.write(t, values);
      const below = await scalar();
      values[i] = original;
      backend.write(t, values);
      const numeric = (above - below) / (2 * step);
      const difference = Math.abs(numeric - gradient[i]) / scale;
      if (!(difference <= tolerance)) {
        expect.fail(
          `d ${t.name}[${i}] is ${gradient[i]}, by differences ${numeric} (relative ${difference})`,
        );
      }
    }
  }
}

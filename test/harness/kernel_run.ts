// Runs one case of a kernel on a backend and compares it with the reference in f64.
import type { Backend } from '../../src/backends/backend.ts';
import { cpu } from '../../src/backends/cpu.ts';
import { buildPlan } from '../../src/core/builder.ts';
import { describeBinding, type Kernel } from '../../src/core/kernel.ts';
import { Parameters } from '../../src/core/parameters.ts';
import type { Plan } from '../../src/core/plan.ts';
import { random } from '../../src/core/random.ts';
import { sizeOf, type Tensor } from '../../src/core/tensor.ts';
import { defaultTolerance, type KernelCase } from '../cases/kernel_case.ts';

/** Says so where a kernel's cases cannot run, for want of what not all devices have; the caller skips them. */
export function cannotRun(
  kernel: Kernel,
  { limits, description }: Backend,
  warn: (text: string) => void = console.warn,
): string | undefined {
  const lacking = kernel.lacks?.(limits);
  if (lacking === undefined) return undefined;
  const reason = `${description} has no ${lacking}: the cases of ${kernel.name} are not run`;
  if (!told.has(reason)) warn(reason);
  told.add(reason);
  return reason;
}
const told = new Set<string>();

export interface Comparison {
  passed: boolean;
  /** What differs most, or an empty text. */
  message: string;
  nmse: number;
}

/** Runs `kernel` on `backend` with the case's tensors and compares everything it writes. */
export async function runKernelCase(kernel: Kernel, it: KernelCase, backend: Backend): Promise<Comparison> {
  const { plan, tensors } = planOf(kernel, it, backend);
  const data = valuesOf(kernel, it);
  const expected = await execute(cpu({ precision: 'f64', limits: backend.limits }), plan, tensors, data);
  const got = await execute(backend, plan, tensors, data);
  let worst: Comparison = { passed: true, message: '', nmse: 0 };
  for (const name of Object.keys(expected)) {
    const exact = describeBinding(kernel.bindings[name]).dtype === 'u32';
    const result = compare(name, got[name], expected[name], it, exact);
    if (!result.passed) return result;
    if (result.nmse > worst.nmse) worst = result;
  }
  return worst;
}

function planOf(
  kernel: Kernel,
  it: KernelCase,
  backend: Backend,
): { plan: Plan; tensors: Record<string, Tensor> } {
  const tensors: Record<string, Tensor> = {};
  const plan = buildPlan({ name: it.name, limits: backend.limits, parameters: new Parameters() }, (b) => {
    for (const [name, binding] of Object.entries(kernel.bindings)) {
      const described = it.tensors[name];
      if (!described) throw new Error(`case ${it.name} has no tensor for binding ${name}`);
      const { dtype } = describeBinding(binding);
      const at = described.at ?? 0;
      const whole = b.scratch(name, [at + sizeOf(described.shape)], dtype);
      tensors[name] = b.view(whole, at, described.shape);
    }
    b.dispatch(kernel, tensors, it.params);
  });
  return { plan, tensors };
}

function valuesOf(kernel: Kernel, it: KernelCase): Record<string, Float64Array> {
  return Object.fromEntries(
    Object.entries(kernel.bindings).map(([name, binding]) => {
      const described = it.tensors[name];
      const next = random(1, `${kernel.name} ${it.name} ${name}`);
      // f32 values, so that the f64 reference and the GPU start from the same numbers; integers have more bits.
      const rounded = describeBinding(binding).dtype === 'u32' ? (x: number) => x : Math.fround;
      const values = Float64Array.from({ length: sizeOf(described.shape) }, () =>
        rounded(described.values(next)),
      );
      return [name, values];
    }),
  );
}

async function execute(
  backend: Backend,
  plan: Plan,
  tensors: Record<string, Tensor>,
  data: Record<string, Float64Array>,
): Promise<Record<string, ArrayLike<number>>> {
  const executable = await backend.load(plan);
  try {
    for (const [name, values] of Object.entries(data)) backend.write(tensors[name], values);
    executable.run();
    const step = plan.steps.find((s) => s.kind === 'dispatch');
    if (step?.kind !== 'dispatch') throw new Error('the plan has no dispatch');
    const written = Object.entries(step.kernel.bindings).filter(
      ([, binding]) => !binding.startsWith('read '),
    );
    const results: Record<string, ArrayLike<number>> = {};
    for (const [name, binding] of written) {
      if (describeBinding(binding).access !== 'read') results[name] = await backend.read(tensors[name]);
    }
    return results;
  } finally {
    executable.dispose();
  }
}

/** Compares by NMSE and elementwise, as DESIGN.md part 7 says; `exact` for integers. */
export function compare(
  name: string,
  got: ArrayLike<number>,
  expected: ArrayLike<number>,
  it: Pick<KernelCase, 'sum' | 'tolerance'>,
  exact = false,
): Comparison {
  const { nmse: limit, absolute, relative } = it.tolerance ?? defaultTolerance;
  const scale = Math.sqrt(Math.max(1, it.sum ?? 1));
  let error = 0;
  let power = 0;
  let worst = { excess: 0, index: -1 };
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(got[i] - expected[i]);
    if (!Number.isFinite(got[i]) || !Number.isFinite(expected[i])) {
      return {
        passed: false,
        nmse: Number.NaN,
        message: `${name}[${i}] is ${got[i]}, expected ${expected[i]}`,
      };
    }
    error += difference ** 2;
    power += expected[i] ** 2;
    const allowed = exact ? 0 : scale * (absolute + relative * Math.abs(expected[i]));
    if (difference > allowed && difference - allowed > worst.excess) {
      worst = { excess: difference - allowed, index: i };
    }
  }
  const nmse = power > 0 ? error / power : error;
  if (worst.index >= 0) {
    const i = worst.index;
    return {
      passed: false,
      nmse,
      message: `${name}[${i}] is ${got[i]}, expected ${expected[i]} (NMSE ${nmse})`,
    };
  }
  // Below the absolute limit everywhere, a relative error of noise around zero says nothing.
  const noise = error <= expected.length * (absolute * 1e-2) ** 2;
  if (!exact && !(nmse <= limit) && !noise) {
    return { passed: false, nmse, message: `${name}: NMSE ${nmse} is above ${limit}` };
  }
  return { passed: true, nmse, message: '' };
}

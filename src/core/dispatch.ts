// Makes a dispatch of what a launcher gives: params checked and in order, views bound at their offset or copied.
import { checkParam } from './bindings.ts';
import { ShapeError, show } from './errors.ts';
import { describeBinding, type Kernel } from './kernel.ts';
import type { Limits } from './limits.ts';
import type { Dispatch } from './plan.ts';
import { rootOf, type Tensor } from './tensor.ts';

/** What a builder does for a view that starts where WebGPU binds nothing, and a kernel that knows no offsets. */
export interface Views {
  /** A copy of a view that no step changes, made once a run. */
  alignedOnce(t: Tensor): Tensor;
  /** A tensor of that shape with storage of its own. */
  storageLike(t: Tensor): Tensor;
  copy(from: Tensor, to: Tensor): void;
}

interface Bound {
  readonly bound: Record<string, Tensor>;
  /** Every param, offsets too, in the order of the uniform struct. */
  readonly values: Record<string, number>;
  /** What must go back, after the dispatch, to the view that it was copied from. */
  readonly copiesOut: readonly (readonly [from: Tensor, to: Tensor])[];
}

/**
 * Finds what each binding of a kernel binds; copies what it must.
 * @throws ShapeError for a binding or param that is missing or of another type.
 */
export function bind(
  where: string,
  kernel: Kernel,
  tensors: Readonly<Record<string, Tensor | undefined>>,
  given: Readonly<Record<string, number>>,
  limits: Pick<Limits, 'bindingAlignment'>,
  views: Views,
): Bound {
  const values: Record<string, number> = {};
  for (const [name, type] of Object.entries(kernel.params)) {
    // Those of offsets are known below; here they take their place in the order.
    values[name] = name.endsWith('_offset') ? 0 : checkParam(where, name, type, given[name]);
  }
  const bound: Record<string, Tensor> = {};
  const copiesOut: [Tensor, Tensor][] = [];
  for (const [name, binding] of Object.entries(kernel.bindings)) {
    const t = tensors[name];
    if (!t) throw new ShapeError(`[${where}] binding ${name} is missing`);
    const { access, dtype } = describeBinding(binding);
    if (t.dtype !== dtype) {
      throw new ShapeError(`[${where}] ${name} takes ${dtype}, got ${t.dtype} (${t.name} ${show(t.shape)})`);
    }
    const aligned = (t.offset * 4) % limits.bindingAlignment === 0;
    if (aligned) {
      bound[name] = t;
    } else if (`${name}_offset` in kernel.params) {
      bound[name] = rootOf(t);
      values[`${name}_offset`] = t.offset;
    } else if (access === 'read' && (rootOf(t).role === 'param' || rootOf(t).role === 'input')) {
      bound[name] = views.alignedOnce(t);
    } else {
      const whole = views.storageLike(t);
      if (access !== 'write') views.copy(t, whole);
      if (access !== 'read') copiesOut.push([whole, t]);
      bound[name] = whole;
    }
  }
  return { bound, values, copiesOut };
}

/** The step itself. @throws ShapeError for more workgroups than the device allows. */
export function dispatchOf(
  where: string,
  kernel: Kernel,
  tensors: Readonly<Record<string, Tensor>>,
  params: Readonly<Record<string, number>>,
  limits: Limits,
  scope: string,
): Dispatch {
  const constants = kernel.constants?.(params, limits) ?? {};
  const workgroups = kernel.workgroups(params, constants);
  if (workgroups.some((n) => !Number.isSafeInteger(n) || n < 1 || n > limits.workgroups)) {
    const wayOut = workgroups.some((n) => n > limits.workgroups)
      ? '; use fewer units, or a smaller batch or window'
      : '';
    throw new ShapeError(
      `[${where}] needs ${show(workgroups)} workgroups, each of which must be from 1 to ${limits.workgroups}${wayOut}`,
    );
  }
  return { kind: 'dispatch', kernel, tensors, params, constants, workgroups, scope };
}

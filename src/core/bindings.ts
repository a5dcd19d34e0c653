// What WebGPU allows in one dispatch or copy, checked while the plan is built, and which parts of storage steps have touched.
import { ShapeError, show } from './errors.ts';
import { describeBinding, type Kernel } from './kernel.ts';
import type { Limits } from './limits.ts';
import { rootOf, sizeOf, type Tensor } from './tensor.ts';

/**
 * One buffer is either read or written in a dispatch, written parts do not overlap, and bindings have their limits.
 * @throws ShapeError that names the place, the bindings and the way out.
 */
export function checkBindings(
  where: string,
  kernel: Kernel,
  bound: Record<string, Tensor>,
  limits: Limits,
): void {
  const entries = Object.entries(kernel.bindings);
  if (entries.length > limits.storageBuffers) {
    throw new ShapeError(
      `[${where}] binds ${entries.length} storage buffers, this device allows ${limits.storageBuffers}`,
    );
  }
  for (let i = 0; i < entries.length; i++) {
    const a = bound[entries[i][0]];
    const aReads = describeBinding(entries[i][1]).access === 'read';
    if (4 * sizeOf(a.shape) > limits.bindingBytes) {
      throw new ShapeError(
        `[${where}] ${a.name} ${show(a.shape)}${isWeights(a) ? ' (of the weights, whatever the batch)' : ''} is larger than` +
          ` this device can bind (${limits.bindingBytes} bytes); ${smaller(a)}`,
      );
    }
    for (let j = i + 1; j < entries.length; j++) {
      const b = bound[entries[j][0]];
      if (rootOf(a) !== rootOf(b)) continue;
      const bReads = describeBinding(entries[j][1]).access === 'read';
      if (aReads && bReads) continue;
      if (aReads !== bReads || overlap(a, b)) {
        throw new ShapeError(
          `[${where}] ${entries[i][0]} and ${entries[j][0]} are bound to one buffer (${rootOf(a).name}),` +
            ' which one dispatch may not read and write, nor write twice',
        );
      }
    }
  }
}

/**
 * A copy goes from one buffer to another, between tensors of one size and type.
 * @throws ShapeError that names both tensors.
 */
export function checkCopy(where: string, from: Tensor, to: Tensor): void {
  if (sizeOf(from.shape) !== sizeOf(to.shape) || from.dtype !== to.dtype) {
    throw new ShapeError(
      `[${where}] cannot copy ${from.name} ${show(from.shape)} ${from.dtype}` +
        ` to ${to.name} ${show(to.shape)} ${to.dtype}`,
    );
  }
  if (rootOf(from) === rootOf(to)) {
    throw new ShapeError(`[${where}] ${from.name} and ${to.name} lie in the same buffer`);
  }
}

/** What a user can do about a tensor that is too large: weights are as large whatever the batch. */
export function smaller(t: Tensor): string {
  return isWeights(t)
    ? 'use fewer units or a smaller vocabulary'
    : 'use a smaller batch, window or vocabulary';
}

function isWeights(t: Tensor): boolean {
  const { role } = rootOf(t);
  return role === 'param' || role === 'grad' || role === 'slot';
}

/** @throws ShapeError unless the value is what a param of that type can hold. */
export function checkParam(
  where: string,
  name: string,
  type: 'u32' | 'f32',
  value: number | undefined,
): number {
  if (value === undefined) throw new ShapeError(`[${where}] param ${name} is missing`);
  const fits =
    type === 'u32' ? Number.isInteger(value) && value >= 0 && value < 2 ** 32 : !Number.isNaN(value);
  if (!fits) throw new ShapeError(`[${where}] param ${name} must be a ${type}, got ${value}`);
  return value;
}

/** Parts of storage, for asking whether another part overlaps one of them. */
export class Ranges {
  readonly #byRoot = new Map<Tensor, Map<string, Tensor>>();

  add(t: Tensor): void {
    const root = rootOf(t);
    const parts = this.#byRoot.get(root) ?? new Map<string, Tensor>();
    parts.set(`${t.offset} ${sizeOf(t.shape)}`, t);
    this.#byRoot.set(root, parts);
  }

  overlaps(t: Tensor): boolean {
    for (const part of this.#byRoot.get(rootOf(t))?.values() ?? []) if (overlap(part, t)) return true;
    return false;
  }
}

function overlap(a: Tensor, b: Tensor): boolean {
  return a.offset < b.offset + sizeOf(b.shape) && b.offset < a.offset + sizeOf(a.shape);
}

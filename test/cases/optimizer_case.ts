// What the cases of all optimizers share: flat arrays of one size, and sizes off the workgroup.
import { exactly, extreme, type KernelCase, normal, type TensorCase } from './kernel_case.ts';

export interface UpdateCase {
  size?: number;
  params: Readonly<Record<string, number>>;
  /** The learning rate and what the host computes from it; zeros follow. */
  hyper: readonly number[];
  /** (norm, scale) */
  clip?: readonly [number, number];
  gradients?: TensorCase;
  /** What the optimizer remembers, by binding. */
  slots: Readonly<Record<string, (shape: readonly number[]) => TensorCase>>;
  bench?: boolean;
}

/** One update of `size` parameters. */
export function update(name: string, it: UpdateCase): KernelCase {
  const size = it.size ?? 65;
  const slots = Object.entries(it.slots).map(([slot, make]) => [slot, make([size])]);
  return {
    name,
    params: { weight_decay: 0, clip_value: 1e30, ...it.params, size },
    tensors: {
      gradients: it.gradients ?? normal([size]),
      hyper: exactly([8], [...it.hyper, 0, 0, 0, 0, 0, 0, 0, 0].slice(0, 8)),
      clip: exactly([2], it.clip ?? [0, 1]),
      parameters: normal([size]),
      ...Object.fromEntries(slots),
    },
    ...(it.bench && { bench: true }),
  };
}

/** The cases that every optimizer has, whatever its switches: sizes, clipping, extreme gradients. */
export function everywhere(it: UpdateCase): KernelCase[] {
  return [
    update('one', { ...it, size: 1 }),
    update('33', { ...it, size: 33 }),
    update('65', { ...it, size: 65 }),
    update('127', { ...it, size: 127 }),
    update('weight decay', { ...it, params: { ...it.params, weight_decay: 0.1 } }),
    update('scaled by the norm', { ...it, clip: [8, 0.125] }),
    update('clamped', { ...it, params: { ...it.params, clip_value: 0.25 } }),
    update('gradients not finite', { ...it, clip: [0, 0] }),
    update('extreme', { ...it, gradients: extreme([65]) }),
    update('large', { ...it, size: 1 << 17, bench: true }),
  ];
}

// What the cases of all optimizers share: flat arrays of one size, and sizes off the workgroup.
import { exactly, extreme, type KernelCase, normal, type TensorCase } from './kernel_case.ts';

export interface UpdateCase {
  size?: number;
  params: Readonly<Record<string, number>>;
  /** The learning rate and what the host computes from it; zeros follow. */
  hyper: readonly number[];
  /** (norm, scale), or partial sums and, behind them, room for the norm. */
  clip?: readonly number[];
  gradients?: TensorCase;
  /** What the optimizer remembers, by binding. */
  slots: Readonly<Record<string, (shape: readonly number[]) => TensorCase>>;
  bench?: boolean;
}

const plainly = { partials: 0, max_norm: 0, norm_epsilon: 0, clip_value: 1e30, l2: 0, weight_decay: 0 };

/** More sums than a workgroup has threads, which then take turns; no launcher asks for so many. */
const partials = [...Array.from({ length: 320 }, (_, i) => (i % 5) / 10), 0];
const fused = { partials: 320, max_norm: 2, norm_epsilon: 1e-6 };

/** One update of `size` parameters. */
export function update(name: string, it: UpdateCase): KernelCase {
  const size = it.size ?? 65;
  const clip = it.clip ?? [0, 1];
  const slots = Object.entries(it.slots).map(([slot, make]) => [slot, make([size])]);
  return {
    name,
    params: { ...plainly, ...it.params, size },
    tensors: {
      gradients: it.gradients ?? normal([size]),
      hyper: exactly([8], [...it.hyper, 0, 0, 0, 0, 0, 0, 0, 0].slice(0, 8)),
      clip: exactly([clip.length], clip),
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
    update('L2', { ...it, params: { ...it.params, l2: 0.1 } }),
    update('weight decay', { ...it, params: { ...it.params, weight_decay: 0.1 } }),
    update('scaled by the norm', { ...it, clip: [8, 0.125] }),
    update('clamped', { ...it, params: { ...it.params, clip_value: 0.25 } }),
    update('gradients not finite', { ...it, clip: [0, 0] }),
    update('extreme', { ...it, gradients: extreme([65]) }),
    update('adds the norm', { ...it, size: 1000, clip: partials, params: { ...it.params, ...fused } }),
    update('adds a norm that passes', {
      ...it,
      clip: [0.25, 0],
      params: { ...it.params, ...fused, partials: 1 },
    }),
    update('adds a norm of zero', {
      ...it,
      clip: [0, 0, 9],
      params: { ...it.params, ...fused, partials: 2, norm_epsilon: 0 },
    }),
    update('large', { ...it, size: 1 << 17, bench: true }),
    update('large, adds the norm', {
      ...it,
      size: (1 << 18) + 64,
      clip: partials,
      params: { ...it.params, ...fused },
      bench: true,
    }),
  ];
}

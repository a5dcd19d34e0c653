// The activations of general cells as params of their kernels: the twin of shaders/shared/cell_activations.wgsl.
import {
  activations,
  defaultAlpha,
  defaultBeta,
  type ElementwiseName,
  scalarActivations,
} from './activation_kinds.ts';

/** f of the gates, g of the candidate, h of the output: kind, alpha and beta of each; `clip` 0 clips nothing. */
export const activationParams = {
  clip: 'f32',
  f_kind: 'u32',
  f_alpha: 'f32',
  f_beta: 'f32',
  g_kind: 'u32',
  g_alpha: 'f32',
  g_beta: 'f32',
  h_kind: 'u32',
  h_alpha: 'f32',
  h_beta: 'f32',
} as const;

export type ActivationParams = { readonly [K in keyof typeof activationParams]: number };

/** One activation of a cell, with what it has of alpha and beta. */
export interface CellActivation {
  readonly name: ElementwiseName;
  readonly alpha?: number | undefined;
  readonly beta?: number | undefined;
}

/** The params of three activations and the clip before the first two. */
export function activationParamsOf(
  f: CellActivation,
  g: CellActivation,
  h: CellActivation,
  clip = 0,
): ActivationParams {
  const alpha = (a: CellActivation) => a.alpha ?? defaultAlpha[a.name] ?? 0;
  const beta = (a: CellActivation) => a.beta ?? defaultBeta[a.name] ?? 0;
  return {
    clip,
    ...{ f_kind: activations[f.name], f_alpha: alpha(f), f_beta: beta(f) },
    ...{ g_kind: activations[g.name], g_alpha: alpha(g), g_beta: beta(g) },
    ...{ h_kind: activations[h.name], h_alpha: alpha(h), h_beta: beta(h) },
  };
}

/** Constants of the shaders. */
export function activationConstants(p: ActivationParams): Record<string, number | boolean> {
  return { F_KIND: p.f_kind, G_KIND: p.g_kind, H_KIND: p.h_kind, CLIPPED: p.clip > 0 };
}

/** The functions for references, named as in the shader. */
export function cellFunctions(p: ActivationParams) {
  const [f, g, h] = [p.f_kind, p.g_kind, p.h_kind].map((kind) => scalarActivations[kind]);
  const clipped = (a: number) => (p.clip > 0 ? Math.min(Math.max(a, -p.clip), p.clip) : a);
  const within = (a: number) => (p.clip > 0 && !(Math.abs(a) < p.clip) ? 0 : 1);
  return {
    gate: (a: number) => f.value(clipped(a), p.f_alpha, p.f_beta),
    gateSlope: (a: number) => within(a) * f.slope(clipped(a), p.f_alpha, p.f_beta),
    candidate: (a: number) => g.value(clipped(a), p.g_alpha, p.g_beta),
    candidateSlope: (a: number) => within(a) * g.slope(clipped(a), p.g_alpha, p.g_beta),
    squashed: (c: number) => h.value(c, p.h_alpha, p.h_beta),
    squashedSlope: (c: number) => h.slope(c, p.h_alpha, p.h_beta),
  };
}

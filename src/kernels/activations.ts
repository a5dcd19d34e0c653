// The scalar functions that references share; numbers as in shaders/shared/activation.wgsl.

export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

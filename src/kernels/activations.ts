// The scalar functions that references share; numbers as in shaders/shared/activation.wgsl.

export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** The activations of the simple RNN; a kernel's `activation` param is the index. */
export const recurrentActivations = ['tanh', 'relu', 'sigmoid', 'linear'] as const;

/** The activation of the simple RNN by its index. */
export function recurrentActivation(kind: number, x: number): number {
  switch (kind) {
    case 1:
      return Math.max(x, 0);
    case 2:
      return sigmoid(x);
    case 3:
      return x;
    default:
      return Math.tanh(x);
  }
}

/** Its derivative, from the output y. */
export function recurrentDerivative(kind: number, y: number): number {
  switch (kind) {
    case 1:
      return y > 0 ? 1 : 0;
    case 2:
      return y * (1 - y);
    case 3:
      return 1;
    default:
      return 1 - y * y;
  }
}

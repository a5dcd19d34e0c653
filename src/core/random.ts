// Random numbers with a seed: one generator for initial weights, one hash that kernels and their references share.

/** A 32-bit hash of a text (FNV-1a with a final mix), for streams that depend on a name. */
export function hashText(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h ^= h >>> 16;
  h = Math.imul(h, 0x7feb352d);
  h ^= h >>> 15;
  return h >>> 0;
}

/**
 * Three words to one random word, as shaders/shared/random.wgsl computes it.
 * pcg3d of Jarzynski and Olano, "Hash Functions for GPU Rendering", JCGT 9(3), 2020; the first word is used.
 */
export function randomWord(a: number, b: number, c: number): number {
  let x = (Math.imul(a, 1664525) + 1013904223) | 0;
  let y = (Math.imul(b, 1664525) + 1013904223) | 0;
  let z = (Math.imul(c, 1664525) + 1013904223) | 0;
  x = (x + Math.imul(y, z)) | 0;
  y = (y + Math.imul(z, x)) | 0;
  z = (z + Math.imul(x, y)) | 0;
  x ^= x >>> 16;
  y ^= y >>> 16;
  z ^= z >>> 16;
  x = (x + Math.imul(y, z)) | 0;
  return x >>> 0;
}

/** A random word as a number in (0, 1): 23 bits and a half, never 0 and never 1, exact in f32 as in f64. */
export function unitInterval(word: number): number {
  return ((word >>> 9) + 0.5) / 8388608;
}

export interface Random {
  /** Uniform in [0, 1), 32 bits. */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** An integer in [0, n). */
  below(n: number): number;
}

/** A generator that gives the same sequence for the same seed and stream name (sfc32 by Chris Doty-Humphrey). */
export function random(seed: number, stream = ''): Random {
  let a = seed | 0;
  let b = hashText(stream) | 0;
  let c = Math.floor(seed / 2 ** 32) | 0;
  let counter = 1;
  const word = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + t) | 0;
    return t >>> 0;
  };
  for (let i = 0; i < 15; i++) word();
  const uniform = () => word() / 2 ** 32;
  return {
    uniform,
    // Box-Muller; 1 - u keeps the logarithm finite.
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    below: (n) => Math.floor(uniform() * n),
  };
}

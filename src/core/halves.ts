// Half-precision numbers (IEEE 754 binary16) in plain numbers: their bits and back.

/** Bits of the nearest half, ties to even; what rounds above 65504 becomes infinity. As shaders/pack_halves.wgsl. */
export function halfBits(x: number): number {
  if (Number.isNaN(x)) return 0x7e00;
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(x);
  if (magnitude === 0) return sign;
  if (magnitude >= 65520) return sign | 0x7c00;
  // Below 2^-14 halves are spaced as just above it.
  const exponent = Math.max(-14, Math.floor(Math.log2(magnitude)));
  const steps = magnitude * 2 ** (10 - exponent);
  let rounded = Math.floor(steps);
  const rest = steps - rounded;
  if (rest > 0.5 || (rest === 0.5 && rounded % 2 === 1)) rounded += 1;
  // A carry into the exponent is the next exponent with mantissa zero.
  return sign | ((exponent + 14) * 1024 + rounded);
}

/** The number that 16 bits stand for. */
export function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const mantissa = bits & 1023;
  if (exponent === 31) return mantissa ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? mantissa * 2 ** -24 : (1024 + mantissa) * 2 ** (exponent - 25));
}

/** The nearest half. */
export function roundToHalf(x: number): number {
  return halfValue(halfBits(x));
}

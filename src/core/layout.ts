// Gate layouts: files and getWeights() hold gate blocks side by side, kernels hold the gates of one unit together.

/**
 * Gate blocks [rows, G·H] to interleaved [rows, H, G], in a new array of the same length.
 * `width` is G·H; the order of the gates is kept.
 */
export function interleaveGates(data: ArrayLike<number>, width: number, gates: number): Float64Array {
  const out = new Float64Array(data.length);
  const units = width / gates;
  for (let row = 0; row < data.length; row += width) {
    for (let g = 0; g < gates; g++) {
      for (let h = 0; h < units; h++) out[row + h * gates + g] = data[row + g * units + h];
    }
  }
  return out;
}

/** The inverse of `interleaveGates`: [rows, H, G] to [rows, G·H], in a new array. */
export function separateGates(data: ArrayLike<number>, width: number, gates: number): Float64Array {
  const out = new Float64Array(data.length);
  const units = width / gates;
  for (let row = 0; row < data.length; row += width) {
    for (let g = 0; g < gates; g++) {
      for (let h = 0; h < units; h++) out[row + g * units + h] = data[row + h * gates + g];
    }
  }
  return out;
}

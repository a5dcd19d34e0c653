// Stands in for the matrices of subgroups in a shader, so that what surrounds them runs on every adapter and with every
// side: each thread computes whole matrices in f32.
import type { Bindings, Kernel, ParamTypes } from '../../src/core/kernel.ts';

/** Threads of an emulated subgroup. */
export const EMULATED_THREADS = 4;

/** As shaders/shared/subgroup_matrix.wgsl. Halves are f32 here: the numbers of the cases are halves already. */
const piece = `
alias Half = f32;
alias Matrix = array<f32, SIDE * SIDE>;
struct Left { values: Matrix }
struct Right { values: Matrix }
struct Sums { values: Matrix }
var<private> lane: u32;

fn left_at(at: u32) -> Left {
  var left: Left;
  for (var i = 0u; i < SIDE * SIDE; i++) {
#if TRANSPOSE_A
    left.values[i] = tile_a[at + i % SIDE * STRIDE_A + i / SIDE];
#else
    left.values[i] = tile_a[at + i / SIDE * STRIDE_A + i % SIDE];
#endif
  }
  return left;
}

fn right_at(at: u32) -> Right {
  var right: Right;
  for (var i = 0u; i < SIDE * SIDE; i++) {
#if TRANSPOSE_B
    right.values[i] = tile_b[at + i % SIDE * STRIDE_B + i / SIDE];
#else
    right.values[i] = tile_b[at + i / SIDE * STRIDE_B + i % SIDE];
#endif
  }
  return right;
}

fn multiplied(left_value: Left, right_value: Right, sums_value: Sums) -> Sums {
  var left = left_value;
  var right = right_value;
  var sums = sums_value;
  for (var i = 0u; i < SIDE * SIDE; i++) {
    for (var k = 0u; k < SIDE; k++) {
      sums.values[i] += left.values[i / SIDE * SIDE + k] * right.values[k * SIDE + i % SIDE];
    }
  }
  return sums;
}

fn stage(at: u32, sums_value: Sums) {
  var sums = sums_value;
  if (lane == 0u) {
    for (var i = 0u; i < SIDE * SIDE; i++) {
      staged[at + i] = sums.values[i];
    }
  }
}
`;

/** The same kernel with emulated matrices. */
export function emulated<B extends Bindings, P extends ParamTypes>(kernel: Kernel<B, P>): Kernel<B, P> {
  const replacements: [string, string][] = [
    ['#import subgroup_matrix\n', piece],
    ['  @builtin(subgroup_id) subgroup: u32,\n', ''],
    [
      '  let tile = tile_of(',
      `  let subgroup = thread / ${EMULATED_THREADS}u;
  lane = thread % ${EMULATED_THREADS}u;
  let tile = tile_of(`,
    ],
  ];
  const wgsl = replacements.reduce((text, [from, to]) => {
    if (text.split(from).length !== 2) throw new Error(`${kernel.name} does not have once: ${from}`);
    return text.replace(from, to);
  }, kernel.wgsl);
  return { ...kernel, wgsl };
}

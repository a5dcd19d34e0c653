// The end of every matrix product: elements of c get the bias rows and what they held before; past an edge nothing is
// written. Of several slices the first brings the bias.
#import matmul_operands
fn bias_row(at: u32) -> vec4<f32> {
  return vec4<f32>(bias[at], bias[at + 1u], bias[at + 2u], bias[at + 3u]);
}

/// Four elements of a row from column `col` on, a multiple of 4.
fn store4(row: u32, col: u32, slice: u32, value: vec4<f32>) {
  if (row >= p.m || col >= p.n) {
    return;
  }
#if HALVES
  var sum = value / (p.scale_a * p.scale_b);
#else
  var sum = value;
#endif
  // Past the last column this adds elements that are not stored.
  if (p.bias_rows > 0u && slice == 0u) {
    sum += bias_row(col);
  }
  if (p.bias_rows > 1u && slice == 0u) {
    sum += bias_row(p.n + col);
  }
  put4(p.c_offset + slice * p.c_slice + row * p.ldc + col, col, p.accumulate == 1u, sum);
}

/// The elements at `at` that lie in columns of c, the first of which is `col`.
fn put4(at: u32, col: u32, adds: bool, value: vec4<f32>) {
#if VECTOR_C
  var sum = value;
  if (adds) {
    sum += c[at / 4u];
  }
  c[at / 4u] = sum;
#else
  put1(at, adds, value.x);
  if (col + 1u < p.n) {
    put1(at + 1u, adds, value.y);
  }
  if (col + 2u < p.n) {
    put1(at + 2u, adds, value.z);
  }
  if (col + 3u < p.n) {
    put1(at + 3u, adds, value.w);
  }
#endif
}

#if !VECTOR_C
fn put1(at: u32, adds: bool, value: f32) {
  if (adds) {
    c[at] += value;
  } else {
    c[at] = value;
  }
}
#endif

// What every matrix product takes: sizes, strides and ways, then b, the bias and c. The kernel declares a.
// With HALVES the operands are rounded to halves, times scale_a and scale_b.
struct Params {
  m: u32,
  n: u32,
  k: u32,
  lda: u32,
  ldb: u32,
  ldc: u32,
  slice: u32,
  c_slice: u32,
  bias_rows: u32,
  accumulate: u32,
  transpose_a: u32,
  transpose_b: u32,
  tile: u32,
  sums: u32,
  sums_at: u32,
  a_offset: u32,
  b_offset: u32,
  c_offset: u32,
#if HALVES
  scale_a: f32,
  scale_b: f32,
#endif
}
@group(0) @binding(0) var<uniform> p: Params;
#if VECTOR_B
@group(0) @binding(2) var<storage, read> b: array<vec4<f32>>;
#else
@group(0) @binding(2) var<storage, read> b: array<f32>;
#endif
@group(0) @binding(3) var<storage, read> bias: array<f32>;
#if VECTOR_C
@group(0) @binding(4) var<storage, read_write> c: array<vec4<f32>>;
#else
@group(0) @binding(4) var<storage, read_write> c: array<f32>;
#endif

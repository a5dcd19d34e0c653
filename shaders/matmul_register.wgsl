// c[m,n] (+)= op(a)[m,k] · op(b)[k,n] + bias rows, without workgroup memory: 8x8 elements a thread, in registers.
//
// Threads: a workgroup of 4x4 threads covers 32x32 elements; workgroup z sums the slice [z·slice, (z+1)·slice) of k
// and writes at c_offset + z·c_slice. Loads past an edge are clamped to it, stores past it are left out.
// Everything is written out, because compilers that keep an indexed array in memory are seven times slower.
// The launcher has checked that the strides cover the matrices. op() transposes where transpose_a, transpose_b say so,
// by strides: one pipeline serves all four.
#import matmul_store
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
  a_offset: u32,
  b_offset: u32,
  c_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> c: array<f32>;

@compute @workgroup_size(4, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let row = id.y * 8u;
  let col = id.x * 8u;
  if (row >= p.m || col >= p.n) {
    return;
  }
  let first = id.z * p.slice;
  let last = min(first + p.slice, p.k);
  let a_row = select(p.lda, 1u, p.transpose_a == 1u);
  let a_k = select(1u, p.lda, p.transpose_a == 1u);
  let b_col = select(1u, p.ldb, p.transpose_b == 1u);
  let b_k = select(p.ldb, 1u, p.transpose_b == 1u);
  var a0 = p.a_offset + first * a_k + min(row + 0u, p.m - 1u) * a_row;
  var a1 = p.a_offset + first * a_k + min(row + 1u, p.m - 1u) * a_row;
  var a2 = p.a_offset + first * a_k + min(row + 2u, p.m - 1u) * a_row;
  var a3 = p.a_offset + first * a_k + min(row + 3u, p.m - 1u) * a_row;
  var a4 = p.a_offset + first * a_k + min(row + 4u, p.m - 1u) * a_row;
  var a5 = p.a_offset + first * a_k + min(row + 5u, p.m - 1u) * a_row;
  var a6 = p.a_offset + first * a_k + min(row + 6u, p.m - 1u) * a_row;
  var a7 = p.a_offset + first * a_k + min(row + 7u, p.m - 1u) * a_row;
  var b0 = p.b_offset + first * b_k + min(col + 0u, p.n - 1u) * b_col;
  var b1 = p.b_offset + first * b_k + min(col + 1u, p.n - 1u) * b_col;
  var b2 = p.b_offset + first * b_k + min(col + 2u, p.n - 1u) * b_col;
  var b3 = p.b_offset + first * b_k + min(col + 3u, p.n - 1u) * b_col;
  var b4 = p.b_offset + first * b_k + min(col + 4u, p.n - 1u) * b_col;
  var b5 = p.b_offset + first * b_k + min(col + 5u, p.n - 1u) * b_col;
  var b6 = p.b_offset + first * b_k + min(col + 6u, p.n - 1u) * b_col;
  var b7 = p.b_offset + first * b_k + min(col + 7u, p.n - 1u) * b_col;
  var s0 = vec4<f32>();
  var t0 = vec4<f32>();
  var s1 = vec4<f32>();
  var t1 = vec4<f32>();
  var s2 = vec4<f32>();
  var t2 = vec4<f32>();
  var s3 = vec4<f32>();
  var t3 = vec4<f32>();
  var s4 = vec4<f32>();
  var t4 = vec4<f32>();
  var s5 = vec4<f32>();
  var t5 = vec4<f32>();
  var s6 = vec4<f32>();
  var t6 = vec4<f32>();
  var s7 = vec4<f32>();
  var t7 = vec4<f32>();
  for (var k = first; k < last; k++) {
    let u = vec4<f32>(b[b0], b[b1], b[b2], b[b3]);
    let v = vec4<f32>(b[b4], b[b5], b[b6], b[b7]);
    let x0 = a[a0];
    s0 += x0 * u;
    t0 += x0 * v;
    let x1 = a[a1];
    s1 += x1 * u;
    t1 += x1 * v;
    let x2 = a[a2];
    s2 += x2 * u;
    t2 += x2 * v;
    let x3 = a[a3];
    s3 += x3 * u;
    t3 += x3 * v;
    let x4 = a[a4];
    s4 += x4 * u;
    t4 += x4 * v;
    let x5 = a[a5];
    s5 += x5 * u;
    t5 += x5 * v;
    let x6 = a[a6];
    s6 += x6 * u;
    t6 += x6 * v;
    let x7 = a[a7];
    s7 += x7 * u;
    t7 += x7 * v;
    a0 += a_k;
    a1 += a_k;
    a2 += a_k;
    a3 += a_k;
    a4 += a_k;
    a5 += a_k;
    a6 += a_k;
    a7 += a_k;
    b0 += b_k;
    b1 += b_k;
    b2 += b_k;
    b3 += b_k;
    b4 += b_k;
    b5 += b_k;
    b6 += b_k;
    b7 += b_k;
  }
  store4(row + 0u, col, id.z, s0);
  store4(row + 0u, col + 4u, id.z, t0);
  store4(row + 1u, col, id.z, s1);
  store4(row + 1u, col + 4u, id.z, t1);
  store4(row + 2u, col, id.z, s2);
  store4(row + 2u, col + 4u, id.z, t2);
  store4(row + 3u, col, id.z, s3);
  store4(row + 3u, col + 4u, id.z, t3);
  store4(row + 4u, col, id.z, s4);
  store4(row + 4u, col + 4u, id.z, t4);
  store4(row + 5u, col, id.z, s5);
  store4(row + 5u, col + 4u, id.z, t5);
  store4(row + 6u, col, id.z, s6);
  store4(row + 6u, col + 4u, id.z, t6);
  store4(row + 7u, col, id.z, s7);
  store4(row + 7u, col + 4u, id.z, t7);
}

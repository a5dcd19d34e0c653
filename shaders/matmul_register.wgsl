// c[m,n] (+)= op(a)[m,k] · op(b)[k,n] + bias rows, without workgroup memory: a thread keeps its part of c in registers.
//
// Threads: each computes 1, 8 (EIGHT_ROWS) or 16 (SIXTEEN_ROWS as well) rows by 8 columns; a workgroup has 4x4 threads.
// Workgroup z sums the slice [z·slice, (z+1)·slice) of k and writes at c_offset + z·c_slice. Loads past an edge are
// clamped to it, stores past it are left out. Everything is written out, because compilers that keep an indexed array in
// memory are seven times slower; a software adapter gathers what each thread loads, one element at a time, so that many
// rows pay: 24 loads serve 128 products.
// The launcher has checked that the strides cover the matrices; VECTOR_B (only where b is not transposed) and VECTOR_C
// say that lines and offsets of that matrix are multiples of 4, and of c also n. op() transposes by strides.
#import matmul_operands
#import matmul_store
@group(0) @binding(1) var<storage, read> a: array<f32>;

@compute @workgroup_size(4, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let row = id.y * TILE;
  let col = id.x * 8u;
  if (row >= p.m || col >= p.n) {
    return;
  }
  let first = id.z * p.slice;
  let last = min(first + p.slice, p.k);
  let a_row = select(p.lda, 1u, p.transpose_a == 1u);
  let a_k = select(1u, p.lda, p.transpose_a == 1u);
  let b_k = select(p.ldb, 1u, p.transpose_b == 1u);
  let a0 = p.a_offset + min(row + 0u, p.m - 1u) * a_row;
#if EIGHT_ROWS
  let a1 = p.a_offset + min(row + 1u, p.m - 1u) * a_row;
  let a2 = p.a_offset + min(row + 2u, p.m - 1u) * a_row;
  let a3 = p.a_offset + min(row + 3u, p.m - 1u) * a_row;
  let a4 = p.a_offset + min(row + 4u, p.m - 1u) * a_row;
  let a5 = p.a_offset + min(row + 5u, p.m - 1u) * a_row;
  let a6 = p.a_offset + min(row + 6u, p.m - 1u) * a_row;
  let a7 = p.a_offset + min(row + 7u, p.m - 1u) * a_row;
#endif
#if SIXTEEN_ROWS
  let a8 = p.a_offset + min(row + 8u, p.m - 1u) * a_row;
  let a9 = p.a_offset + min(row + 9u, p.m - 1u) * a_row;
  let a10 = p.a_offset + min(row + 10u, p.m - 1u) * a_row;
  let a11 = p.a_offset + min(row + 11u, p.m - 1u) * a_row;
  let a12 = p.a_offset + min(row + 12u, p.m - 1u) * a_row;
  let a13 = p.a_offset + min(row + 13u, p.m - 1u) * a_row;
  let a14 = p.a_offset + min(row + 14u, p.m - 1u) * a_row;
  let a15 = p.a_offset + min(row + 15u, p.m - 1u) * a_row;
#endif
#if VECTOR_B
  let b0 = p.b_offset + col;
  let b1 = p.b_offset + min(col + 4u, (p.n - 1u) / 4u * 4u);
#else
  let b_col = select(1u, p.ldb, p.transpose_b == 1u);
  let b0 = p.b_offset + min(col + 0u, p.n - 1u) * b_col;
  let b1 = p.b_offset + min(col + 1u, p.n - 1u) * b_col;
  let b2 = p.b_offset + min(col + 2u, p.n - 1u) * b_col;
  let b3 = p.b_offset + min(col + 3u, p.n - 1u) * b_col;
  let b4 = p.b_offset + min(col + 4u, p.n - 1u) * b_col;
  let b5 = p.b_offset + min(col + 5u, p.n - 1u) * b_col;
  let b6 = p.b_offset + min(col + 6u, p.n - 1u) * b_col;
  let b7 = p.b_offset + min(col + 7u, p.n - 1u) * b_col;
#endif
  var s0 = vec4<f32>();
  var t0 = vec4<f32>();
#if EIGHT_ROWS
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
#endif
#if SIXTEEN_ROWS
  var s8 = vec4<f32>();
  var t8 = vec4<f32>();
  var s9 = vec4<f32>();
  var t9 = vec4<f32>();
  var s10 = vec4<f32>();
  var t10 = vec4<f32>();
  var s11 = vec4<f32>();
  var t11 = vec4<f32>();
  var s12 = vec4<f32>();
  var t12 = vec4<f32>();
  var s13 = vec4<f32>();
  var t13 = vec4<f32>();
  var s14 = vec4<f32>();
  var t14 = vec4<f32>();
  var s15 = vec4<f32>();
  var t15 = vec4<f32>();
#endif
  for (var k = first; k < last; k++) {
    let ka = k * a_k;
    let kb = k * b_k;
#if VECTOR_B
    let u = b[(b0 + kb) / 4u];
    let v = b[(b1 + kb) / 4u];
#else
    let u = vec4<f32>(b[b0 + kb], b[b1 + kb], b[b2 + kb], b[b3 + kb]);
    let v = vec4<f32>(b[b4 + kb], b[b5 + kb], b[b6 + kb], b[b7 + kb]);
#endif
    let x0 = a[a0 + ka];
    s0 += x0 * u;
    t0 += x0 * v;
#if EIGHT_ROWS
    let x1 = a[a1 + ka];
    s1 += x1 * u;
    t1 += x1 * v;
    let x2 = a[a2 + ka];
    s2 += x2 * u;
    t2 += x2 * v;
    let x3 = a[a3 + ka];
    s3 += x3 * u;
    t3 += x3 * v;
    let x4 = a[a4 + ka];
    s4 += x4 * u;
    t4 += x4 * v;
    let x5 = a[a5 + ka];
    s5 += x5 * u;
    t5 += x5 * v;
    let x6 = a[a6 + ka];
    s6 += x6 * u;
    t6 += x6 * v;
    let x7 = a[a7 + ka];
    s7 += x7 * u;
    t7 += x7 * v;
#endif
#if SIXTEEN_ROWS
    let x8 = a[a8 + ka];
    s8 += x8 * u;
    t8 += x8 * v;
    let x9 = a[a9 + ka];
    s9 += x9 * u;
    t9 += x9 * v;
    let x10 = a[a10 + ka];
    s10 += x10 * u;
    t10 += x10 * v;
    let x11 = a[a11 + ka];
    s11 += x11 * u;
    t11 += x11 * v;
    let x12 = a[a12 + ka];
    s12 += x12 * u;
    t12 += x12 * v;
    let x13 = a[a13 + ka];
    s13 += x13 * u;
    t13 += x13 * v;
    let x14 = a[a14 + ka];
    s14 += x14 * u;
    t14 += x14 * v;
    let x15 = a[a15 + ka];
    s15 += x15 * u;
    t15 += x15 * v;
#endif
  }
  store4(row + 0u, col, id.z, s0);
  store4(row + 0u, col + 4u, id.z, t0);
#if EIGHT_ROWS
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
#endif
#if SIXTEEN_ROWS
  store4(row + 8u, col, id.z, s8);
  store4(row + 8u, col + 4u, id.z, t8);
  store4(row + 9u, col, id.z, s9);
  store4(row + 9u, col + 4u, id.z, t9);
  store4(row + 10u, col, id.z, s10);
  store4(row + 10u, col + 4u, id.z, t10);
  store4(row + 11u, col, id.z, s11);
  store4(row + 11u, col + 4u, id.z, t11);
  store4(row + 12u, col, id.z, s12);
  store4(row + 12u, col + 4u, id.z, t12);
  store4(row + 13u, col, id.z, s13);
  store4(row + 13u, col + 4u, id.z, t13);
  store4(row + 14u, col, id.z, s14);
  store4(row + 14u, col + 4u, id.z, t14);
  store4(row + 15u, col, id.z, s15);
  store4(row + 15u, col + 4u, id.z, t15);
#endif
}

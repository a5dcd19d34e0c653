// c[m,n] (+)= op(a)[m,k] · op(b)[k,n] + bias rows, by tiles of 64x64 in workgroup memory, 8x8 elements a thread.
//
// Threads: 64 in a workgroup; thread t computes rows 8·(t / 8).. and columns 8·(t % 8).. of the tile. Each pass brings
// 16 steps of k into workgroup memory: tile_a [16,64] and tile_b [16,64] as vec4, 8 KiB together. Workgroup z sums
// the slice [z·slice, (z+1)·slice) of k and writes at c_offset + z·c_slice. Elements past an edge are loaded as zero.
// The launcher has checked that the strides cover the matrices. op() transposes where transpose_a, transpose_b say so.
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

var<workgroup> tile_a: array<f32, 1024>;
var<workgroup> tile_b: array<f32, 1024>;

fn load_a(row: u32, k: u32, last: u32) -> f32 {
  if (row >= p.m || k >= last) {
    return 0.0;
  }
#if TRANSPOSE_A
  return a[p.a_offset + k * p.lda + row];
#else
  return a[p.a_offset + row * p.lda + k];
#endif
}

fn load_b(k: u32, col: u32, last: u32) -> f32 {
  if (col >= p.n || k >= last) {
    return 0.0;
  }
#if TRANSPOSE_B
  return b[p.b_offset + col * p.ldb + k];
#else
  return b[p.b_offset + k * p.ldb + col];
#endif
}

fn a4(at: u32) -> vec4<f32> {
  return vec4<f32>(tile_a[at], tile_a[at + 1u], tile_a[at + 2u], tile_a[at + 3u]);
}

fn b4(at: u32) -> vec4<f32> {
  return vec4<f32>(tile_b[at], tile_b[at + 1u], tile_b[at + 2u], tile_b[at + 3u]);
}

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3<u32>) {
  let tile_row = group.y * 64u;
  let tile_col = group.x * 64u;
  let row = thread / 8u * 8u;
  let col = thread % 8u * 8u;
  let first = group.z * p.slice;
  let last = min(first + p.slice, p.k);
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
  for (var k0 = first; k0 < last; k0 += 16u) {
    // The faster index of the source is the faster index of the threads, so that loads join.
    for (var i = 0u; i < 16u; i++) {
      let e = i * 64u + thread;
#if TRANSPOSE_A
      tile_a[e] = load_a(tile_row + e % 64u, k0 + e / 64u, last);
#else
      tile_a[e % 16u * 64u + e / 16u] = load_a(tile_row + e / 16u, k0 + e % 16u, last);
#endif
#if TRANSPOSE_B
      tile_b[e % 16u * 64u + e / 16u] = load_b(k0 + e % 16u, tile_col + e / 16u, last);
#else
      tile_b[e] = load_b(k0 + e / 64u, tile_col + e % 64u, last);
#endif
    }
    workgroupBarrier();
    for (var k = 0u; k < 1024u; k += 64u) {
      let x = a4(k + row);
      let y = a4(k + row + 4u);
      let u = b4(k + col);
      let v = b4(k + col + 4u);
      s0 += x.x * u;
      t0 += x.x * v;
      s1 += x.y * u;
      t1 += x.y * v;
      s2 += x.z * u;
      t2 += x.z * v;
      s3 += x.w * u;
      t3 += x.w * v;
      s4 += y.x * u;
      t4 += y.x * v;
      s5 += y.y * u;
      t5 += y.y * v;
      s6 += y.z * u;
      t6 += y.z * v;
      s7 += y.w * u;
      t7 += y.w * v;
    }
    workgroupBarrier();
  }
  store4(tile_row + row + 0u, tile_col + col, group.z, s0);
  store4(tile_row + row + 0u, tile_col + col + 4u, group.z, t0);
  store4(tile_row + row + 1u, tile_col + col, group.z, s1);
  store4(tile_row + row + 1u, tile_col + col + 4u, group.z, t1);
  store4(tile_row + row + 2u, tile_col + col, group.z, s2);
  store4(tile_row + row + 2u, tile_col + col + 4u, group.z, t2);
  store4(tile_row + row + 3u, tile_col + col, group.z, s3);
  store4(tile_row + row + 3u, tile_col + col + 4u, group.z, t3);
  store4(tile_row + row + 4u, tile_col + col, group.z, s4);
  store4(tile_row + row + 4u, tile_col + col + 4u, group.z, t4);
  store4(tile_row + row + 5u, tile_col + col, group.z, s5);
  store4(tile_row + row + 5u, tile_col + col + 4u, group.z, t5);
  store4(tile_row + row + 6u, tile_col + col, group.z, s6);
  store4(tile_row + row + 6u, tile_col + col + 4u, group.z, t6);
  store4(tile_row + row + 7u, tile_col + col, group.z, s7);
  store4(tile_row + row + 7u, tile_col + col + 4u, group.z, t7);
}

// c[m,n] (+)= op(a)[m,k] · op(b)[k,n] + bias rows, for few rows: b is read once, by many threads at a time.
//
// Threads: 8 x 32 in a workgroup for 1 row of c, or for 4 (FOUR_ROWS), and 32 columns. Where b is stored as [k,n], eight
// threads side by side take four columns each, and row y of threads every 32nd step of k from step y on. Where it is
// stored as [n,k] (TRANSPOSE_B), row y of threads takes column y, and eight threads side by side four steps of k each.
// Workgroup z sums the slice [z·slice, (z+1)·slice) of k and writes at c_offset + z·c_slice.
// Workgroup memory: sums of all threads, 4 KiB a row of c.
// The launcher has checked that the strides cover the matrices; VECTOR_B and VECTOR_C say that lines and offsets of that
// matrix are multiples of 4, and of c also n. op(a) is read by strides.
#import matmul_operands
#import matmul_b4
#import matmul_store
@group(0) @binding(1) var<storage, read> a: array<f32>;

#if FOUR_ROWS
const ROWS: u32 = 4u;
#else
const ROWS: u32 = 1u;
#endif
var<workgroup> sums: array<array<array<vec4<f32>, 8>, 32>, ROWS>;

#if TRANSPOSE_B
/// Four steps of k of a row of op(a).
fn a_part(at: u32, step: u32) -> vec4<f32> {
  return vec4<f32>(a[at], a[at + step], a[at + 2u * step], a[at + 3u * step]);
}

fn column_sum(row: u32, col: u32) -> f32 {
  var sum = vec4<f32>();
  for (var x = 0u; x < 8u; x++) {
    sum += sums[row][col][x];
  }
  return (sum.x + sum.y) + (sum.z + sum.w);
}
#else
/// One step of k of a row of op(a).
fn a_part(at: u32, step: u32) -> f32 {
  return a[at];
}
#endif

@compute @workgroup_size(8, 32)
fn main(@builtin(local_invocation_id) thread: vec3<u32>, @builtin(workgroup_id) group: vec3<u32>) {
  let row = group.y * ROWS;
  let tile_col = group.x * 32u;
  let first = group.z * p.slice;
  let last = min(first + p.slice, p.k);
  let a_row = select(p.lda, 1u, p.transpose_a == 1u);
  let a_k = select(1u, p.lda, p.transpose_a == 1u);
  let a0 = p.a_offset + row * a_row;
  var s0 = vec4<f32>();
#if FOUR_ROWS
  let a1 = p.a_offset + min(row + 1u, p.m - 1u) * a_row;
  let a2 = p.a_offset + min(row + 2u, p.m - 1u) * a_row;
  let a3 = p.a_offset + min(row + 3u, p.m - 1u) * a_row;
  var s1 = vec4<f32>();
  var s2 = vec4<f32>();
  var s3 = vec4<f32>();
#endif
#if TRANSPOSE_B
  let line = p.b_offset + min(tile_col + thread.y, p.n - 1u) * p.ldb;
  for (var k = first + 4u * thread.x; k < last; k += 32u) {
    // Steps past the end count as zero on both sides: what is loaded there may be anything.
    let inside = k + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(last);
    let w = select(vec4<f32>(), b4(line + k), inside);
    s0 += select(vec4<f32>(), a_part(a0 + k * a_k, a_k), inside) * w;
#if FOUR_ROWS
    s1 += select(vec4<f32>(), a_part(a1 + k * a_k, a_k), inside) * w;
    s2 += select(vec4<f32>(), a_part(a2 + k * a_k, a_k), inside) * w;
    s3 += select(vec4<f32>(), a_part(a3 + k * a_k, a_k), inside) * w;
#endif
  }
#else
  let line = p.b_offset + min(tile_col + 4u * thread.x, (p.n - 1u) / 4u * 4u);
  for (var k = first + thread.y; k < last; k += 32u) {
    let w = b4(line + k * p.ldb);
    s0 += a_part(a0 + k * a_k, a_k) * w;
#if FOUR_ROWS
    s1 += a_part(a1 + k * a_k, a_k) * w;
    s2 += a_part(a2 + k * a_k, a_k) * w;
    s3 += a_part(a3 + k * a_k, a_k) * w;
#endif
  }
#endif
  sums[0][thread.y][thread.x] = s0;
#if FOUR_ROWS
  sums[1][thread.y][thread.x] = s1;
  sums[2][thread.y][thread.x] = s2;
  sums[3][thread.y][thread.x] = s3;
#endif
  workgroupBarrier();
#if TRANSPOSE_B
  if (thread.y < ROWS) {
    let y = 4u * thread.x;
    let sum = vec4<f32>(
      column_sum(thread.y, y),
      column_sum(thread.y, y + 1u),
      column_sum(thread.y, y + 2u),
      column_sum(thread.y, y + 3u),
    );
    store4(row + thread.y, tile_col + y, group.z, sum);
  }
#else
  for (var rest = 16u; rest > 0u; rest /= 2u) {
    if (thread.y < rest) {
      for (var r = 0u; r < ROWS; r++) {
        sums[r][thread.y][thread.x] += sums[r][thread.y + rest][thread.x];
      }
    }
    workgroupBarrier();
  }
  if (thread.y < ROWS) {
    store4(row + thread.y, tile_col + 4u * thread.x, group.z, sums[thread.y][0][thread.x]);
  }
#endif
}

// c[m,n] (+)= op(a)[m,k] · op(b)[k,n] + bias rows, by tiles of TILE x TILE, whose matrices of SIDE x SIDE subgroups multiply:
// operands in halves, sums in f32.
//
// Threads: THREADS in a workgroup for one tile of c, at least four subgroups; each of the first four computes a quarter of
// the tile, two wide and two high. More there may be where subgroups are smaller than the largest: these only load and store.
// Workgroup z sums the slice [z·slice, (z+1)·slice) of k and writes at c_offset + z·c_slice.
// Workgroup memory: tile_a and tile_b hold DEPTH steps of k in halves, as they are stored: lines are steps of k where a is
// transposed and b is not, else rows or columns of c, padded by eight so that eight lines begin in different banks; staged
// holds a matrix of sums for each subgroup on its way to c, in the end.
// Loads: threads side by side take four elements side by side of a line, while the tile before is computed. Lines past an
// edge are clamped to it, so that garbage lands only in elements that are not stored; elements past k are loaded as they
// are, even past the binding, and replaced by zero. Elements are multiplied by scale_a or scale_b, powers of two, before
// they are rounded, and the sums divided by them in the end, so that small gradients are not lost.
// With SUMS the workgroups of the first row of tiles also sum the columns of the rounded b, which is not transposed: each
// thread those that it loads, always the same four columns, and all threads of a column together at the end, in order.
// The launcher has checked that the strides cover the matrices, that 2·SIDE divides TILE, SIDE divides DEPTH, and THREADS
// divides the loads of a tile and is a multiple of TILE / 4; VECTOR_A, VECTOR_B and VECTOR_C say that lines and offsets of
// that matrix are multiples of 4, and of c also n. op() transposes where TRANSPOSE_A, TRANSPOSE_B say so.
#import matmul_operands
#import matmul_a4
#import matmul_b4
#import matmul_bands
#import matmul_store
#import subgroup_matrix

#if TRANSPOSE_A
const LENGTH_A: u32 = TILE;
const LINES_A: u32 = DEPTH;
#else
const LENGTH_A: u32 = DEPTH;
const LINES_A: u32 = TILE;
#endif
#if TRANSPOSE_B
const LENGTH_B: u32 = DEPTH;
const LINES_B: u32 = TILE;
#else
const LENGTH_B: u32 = TILE;
const LINES_B: u32 = DEPTH;
#endif
const STRIDE_A: u32 = LENGTH_A + 8u;
const STRIDE_B: u32 = LENGTH_B + 8u;
/// A subgroup's part of the tile, and its matrices along each side.
const QUARTER: u32 = TILE / 2u;
const MATRICES: u32 = QUARTER / SIDE;
const AREA: u32 = SIDE * SIDE;
/// Loads of four elements of each thread.
const LOADS: u32 = TILE * DEPTH / 4u / THREADS;
const FOUR = vec4<u32>(0u, 1u, 2u, 3u);

var<workgroup> tile_a: array<Half, LINES_A * STRIDE_A>;
var<workgroup> tile_b: array<Half, LINES_B * STRIDE_B>;
var<workgroup> staged: array<f32, max(4u * AREA, 4u * THREADS)>;

/// Line, and element within it, of a thread's i-th load.
fn place(thread: u32, i: u32, length: u32) -> vec2<u32> {
  let quad = i * THREADS + thread;
  return vec2<u32>(quad / (length / 4u), quad % (length / 4u) * 4u);
}

/// Four elements where lines are steps of k: `line` steps behind k, from row or column `first` on.
fn along(offset: u32, stride: u32, first: u32, k: u32, edge: u32) -> u32 {
  return offset + k * stride + min(first, (edge - 1u) / 4u * 4u);
}

/// The same where lines are rows or columns of c.
fn across(offset: u32, stride: u32, line: u32, k: u32, edge: u32) -> u32 {
  return offset + min(line, edge - 1u) * stride + k;
}

/// The thread's i-th load of a, from step k of the sums on, zero from `last` on.
fn load_a(thread: u32, i: u32, row: u32, k: u32, last: u32) -> vec4<f32> {
  let at = place(thread, i, LENGTH_A);
#if TRANSPOSE_A
  let value = a4(along(p.a_offset, p.lda, row + at.y, k + at.x, p.m));
  return select(vec4<f32>(), value * p.scale_a, k + at.x < last);
#else
  let value = a4(across(p.a_offset, p.lda, row + at.x, k + at.y, p.m));
  return select(vec4<f32>(), value * p.scale_a, k + at.y + FOUR < vec4<u32>(last));
#endif
}

fn load_b(thread: u32, i: u32, col: u32, k: u32, last: u32) -> vec4<f32> {
  let at = place(thread, i, LENGTH_B);
#if TRANSPOSE_B
  let value = b4(across(p.b_offset, p.ldb, col + at.x, k + at.y, p.n));
  return select(vec4<f32>(), value * p.scale_b, k + at.y + FOUR < vec4<u32>(last));
#else
  let value = b4(along(p.b_offset, p.ldb, col + at.y, k + at.x, p.n));
  return select(vec4<f32>(), value * p.scale_b, k + at.x < last);
#endif
}

@compute @workgroup_size(THREADS)
fn main(
  @builtin(local_invocation_index) thread: u32,
  @builtin(subgroup_id) subgroup: u32,
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let tile = tile_of(group, groups);
  let first = group.z * p.slice;
  let last = min(first + p.slice, p.k);
  let quarter = vec2<u32>(subgroup / 2u, subgroup % 2u) * QUARTER;

  var sums: array<Sums, MATRICES * MATRICES>;
  var next_a: array<vec4<f32>, LOADS>;
  var next_b: array<vec4<f32>, LOADS>;
#if SUMS
  var column = vec4<f32>();
#endif
  for (var i = 0u; i < LOADS; i++) {
    next_a[i] = load_a(thread, i, tile.x, first, last);
    next_b[i] = load_b(thread, i, tile.y, first, last);
  }
  for (var k0 = first; k0 < last; k0 += DEPTH) {
    for (var i = 0u; i < LOADS; i++) {
      let place_a = place(thread, i, LENGTH_A);
      let to_a = place_a.x * STRIDE_A + place_a.y;
      let half_a = vec4<Half>(next_a[i]);
      tile_a[to_a] = half_a.x;
      tile_a[to_a + 1u] = half_a.y;
      tile_a[to_a + 2u] = half_a.z;
      tile_a[to_a + 3u] = half_a.w;
      let place_b = place(thread, i, LENGTH_B);
      let to_b = place_b.x * STRIDE_B + place_b.y;
      let half_b = vec4<Half>(next_b[i]);
      tile_b[to_b] = half_b.x;
      tile_b[to_b + 1u] = half_b.y;
      tile_b[to_b + 2u] = half_b.z;
      tile_b[to_b + 3u] = half_b.w;
#if SUMS
      column += vec4<f32>(half_b);
#endif
    }
    workgroupBarrier();
    if (k0 + DEPTH < last) {
      for (var i = 0u; i < LOADS; i++) {
        next_a[i] = load_a(thread, i, tile.x, k0 + DEPTH, last);
        next_b[i] = load_b(thread, i, tile.y, k0 + DEPTH, last);
      }
    }
    if (subgroup < 4u) {
      for (var k = 0u; k < DEPTH; k += SIDE) {
        var left: array<Left, MATRICES>;
        for (var i = 0u; i < MATRICES; i++) {
          let row = quarter.x + i * SIDE;
#if TRANSPOSE_A
          left[i] = left_at(k * STRIDE_A + row);
#else
          left[i] = left_at(row * STRIDE_A + k);
#endif
        }
        for (var j = 0u; j < MATRICES; j++) {
          let col = quarter.y + j * SIDE;
#if TRANSPOSE_B
          let right = right_at(col * STRIDE_B + k);
#else
          let right = right_at(k * STRIDE_B + col);
#endif
          for (var i = 0u; i < MATRICES; i++) {
            sums[i * MATRICES + j] = multiplied(left[i], right, sums[i * MATRICES + j]);
          }
        }
      }
    }
    workgroupBarrier();
  }

#if SUMS
  if (tile.x == 0u) {
    let at = 4u * thread;
    staged[at] = column.x;
    staged[at + 1u] = column.y;
    staged[at + 2u] = column.z;
    staged[at + 3u] = column.w;
    workgroupBarrier();
    let sum_col = tile.y + at;
    if (thread < TILE / 4u && sum_col < p.n) {
      var sum = vec4<f32>();
      for (var i = at; i < 4u * THREADS; i += TILE) {
        sum += vec4<f32>(staged[i], staged[i + 1u], staged[i + 2u], staged[i + 3u]);
      }
      let to = p.c_offset + group.z * p.c_slice + p.sums_at + sum_col;
      put4(to, sum_col, p.sums == 2u, sum / p.scale_b);
    }
    workgroupBarrier();
  }
#endif

  for (var i = 0u; i < MATRICES; i++) {
    for (var j = 0u; j < MATRICES; j++) {
      if (subgroup < 4u) {
        stage(subgroup * AREA, sums[i * MATRICES + j]);
      }
      workgroupBarrier();
      for (var at = 4u * thread; at < 4u * AREA; at += 4u * THREADS) {
        let quad = at / AREA;
        let row = tile.x + quad / 2u * QUARTER + i * SIDE + at % AREA / SIDE;
        let col = tile.y + quad % 2u * QUARTER + j * SIDE + at % SIDE;
        store4(row, col, group.z, vec4<f32>(staged[at], staged[at + 1u], staged[at + 2u], staged[at + 3u]));
      }
      workgroupBarrier();
    }
  }
}

// c[m,n] (+)= op(a)[m,k] · op(b)[k,n] + bias rows, by tiles of TILE x TILE in workgroup memory.
//
// Threads: THREADS in a workgroup for one tile of c; each computes 4x4 elements, or 8x8 as four blocks of 4x4 half a tile
// apart (WIDE). Eight threads side by side read eight vec4 side by side of b and the same vec4 of a, so that the banks of
// workgroup memory do not conflict. Workgroup z sums the slice [z·slice, (z+1)·slice) of k and writes at
// c_offset + z·c_slice. The workgroups of a grid walk the tiles in bands of eight rows, which then find b in the cache.
// Workgroup memory: tile_a and tile_b [DEPTH, TILE], which hold DEPTH steps of k, twice where it is there (DOUBLE).
// Loads: each thread brings one block of 4x4 elements of a or of b; the loads of the next DEPTH steps are under way while
// the tile is computed. Lines past an edge are clamped to it, so that garbage lands only in elements that are not stored;
// elements past k are loaded as they are, even past the binding, and replaced by zero.
// With SUMS the workgroups of the first row of tiles also sum the columns of op(b) over their slice: each thread some steps
// of its own columns, all threads of a column together at the end, in order. They write at c_offset + z·c_slice + sums_at.
// With HALVES the tiles hold halves: of elements times scale_a or scale_b, powers of two by which the sums are divided in
// the end, so that small gradients are not lost. Products and sums are f32.
// The launcher has checked that the strides cover the matrices; VECTOR_A, VECTOR_B and VECTOR_C say that lines and
// offsets of that matrix are multiples of 4, and of c also n. op() transposes where TRANSPOSE_A, TRANSPOSE_B say so.
#import matmul_operands
#import matmul_a4
#import matmul_b4
#import matmul_bands
#import matmul_store

/// Quads, the vec4 of a tile's row; blocks of 4x4 in one tile.
const QUADS: u32 = TILE / 4u;
const BLOCKS: u32 = QUADS * DEPTH / 4u;
#if WIDE
const HALF: u32 = QUADS / 2u;
const THREAD_COLUMNS: u32 = HALF;
#else
const THREAD_COLUMNS: u32 = QUADS;
#endif
const THREAD_ROWS: u32 = THREADS / THREAD_COLUMNS;
#if DOUBLE
const BUFFERS: u32 = 2u;
#else
const BUFFERS: u32 = 1u;
#endif
const FOUR = vec4<u32>(0u, 1u, 2u, 3u);

#if HALVES
enable f16;
alias Four = vec4<f16>;
#if SUMS
/// The threads' shares of the column sums, which a tile of halves has no room for.
var<workgroup> columns: array<array<vec4<f32>, QUADS>, THREAD_ROWS>;
#endif
#else
alias Four = vec4<f32>;
#endif

alias Tile = array<array<Four, QUADS>, DEPTH>;
var<workgroup> tile_a: array<Tile, BUFFERS>;
var<workgroup> tile_b: array<Tile, BUFFERS>;

/// The block of a or b whose lines begin at `at`; column i of the result is step i of k.
fn load(of_a: bool, at: vec4<u32>) -> mat4x4<f32> {
  if (of_a) {
    let lines = mat4x4<f32>(a4(at.x), a4(at.y), a4(at.z), a4(at.w));
#if TRANSPOSE_A
    return lines;
#else
    return transpose(lines);
#endif
  }
  let lines = mat4x4<f32>(b4(at.x), b4(at.y), b4(at.z), b4(at.w));
#if TRANSPOSE_B
  return transpose(lines);
#else
  return lines;
#endif
}

/// Quad and steps / 4 of a block where lines are steps of k: threads side by side take quads side by side.
fn along(block: u32) -> vec2<u32> {
  return vec2<u32>(block % QUADS, block / QUADS);
}

fn lines_along(offset: u32, stride: u32, col: u32, k: u32, edge: u32) -> vec4<u32> {
  return offset + (k + FOUR) * stride + min(col, (edge - 1u) / 4u * 4u);
}

/// The same where lines are rows or columns of c: 2·DEPTH threads take 32 lines of DEPTH steps, and each eight of them
/// eight quads side by side, so that neither loads nor stores into the tile go apart.
fn across(block: u32) -> vec2<u32> {
  return vec2<u32>(block % 8u + block / (2u * DEPTH) * 8u, block / 8u % (DEPTH / 4u));
}

fn lines_across(offset: u32, stride: u32, row: u32, k: u32, edge: u32) -> vec4<u32> {
  return offset + min(row + FOUR, vec4<u32>(edge - 1u)) * stride + k;
}

@compute @workgroup_size(THREADS)
fn main(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let tile = tile_of(group, groups);
  let first = group.z * p.slice;
  let last = min(first + p.slice, p.k);

  let of_a = thread < BLOCKS;
  let block = thread % BLOCKS;
  var place: vec2<u32>;
  var at: vec4<u32>;
  var step: u32;
  if (of_a) {
#if TRANSPOSE_A
    place = along(block);
    at = lines_along(p.a_offset, p.lda, tile.x + 4u * place.x, first + 4u * place.y, p.m);
    step = DEPTH * p.lda;
#else
    place = across(block);
    at = lines_across(p.a_offset, p.lda, tile.x + 4u * place.x, first + 4u * place.y, p.m);
    step = DEPTH;
#endif
  } else {
#if TRANSPOSE_B
    place = across(block);
    at = lines_across(p.b_offset, p.ldb, tile.y + 4u * place.x, first + 4u * place.y, p.n);
    step = DEPTH;
#else
    place = along(block);
    at = lines_along(p.b_offset, p.ldb, tile.y + 4u * place.x, first + 4u * place.y, p.n);
    step = DEPTH * p.ldb;
#endif
  }
  let quad = place.x;
  let steps = 4u * place.y;

  let row = thread / 8u % 4u + thread / (4u * THREAD_COLUMNS) * 4u;
  let col = thread % 8u + thread / 32u % (THREAD_COLUMNS / 8u) * 8u;
  var s0 = vec4<f32>();
  var s1 = vec4<f32>();
  var s2 = vec4<f32>();
  var s3 = vec4<f32>();
#if WIDE
  var s4 = vec4<f32>();
  var s5 = vec4<f32>();
  var s6 = vec4<f32>();
  var s7 = vec4<f32>();
  var t0 = vec4<f32>();
  var t1 = vec4<f32>();
  var t2 = vec4<f32>();
  var t3 = vec4<f32>();
  var t4 = vec4<f32>();
  var t5 = vec4<f32>();
  var t6 = vec4<f32>();
  var t7 = vec4<f32>();
#endif

#if SUMS
  let sums = tile.x == 0u;
  var column = vec4<f32>();
#if WIDE
  var half_column = vec4<f32>();
#endif
#endif

  var next = load(of_a, at);
  var buffer = 0u;
  for (var k0 = first; k0 < last; k0 += DEPTH) {
    if (k0 + DEPTH > last) {
      let k = k0 + steps;
      next[0] = select(vec4<f32>(), next[0], k < last);
      next[1] = select(vec4<f32>(), next[1], k + 1u < last);
      next[2] = select(vec4<f32>(), next[2], k + 2u < last);
      next[3] = select(vec4<f32>(), next[3], k + 3u < last);
    }
#if HALVES
    next *= select(p.scale_b, p.scale_a, of_a);
#endif
    if (of_a) {
      tile_a[buffer][steps][quad] = Four(next[0]);
      tile_a[buffer][steps + 1u][quad] = Four(next[1]);
      tile_a[buffer][steps + 2u][quad] = Four(next[2]);
      tile_a[buffer][steps + 3u][quad] = Four(next[3]);
    } else {
      tile_b[buffer][steps][quad] = Four(next[0]);
      tile_b[buffer][steps + 1u][quad] = Four(next[1]);
      tile_b[buffer][steps + 2u][quad] = Four(next[2]);
      tile_b[buffer][steps + 3u][quad] = Four(next[3]);
    }
    workgroupBarrier();
    if (k0 + DEPTH < last) {
      at += step;
      next = load(of_a, at);
    }
    for (var k = 0u; k < DEPTH; k++) {
      let x = vec4<f32>(tile_a[buffer][k][row]);
      let u = vec4<f32>(tile_b[buffer][k][col]);
      s0 += x.x * u;
      s1 += x.y * u;
      s2 += x.z * u;
      s3 += x.w * u;
#if WIDE
      let y = vec4<f32>(tile_a[buffer][k][row + HALF]);
      let v = vec4<f32>(tile_b[buffer][k][col + HALF]);
      s4 += y.x * u;
      s5 += y.y * u;
      s6 += y.z * u;
      s7 += y.w * u;
      t0 += x.x * v;
      t1 += x.y * v;
      t2 += x.z * v;
      t3 += x.w * v;
      t4 += y.x * v;
      t5 += y.y * v;
      t6 += y.z * v;
      t7 += y.w * v;
#endif
    }
#if SUMS
    if (sums) {
      for (var k = row; k < DEPTH; k += THREAD_ROWS) {
        column += vec4<f32>(tile_b[buffer][k][col]);
#if WIDE
        half_column += vec4<f32>(tile_b[buffer][k][col + HALF]);
#endif
      }
    }
#endif
#if DOUBLE
    buffer = 1u - buffer;
#else
    workgroupBarrier();
#endif
  }

#if SUMS
  if (sums) {
#if HALVES
    columns[row][col] = column / p.scale_b;
#if WIDE
    columns[row][col + HALF] = half_column / p.scale_b;
#endif
#else
    // Some threads may still read the tile.
    workgroupBarrier();
    tile_a[0][row][col] = column;
#if WIDE
    tile_a[0][row][col + HALF] = half_column;
#endif
#endif
    workgroupBarrier();
    let sum_col = tile.y + 4u * thread;
    if (thread < QUADS && sum_col < p.n) {
      var sum = vec4<f32>();
      for (var i = 0u; i < THREAD_ROWS; i++) {
#if HALVES
        sum += columns[i][thread];
#else
        sum += tile_a[0][i][thread];
#endif
      }
      put4(p.c_offset + group.z * p.c_slice + p.sums_at + sum_col, sum_col, p.sums == 2u, sum);
    }
  }
#endif

  let c_row = tile.x + 4u * row;
  let c_col = tile.y + 4u * col;
  store4(c_row, c_col, group.z, s0);
  store4(c_row + 1u, c_col, group.z, s1);
  store4(c_row + 2u, c_col, group.z, s2);
  store4(c_row + 3u, c_col, group.z, s3);
#if WIDE
  let half_row = c_row + 4u * HALF;
  let half_col = c_col + 4u * HALF;
  store4(c_row, half_col, group.z, t0);
  store4(c_row + 1u, half_col, group.z, t1);
  store4(c_row + 2u, half_col, group.z, t2);
  store4(c_row + 3u, half_col, group.z, t3);
  store4(half_row, c_col, group.z, s4);
  store4(half_row + 1u, c_col, group.z, s5);
  store4(half_row + 2u, c_col, group.z, s6);
  store4(half_row + 3u, c_col, group.z, s7);
  store4(half_row, half_col, group.z, t4);
  store4(half_row + 1u, half_col, group.z, t5);
  store4(half_row + 2u, half_col, group.z, t6);
  store4(half_row + 3u, half_col, group.z, t7);
#endif
}

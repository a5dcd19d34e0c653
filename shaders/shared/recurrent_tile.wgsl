// The recurrent product of one time step by tiles, for kernels that add the cell in the same dispatch:
//   sum[row,column] = sum over k < depth() of operand(row,k) · weight[k,column]
//
// A workgroup computes TILE_ROWS batch rows x TILE_UNITS units with all GATES columns of a unit. A thread has ROWS rows
// and COLUMNS columns, which are the gates of its unit, or units LANES apart; thread = (row group, split, lane). The
// splits share the k among them: quads of four k are dealt in turn. Weights go from the caches straight to registers,
// a quad ahead of their use, because each is used by one thread of a row group only. The operand goes through workgroup
// memory in two buffers, so that a block of k takes one barrier; the next block is loaded while this one is computed.
// In the end the splits' sums are added in order, four rows of each thread a round, and a thread gets the sums of one
// or two pairs of row and unit, pair_of(thread, 0 or 1), in sum0 and sum1.
// The kernel declares depth(), operand(row, k), quad_weights(quad, unit) and finish(row, unit, x, sum), which is called
// for each pair that exists with what given(row, unit) loaded before the product; multiplies() is false where sums are
// zero because there is nothing to multiply. It has p.batch, p.units and the constants of src/kernels/recurrent_tile.ts.
// Rows and units past the edge stand for the last; the operand past depth() is zero.
// Workgroup memory: 16 KiB. Bounds of the tile: TILE_ROWS·TILE_UNITS <= 512, THREADS = 256.
const TILE_ROWS: u32 = ROWS * ROW_GROUPS;
const TILE_UNITS: u32 = LANES * (COLUMNS / GATES);
// k of a block: with 4·BUFFER numbers of the operand.
const DEPTH: u32 = 4u * BUFFER / TILE_ROWS;
const DEPTH4: u32 = DEPTH / 4u;
const BUFFER: u32 = 512u;
// Pairs of row and unit that one round of adding completes.
const ROUND: u32 = 4u * ROW_GROUPS * TILE_UNITS;

// While multiplying: 2 buffers [TILE_ROWS/4, 4, DEPTH4] of four rows, with k = 4·last + middle, so that splits side by
// side read side by side. While adding: [COLUMNS, THREADS] of four rows.
var<workgroup> tile: array<vec4<f32>, 1024>;

// Column a, b, c, d of rows 0-3, 4-7, 8-11, 12-15. Written out, because an indexed array might lie in memory.
var<private> a0: vec4<f32>;
var<private> a1: vec4<f32>;
var<private> a2: vec4<f32>;
var<private> a3: vec4<f32>;
var<private> b0: vec4<f32>;
var<private> b1: vec4<f32>;
var<private> b2: vec4<f32>;
var<private> b3: vec4<f32>;
var<private> c0: vec4<f32>;
var<private> c1: vec4<f32>;
var<private> c2: vec4<f32>;
var<private> c3: vec4<f32>;
var<private> d0: vec4<f32>;
var<private> d1: vec4<f32>;
var<private> d2: vec4<f32>;
var<private> d3: vec4<f32>;
// The gates' sums of the pairs of this thread.
var<private> sum0: vec4<f32>;
var<private> sum1: vec4<f32>;

// Weights of the four columns of a thread at k = 4·quad and the three after it.
struct Weights {
  k0: vec4<f32>,
  k1: vec4<f32>,
  k2: vec4<f32>,
  k3: vec4<f32>,
}

fn add_products(at: u32, w: vec4<f32>) {
  let x0 = tile[at];
  a0 += x0 * w.x;
  if (COLUMNS > 1u) { b0 += x0 * w.y; }
  if (COLUMNS > 2u) { c0 += x0 * w.z; }
  if (COLUMNS > 3u) { d0 += x0 * w.w; }
  if (ROWS > 4u) {
    let x1 = tile[at + DEPTH];
    a1 += x1 * w.x;
    if (COLUMNS > 1u) { b1 += x1 * w.y; }
    if (COLUMNS > 2u) { c1 += x1 * w.z; }
    if (COLUMNS > 3u) { d1 += x1 * w.w; }
  }
  if (ROWS > 8u) {
    let x2 = tile[at + 2u * DEPTH];
    a2 += x2 * w.x;
    if (COLUMNS > 1u) { b2 += x2 * w.y; }
    if (COLUMNS > 2u) { c2 += x2 * w.z; }
    if (COLUMNS > 3u) { d2 += x2 * w.w; }
    let x3 = tile[at + 3u * DEPTH];
    a3 += x3 * w.x;
    if (COLUMNS > 1u) { b3 += x3 * w.y; }
    if (COLUMNS > 2u) { c3 += x3 * w.z; }
    if (COLUMNS > 3u) { d3 += x3 * w.w; }
  }
}

// Within 32 threads, k of the operand's element: eight threads side by side store side by side, and all 32 load 32
// numbers in a row.
fn k_of(element: u32) -> u32 {
  let i = element % DEPTH;
  return i / 32u * 32u + i % 8u * 4u + i % 32u / 8u;
}

fn place_of(element: u32) -> u32 {
  let i = element % DEPTH;
  return element / DEPTH * DEPTH + i % 32u / 8u * DEPTH4 + i / 32u * 8u + i % 8u;
}

fn fetch(tile_row: u32, block: u32, element: u32) -> vec4<f32> {
  let k = block * DEPTH + k_of(element);
  if (k >= depth()) {
    return vec4<f32>();
  }
  let row = tile_row + element / DEPTH * 4u;
  let last = p.batch - 1u;
  return vec4<f32>(
    operand(min(row, last), k),
    operand(min(row + 1u, last), k),
    operand(min(row + 2u, last), k),
    operand(min(row + 3u, last), k),
  );
}

// All threads of the workgroup must call it.
fn products(thread: u32, group: vec3<u32>) {
  let unit = group.x * TILE_UNITS + thread % LANES;
  let split = thread / LANES % SPLIT;
  let rows_at = thread / (LANES * SPLIT) * (ROWS / 4u) * DEPTH;
  let tile_row = group.y * TILE_ROWS;
  let blocks = (depth() + DEPTH - 1u) / DEPTH;
  let place0 = place_of(thread);
  let place1 = place_of(thread + THREADS);
  var quad = split;
  var w = quad_weights(quad, unit);
  var x0 = fetch(tile_row, 0u, thread);
  var x1 = fetch(tile_row, 0u, thread + THREADS);
  for (var block = 0u; block < blocks; block++) {
    // One barrier is enough: who reads the other buffer has passed the barrier before this one.
    let buffer = block % 2u * BUFFER;
    tile[buffer + place0] = x0;
    tile[buffer + place1] = x1;
    workgroupBarrier();
    x0 = fetch(tile_row, block + 1u, thread);
    x1 = fetch(tile_row, block + 1u, thread + THREADS);
    var at = buffer + rows_at + split;
    for (var i = 0u; i < DEPTH4 / SPLIT; i++) {
      let following = quad_weights(quad + SPLIT, unit);
      if (4u * quad < depth()) {
        add_products(at, w.k0);
        add_products(at + DEPTH4, w.k1);
        add_products(at + 2u * DEPTH4, w.k2);
        add_products(at + 3u * DEPTH4, w.k3);
      }
      w = following;
      quad += SPLIT;
      at += SPLIT;
    }
  }
  add_splits(thread);
}

fn put_partial(thread: u32, a: vec4<f32>, b: vec4<f32>, c: vec4<f32>, d: vec4<f32>) {
  tile[thread] = a;
  if (COLUMNS > 1u) { tile[THREADS + thread] = b; }
  if (COLUMNS > 2u) { tile[2u * THREADS + thread] = c; }
  if (COLUMNS > 3u) { tile[3u * THREADS + thread] = d; }
}

fn add_splits(thread: u32) {
  for (var round = 0u; round < ROWS / 4u; round++) {
    workgroupBarrier();
    switch round {
      case 0u: { put_partial(thread, a0, b0, c0, d0); }
      case 1u: { put_partial(thread, a1, b1, c1, d1); }
      case 2u: { put_partial(thread, a2, b2, c2, d2); }
      default: { put_partial(thread, a3, b3, c3, d3); }
    }
    workgroupBarrier();
    let first = round * ROUND;
    // Wraps around to a large number in the threads before the first.
    let i = thread - first % THREADS;
    if (i < ROUND) {
      let pair = member_of(i);
      let at = pair.unit / LANES * GATES * THREADS + pair.row_group * SPLIT * LANES + pair.unit % LANES;
      var sum = vec4<f32>();
      for (var s = at; s < at + SPLIT * LANES; s += LANES) {
        sum.x += tile[s][pair.row];
        if (GATES > 1u) { sum.y += tile[THREADS + s][pair.row]; }
        if (GATES > 2u) { sum.z += tile[2u * THREADS + s][pair.row]; }
        if (GATES > 3u) { sum.w += tile[3u * THREADS + s][pair.row]; }
      }
      if (first < THREADS) {
        sum0 = sum;
      } else {
        sum1 = sum;
      }
    }
  }
}

// Pair i of a round: one of four rows of a row group, and a unit of the tile.
struct Member {
  row: u32,
  row_group: u32,
  unit: u32,
}

fn member_of(i: u32) -> Member {
  let lane = i / 4u % LANES;
  let rest = i / (4u * LANES);
  return Member(i % 4u, rest % ROW_GROUPS, rest / ROW_GROUPS * LANES + lane);
}

struct Pair {
  exists: bool,
  row: u32,
  unit: u32,
}

fn pair_of(thread: u32, which: u32, group: vec3<u32>) -> Pair {
  let i = which * THREADS + thread;
  let round = i / ROUND;
  let member = member_of(i % ROUND);
  let row = group.y * TILE_ROWS + member.row_group * ROWS + 4u * round + member.row;
  let unit = group.x * TILE_UNITS + member.unit;
  return Pair(4u * round < ROWS && row < p.batch && unit < p.units, row, unit);
}

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3<u32>) {
  enter(group.z, p.t);
  let first = pair_of(thread, 0u, group);
  let second = pair_of(thread, 1u, group);
  var x = Given();
  var y = Given();
  if (first.exists) { x = given(first.row, first.unit); }
  if (second.exists) { y = given(second.row, second.unit); }
  if (multiplies()) { products(thread, group); }
  if (first.exists) { finish(first.row, first.unit, x, sum0); }
  if (second.exists) { finish(second.row, second.unit, y, sum1); }
}

// The recurrent product inside one workgroup, for kernels that walk through all time steps in one dispatch:
//   sums[row,column] = sum over k of operand[row,k] · weight[k,column]
//
// A workgroup owns ROWS batch rows of a lane (see recurrent_lane.wgsl) for all steps. A thread computes four adjacent
// columns (a quad) over a part of the depth, so that one vec4 of the operand, which all threads of a part read at once,
// serves 16 multiply-adds: on NVIDIA both take a core four cycles. The partial sums of a row lie by part and quad, as
// the threads do; whoever needs a sum adds its parts, in order. With REGISTERS a thread keeps its weights for all
// steps, at most 32 vec4, else they stream through the caches. The pointwise part has a thread for each unit and row
// (see owner_of): it lies between two barriers, where four units a thread would take four times as long, and its loads
// are of neighbours.
//
// The weights, and the blocks that are padded to whole quads: see recurrent_columns_weights.wgsl. The operand is indexed
// by quads of rows, blocks one after another; its padding stays zero. A quad that one thread writes is a vec4
// (WHOLE_QUADS). One that the threads of four units write is an array of four, since only its elements are memory
// locations of their own; compilers may still load it at once, and if not, in as many bytes.
// Workgroup memory: 4·ROWS·(OPERAND + SUMS) floats, of which the launcher has checked that they fit, and that the
// products and the ROWS·UNITS owners have threads.
#import recurrent_columns_weights
#import recurrent_lane

// One product of a step, in quads.
struct Product {
  first_column: u32,
  columns: u32,
  first_row: u32,
  rows: u32,
  // How far the operand lies behind the rows that it is multiplied by.
  shift: u32,
  // Parts of the rows, and quads of rows in a part; the last may have fewer.
  parts: u32,
  depth: u32,
  // With REGISTERS, where each product has threads of its own.
  first_thread: u32,
}

const UNIT_QUADS: u32 = (UNITS + 3u) / 4u;
// The product of a step that has one.
const WHOLE = Product(0u, COLUMNS / COLUMN_BLOCK * COLUMN_QUADS, 0u, ROW_BLOCKS * ROW_QUADS, 0u, PARTS, DEPTH, 0u);

#if WHOLE_QUADS
alias Four = vec4<f32>;
#else
alias Four = array<f32, 4>;
#endif

// [ROWS, OPERAND], the rows padded so that the last part may read past its end.
var<workgroup> operand: array<Four, ROWS * OPERAND>;
// [ROWS, parts, columns] within SUMS a row.
var<workgroup> sums: array<vec4<f32>, ROWS * SUMS>;

// Term by term, so that each is one fused multiply-add.
fn added(sum: vec4<f32>, w: mat4x4<f32>, at: u32) -> vec4<f32> {
  let x = operand[at];
  return sum + x[0] * w[0] + x[1] * w[1] + x[2] * w[2] + x[3] * w[3];
}

// The sums of the thread's quad of columns, one for each row.
var<private> s0: vec4<f32>;
var<private> s1: vec4<f32>;
var<private> s2: vec4<f32>;
var<private> s3: vec4<f32>;

fn clear_sums() {
  s0 = vec4<f32>();
  s1 = vec4<f32>();
  s2 = vec4<f32>();
  s3 = vec4<f32>();
}

// The share of a quad of rows, whose operand lies at `at` in the first row.
fn add(weights: Weights, at: u32) {
  let w = unpacked(weights);
  s0 = added(s0, w, at);
  if (ROWS > 1u) {
    s1 = added(s1, w, OPERAND + at);
  }
  if (ROWS > 2u) {
    s2 = added(s2, w, 2u * OPERAND + at);
    s3 = added(s3, w, 3u * OPERAND + at);
  }
}

fn put_sums(task: u32) {
  sums[task] = s0;
  if (ROWS > 1u) {
    sums[SUMS + task] = s1;
  }
  if (ROWS > 2u) {
    sums[2u * SUMS + task] = s2;
    sums[3u * SUMS + task] = s3;
  }
}

#if REGISTERS
// A quad of rows each. Written out, because an indexed array would lie in memory.
var<private> w0: Weights;
var<private> w1: Weights;
var<private> w2: Weights;
var<private> w3: Weights;
var<private> w4: Weights;
var<private> w5: Weights;
var<private> w6: Weights;
var<private> w7: Weights;
#if PACKED
var<private> w8: Weights;
var<private> w9: Weights;
var<private> w10: Weights;
var<private> w11: Weights;
var<private> w12: Weights;
var<private> w13: Weights;
var<private> w14: Weights;
var<private> w15: Weights;
#endif

fn weights_or_zero(column: u32, quad: u32, end: u32) -> Weights {
  if (quad >= end) {
    return Weights();
  }
  return weights_of(column, quad);
}

// Loads the weights of the threads that this product has.
fn prepare(thread: u32, product: Product) {
  // Wraps around below the first thread.
  let task = thread - product.first_thread;
  if (task >= product.columns * product.parts) {
    return;
  }
  let column = column_of(product.first_column + task % product.columns);
  let begin = product.first_row + task / product.columns * product.depth;
  let end = product.first_row + product.rows;
  if (KEPT > 0u) { w0 = weights_or_zero(column, begin + 0u, end); }
  if (KEPT > 1u) { w1 = weights_or_zero(column, begin + 1u, end); }
  if (KEPT > 2u) { w2 = weights_or_zero(column, begin + 2u, end); }
  if (KEPT > 3u) { w3 = weights_or_zero(column, begin + 3u, end); }
  if (KEPT > 4u) { w4 = weights_or_zero(column, begin + 4u, end); }
  if (KEPT > 5u) { w5 = weights_or_zero(column, begin + 5u, end); }
  if (KEPT > 6u) { w6 = weights_or_zero(column, begin + 6u, end); }
  if (KEPT > 7u) { w7 = weights_or_zero(column, begin + 7u, end); }
#if PACKED
  if (KEPT > 8u) { w8 = weights_or_zero(column, begin + 8u, end); }
  if (KEPT > 9u) { w9 = weights_or_zero(column, begin + 9u, end); }
  if (KEPT > 10u) { w10 = weights_or_zero(column, begin + 10u, end); }
  if (KEPT > 11u) { w11 = weights_or_zero(column, begin + 11u, end); }
  if (KEPT > 12u) { w12 = weights_or_zero(column, begin + 12u, end); }
  if (KEPT > 13u) { w13 = weights_or_zero(column, begin + 13u, end); }
  if (KEPT > 14u) { w14 = weights_or_zero(column, begin + 14u, end); }
  if (KEPT > 15u) { w15 = weights_or_zero(column, begin + 15u, end); }
#endif
}

// The partial sums of one step; complete after a barrier.
fn multiply(thread: u32, product: Product) {
  let task = thread - product.first_thread;
  if (task >= product.columns * product.parts) {
    return;
  }
  let at = product.first_row + product.shift + task / product.columns * product.depth;
  clear_sums();
  if (KEPT > 0u) { add(w0, at + 0u); }
  if (KEPT > 1u) { add(w1, at + 1u); }
  if (KEPT > 2u) { add(w2, at + 2u); }
  if (KEPT > 3u) { add(w3, at + 3u); }
  if (KEPT > 4u) { add(w4, at + 4u); }
  if (KEPT > 5u) { add(w5, at + 5u); }
  if (KEPT > 6u) { add(w6, at + 6u); }
  if (KEPT > 7u) { add(w7, at + 7u); }
#if PACKED
  if (KEPT > 8u) { add(w8, at + 8u); }
  if (KEPT > 9u) { add(w9, at + 9u); }
  if (KEPT > 10u) { add(w10, at + 10u); }
  if (KEPT > 11u) { add(w11, at + 11u); }
  if (KEPT > 12u) { add(w12, at + 12u); }
  if (KEPT > 13u) { add(w13, at + 13u); }
  if (KEPT > 14u) { add(w14, at + 14u); }
  if (KEPT > 15u) { add(w15, at + 15u); }
#endif
  put_sums(task);
}
#else
fn prepare(thread: u32, product: Product) {
}

// The partial sums of one step; complete after a barrier.
fn multiply(thread: u32, product: Product) {
  if (thread >= product.columns * product.parts) {
    return;
  }
  let column = column_of(product.first_column + thread % product.columns);
  let begin = product.first_row + thread / product.columns * product.depth;
  let end = min(begin + product.depth, product.first_row + product.rows);
  clear_sums();
  for (var quad = begin; quad < end; quad++) {
    add(weights_of(column, quad), product.shift + quad);
  }
  put_sums(thread);
}
#endif

// One unit of one batch row, the pointwise work of one thread.
struct Owner {
  // Whether this thread has work at all, and its row among those of the workgroup.
  works: bool,
  local_row: u32,
  row: u32,
  unit: u32,
}

fn owner_of(thread: u32, group: u32, batch: u32) -> Owner {
  let local_row = thread / UNITS;
  let row = group * ROWS + local_row;
  return Owner(local_row < ROWS && row < batch, local_row, row, thread % UNITS);
}

// The element of an owner among rows of UNITS elements of which `first` is the first of its lane and step.
fn element_of(owner: Owner, first: u32) -> u32 {
  return (first + owner.row) * UNITS + owner.unit;
}

// The sums of a quad of a product's columns.
fn sum4(local_row: u32, product: Product, quad: u32) -> vec4<f32> {
  let at = local_row * SUMS + quad;
  var sum = sums[at];
  for (var part = 1u; part < product.parts; part++) {
    sum += sums[at + part * product.columns];
  }
  return sum;
}

// The sum of one of a product's columns: that of a unit in a block of UNITS.
fn sum_of(local_row: u32, product: Product, block: u32, unit: u32) -> f32 {
  let at = local_row * SUMS + block * UNIT_QUADS + unit / 4u;
  var sum = sums[at][unit % 4u];
  for (var part = 1u; part < product.parts; part++) {
    sum += sums[at + part * product.columns][unit % 4u];
  }
  return sum;
}

#if !WHOLE_QUADS
// The operand of the next product, for a unit in a block of UNITS.
fn put_operand(owner: Owner, block: u32, value: f32) {
  operand[owner.local_row * OPERAND + block * UNIT_QUADS + owner.unit / 4u][owner.unit % 4u] = value;
}
#endif

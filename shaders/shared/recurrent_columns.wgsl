// The recurrent product inside one workgroup, for kernels that walk through all time steps in one dispatch:
//   sums[row,column] = sum over k < UNITS of operand[row,part(column),k] · weight(column,k)
//
// A workgroup owns ROWS batch rows for all steps. Thread i computes columns i, i + THREADS, ... for all of its rows.
// With REGISTERS each thread keeps the weights of its one column in registers for all steps (COLUMNS <= THREADS,
// UNITS <= 128); else they stream through the caches in each step. Thread i also owns four units of one row,
// see quad_of: the pointwise part of the cell, so that a vec4 of the operand has one writer.
// The kernel declares part(column) and weight(column, k), and has the constants UNITS, COLUMNS, PARTS, ROWS, THREADS.
// Workgroup memory: ROWS·COLUMNS + 4·ROWS·PARTS·(ceil(UNITS/4) + 1) floats.
const DEPTH4: u32 = (UNITS + 3u) / 4u;
// One vec4 more than a part needs, so that parts read at once lie in different banks.
const PART4: u32 = DEPTH4 + 1u;
const ROW4: u32 = PARTS * PART4;

// [ROWS, PARTS, PART4]; what lies past UNITS stays zero.
var<workgroup> operand: array<vec4<f32>, ROWS * ROW4>;
var<workgroup> sums: array<f32, ROWS * COLUMNS>;

fn weights4(column: u32, i: u32) -> vec4<f32> {
  let k = 4u * i;
  let last = UNITS - 1u;
  return vec4<f32>(
    weight(column, k),
    weight(column, min(k + 1u, last)),
    weight(column, min(k + 2u, last)),
    weight(column, min(k + 3u, last)),
  );
}

#if REGISTERS
// Written out, because an indexed array would lie in memory.
var<private> w0: vec4<f32>;
var<private> w1: vec4<f32>;
var<private> w2: vec4<f32>;
var<private> w3: vec4<f32>;
var<private> w4: vec4<f32>;
var<private> w5: vec4<f32>;
var<private> w6: vec4<f32>;
var<private> w7: vec4<f32>;
var<private> w8: vec4<f32>;
var<private> w9: vec4<f32>;
var<private> w10: vec4<f32>;
var<private> w11: vec4<f32>;
var<private> w12: vec4<f32>;
var<private> w13: vec4<f32>;
var<private> w14: vec4<f32>;
var<private> w15: vec4<f32>;
var<private> w16: vec4<f32>;
var<private> w17: vec4<f32>;
var<private> w18: vec4<f32>;
var<private> w19: vec4<f32>;
var<private> w20: vec4<f32>;
var<private> w21: vec4<f32>;
var<private> w22: vec4<f32>;
var<private> w23: vec4<f32>;
var<private> w24: vec4<f32>;
var<private> w25: vec4<f32>;
var<private> w26: vec4<f32>;
var<private> w27: vec4<f32>;
var<private> w28: vec4<f32>;
var<private> w29: vec4<f32>;
var<private> w30: vec4<f32>;
var<private> w31: vec4<f32>;

fn keep_weights(column: u32) {
  if (0u < DEPTH4) { w0 = weights4(column, 0u); }
  if (1u < DEPTH4) { w1 = weights4(column, 1u); }
  if (2u < DEPTH4) { w2 = weights4(column, 2u); }
  if (3u < DEPTH4) { w3 = weights4(column, 3u); }
  if (4u < DEPTH4) { w4 = weights4(column, 4u); }
  if (5u < DEPTH4) { w5 = weights4(column, 5u); }
  if (6u < DEPTH4) { w6 = weights4(column, 6u); }
  if (7u < DEPTH4) { w7 = weights4(column, 7u); }
  if (8u < DEPTH4) { w8 = weights4(column, 8u); }
  if (9u < DEPTH4) { w9 = weights4(column, 9u); }
  if (10u < DEPTH4) { w10 = weights4(column, 10u); }
  if (11u < DEPTH4) { w11 = weights4(column, 11u); }
  if (12u < DEPTH4) { w12 = weights4(column, 12u); }
  if (13u < DEPTH4) { w13 = weights4(column, 13u); }
  if (14u < DEPTH4) { w14 = weights4(column, 14u); }
  if (15u < DEPTH4) { w15 = weights4(column, 15u); }
  if (16u < DEPTH4) { w16 = weights4(column, 16u); }
  if (17u < DEPTH4) { w17 = weights4(column, 17u); }
  if (18u < DEPTH4) { w18 = weights4(column, 18u); }
  if (19u < DEPTH4) { w19 = weights4(column, 19u); }
  if (20u < DEPTH4) { w20 = weights4(column, 20u); }
  if (21u < DEPTH4) { w21 = weights4(column, 21u); }
  if (22u < DEPTH4) { w22 = weights4(column, 22u); }
  if (23u < DEPTH4) { w23 = weights4(column, 23u); }
  if (24u < DEPTH4) { w24 = weights4(column, 24u); }
  if (25u < DEPTH4) { w25 = weights4(column, 25u); }
  if (26u < DEPTH4) { w26 = weights4(column, 26u); }
  if (27u < DEPTH4) { w27 = weights4(column, 27u); }
  if (28u < DEPTH4) { w28 = weights4(column, 28u); }
  if (29u < DEPTH4) { w29 = weights4(column, 29u); }
  if (30u < DEPTH4) { w30 = weights4(column, 30u); }
  if (31u < DEPTH4) { w31 = weights4(column, 31u); }
}

fn kept_product(at: u32) -> f32 {
  var s = vec4<f32>();
  if (0u < DEPTH4) { s += w0 * operand[at + 0u]; }
  if (1u < DEPTH4) { s += w1 * operand[at + 1u]; }
  if (2u < DEPTH4) { s += w2 * operand[at + 2u]; }
  if (3u < DEPTH4) { s += w3 * operand[at + 3u]; }
  if (4u < DEPTH4) { s += w4 * operand[at + 4u]; }
  if (5u < DEPTH4) { s += w5 * operand[at + 5u]; }
  if (6u < DEPTH4) { s += w6 * operand[at + 6u]; }
  if (7u < DEPTH4) { s += w7 * operand[at + 7u]; }
  if (8u < DEPTH4) { s += w8 * operand[at + 8u]; }
  if (9u < DEPTH4) { s += w9 * operand[at + 9u]; }
  if (10u < DEPTH4) { s += w10 * operand[at + 10u]; }
  if (11u < DEPTH4) { s += w11 * operand[at + 11u]; }
  if (12u < DEPTH4) { s += w12 * operand[at + 12u]; }
  if (13u < DEPTH4) { s += w13 * operand[at + 13u]; }
  if (14u < DEPTH4) { s += w14 * operand[at + 14u]; }
  if (15u < DEPTH4) { s += w15 * operand[at + 15u]; }
  if (16u < DEPTH4) { s += w16 * operand[at + 16u]; }
  if (17u < DEPTH4) { s += w17 * operand[at + 17u]; }
  if (18u < DEPTH4) { s += w18 * operand[at + 18u]; }
  if (19u < DEPTH4) { s += w19 * operand[at + 19u]; }
  if (20u < DEPTH4) { s += w20 * operand[at + 20u]; }
  if (21u < DEPTH4) { s += w21 * operand[at + 21u]; }
  if (22u < DEPTH4) { s += w22 * operand[at + 22u]; }
  if (23u < DEPTH4) { s += w23 * operand[at + 23u]; }
  if (24u < DEPTH4) { s += w24 * operand[at + 24u]; }
  if (25u < DEPTH4) { s += w25 * operand[at + 25u]; }
  if (26u < DEPTH4) { s += w26 * operand[at + 26u]; }
  if (27u < DEPTH4) { s += w27 * operand[at + 27u]; }
  if (28u < DEPTH4) { s += w28 * operand[at + 28u]; }
  if (29u < DEPTH4) { s += w29 * operand[at + 29u]; }
  if (30u < DEPTH4) { s += w30 * operand[at + 30u]; }
  if (31u < DEPTH4) { s += w31 * operand[at + 31u]; }
  return s.x + s.y + s.z + s.w;
}

fn prepare(thread: u32) {
  if (thread < COLUMNS) {
    keep_weights(thread);
  }
}

fn products(thread: u32) {
  if (thread < COLUMNS) {
    for (var row = 0u; row < ROWS; row++) {
      sums[row * COLUMNS + thread] = kept_product(row * ROW4 + part(thread) * PART4);
    }
  }
}
#else
fn prepare(thread: u32) {}

fn products(thread: u32) {
  for (var column = thread; column < COLUMNS; column += THREADS) {
    let at = part(column) * PART4;
    var s0 = vec4<f32>();
    var s1 = vec4<f32>();
    var s2 = vec4<f32>();
    var s3 = vec4<f32>();
    for (var i = 0u; i < DEPTH4; i++) {
      let w = weights4(column, i);
      s0 += w * operand[at + i];
      if (ROWS > 1u) {
        s1 += w * operand[min(1u, ROWS - 1u) * ROW4 + at + i];
      }
      if (ROWS > 2u) {
        s2 += w * operand[min(2u, ROWS - 1u) * ROW4 + at + i];
        s3 += w * operand[min(3u, ROWS - 1u) * ROW4 + at + i];
      }
    }
    sums[column] = s0.x + s0.y + s0.z + s0.w;
    if (ROWS > 1u) {
      sums[min(1u, ROWS - 1u) * COLUMNS + column] = s1.x + s1.y + s1.z + s1.w;
    }
    if (ROWS > 2u) {
      sums[min(2u, ROWS - 1u) * COLUMNS + column] = s2.x + s2.y + s2.z + s2.w;
      sums[min(3u, ROWS - 1u) * COLUMNS + column] = s3.x + s3.y + s3.z + s3.w;
    }
  }
}
#endif

// Four units of one batch row, the pointwise work of one thread.
struct Quad {
  // Whether this thread has work at all, and its row among those of the workgroup.
  works: bool,
  local_row: u32,
  row: u32,
  // The first of the four units, and which of them exist.
  unit: u32,
  exists: vec4<bool>,
}

fn quad_of(thread: u32, group: u32, batch: u32) -> Quad {
  let local_row = thread / DEPTH4;
  let unit = thread % DEPTH4 * 4u;
  let row = group * ROWS + local_row;
  let works = local_row < ROWS && row < batch;
  let units = vec4<u32>(unit, unit + 1u, unit + 2u, unit + 3u);
  return Quad(works, local_row, row, unit, units < vec4<u32>(UNITS));
}

// Sums of columns first, first + step, first + 2·step, first + 3·step of a row; past the last column any number.
fn sums4(local_row: u32, first: u32, step: u32) -> vec4<f32> {
  let last = COLUMNS - 1u;
  let at = local_row * COLUMNS;
  return vec4<f32>(
    sums[at + min(first, last)],
    sums[at + min(first + step, last)],
    sums[at + min(first + 2u * step, last)],
    sums[at + min(first + 3u * step, last)],
  );
}

// The operand of the next product; what does not exist becomes zero.
fn put_operand(quad: Quad, which: u32, values: vec4<f32>) {
  operand[quad.local_row * ROW4 + which * PART4 + quad.unit / 4u] = select(vec4<f32>(), values, quad.exists);
}

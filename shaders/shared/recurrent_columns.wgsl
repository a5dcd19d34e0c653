// The recurrent product inside one workgroup, for kernels that walk through all time steps in one dispatch:
//   sums[row,column] = sum over k < UNITS of operand[row,part(column),k] · weight(column,k)
//
// A workgroup owns ROWS batch rows for all steps. Thread i computes columns i, i + THREADS, ... for all of its rows.
// With REGISTERS each thread keeps the weights of its one column in registers for all steps (COLUMNS <= THREADS, at
// most 128 registers); else they stream through the caches in each step. Thread i also owns four units of one row,
// see quad_of: the pointwise part of the cell, so that a vec4 of the operand has one writer.
// With PACKED a stored number holds the weights of k = 2i (low half) and 2i + 1 as f16, else one weight as f32.
// The kernel declares part(column) and stored(column, i), the number i < STORED_ROWS of a column, and has the constants
// UNITS, COLUMNS, PARTS, ROWS, THREADS.
// Workgroup memory: ROWS·COLUMNS + 4·ROWS·PARTS·(ceil(UNITS/4) + 1) floats.
const DEPTH4: u32 = (UNITS + 3u) / 4u;
// One vec4 more than a part needs, so that parts read at once lie in different banks; it stays zero.
const PART4: u32 = DEPTH4 + 1u;
const ROW4: u32 = PARTS * PART4;

#if PACKED
alias Stored = u32;
const STORED_ROWS: u32 = (UNITS + 1u) / 2u;
// Vectors of the operand that four stored numbers are multiplied by.
const SPAN4: u32 = 2u;

fn multiply(w: vec4<u32>, at: u32) -> vec4<f32> {
  let low = vec4<f32>(unpack2x16float(w.x), unpack2x16float(w.y));
  let high = vec4<f32>(unpack2x16float(w.z), unpack2x16float(w.w));
  return low * operand[at] + high * operand[at + 1u];
}
#else
alias Stored = f32;
const STORED_ROWS: u32 = UNITS;
const SPAN4: u32 = 1u;

fn multiply(w: vec4<f32>, at: u32) -> vec4<f32> {
  return w * operand[at];
}
#endif
// Vectors of four stored numbers in a column. Those past the last are repeated and meet a zero operand.
const LOADS: u32 = (STORED_ROWS + 3u) / 4u;

// [ROWS, PARTS, PART4]; what lies past UNITS stays zero.
var<workgroup> operand: array<vec4<f32>, ROWS * ROW4>;
var<workgroup> sums: array<f32, ROWS * COLUMNS>;

fn weights4(column: u32, load: u32) -> vec4<Stored> {
  let i = 4u * load;
  let last = STORED_ROWS - 1u;
  return vec4<Stored>(
    stored(column, i),
    stored(column, min(i + 1u, last)),
    stored(column, min(i + 2u, last)),
    stored(column, min(i + 3u, last)),
  );
}

#if REGISTERS
// Written out, because an indexed array would lie in memory.
var<private> w0: vec4<Stored>;
var<private> w1: vec4<Stored>;
var<private> w2: vec4<Stored>;
var<private> w3: vec4<Stored>;
var<private> w4: vec4<Stored>;
var<private> w5: vec4<Stored>;
var<private> w6: vec4<Stored>;
var<private> w7: vec4<Stored>;
var<private> w8: vec4<Stored>;
var<private> w9: vec4<Stored>;
var<private> w10: vec4<Stored>;
var<private> w11: vec4<Stored>;
var<private> w12: vec4<Stored>;
var<private> w13: vec4<Stored>;
var<private> w14: vec4<Stored>;
var<private> w15: vec4<Stored>;
var<private> w16: vec4<Stored>;
var<private> w17: vec4<Stored>;
var<private> w18: vec4<Stored>;
var<private> w19: vec4<Stored>;
var<private> w20: vec4<Stored>;
var<private> w21: vec4<Stored>;
var<private> w22: vec4<Stored>;
var<private> w23: vec4<Stored>;
var<private> w24: vec4<Stored>;
var<private> w25: vec4<Stored>;
var<private> w26: vec4<Stored>;
var<private> w27: vec4<Stored>;
var<private> w28: vec4<Stored>;
var<private> w29: vec4<Stored>;
var<private> w30: vec4<Stored>;
var<private> w31: vec4<Stored>;

fn keep_weights(column: u32) {
  if (0u < LOADS) { w0 = weights4(column, 0u); }
  if (1u < LOADS) { w1 = weights4(column, 1u); }
  if (2u < LOADS) { w2 = weights4(column, 2u); }
  if (3u < LOADS) { w3 = weights4(column, 3u); }
  if (4u < LOADS) { w4 = weights4(column, 4u); }
  if (5u < LOADS) { w5 = weights4(column, 5u); }
  if (6u < LOADS) { w6 = weights4(column, 6u); }
  if (7u < LOADS) { w7 = weights4(column, 7u); }
  if (8u < LOADS) { w8 = weights4(column, 8u); }
  if (9u < LOADS) { w9 = weights4(column, 9u); }
  if (10u < LOADS) { w10 = weights4(column, 10u); }
  if (11u < LOADS) { w11 = weights4(column, 11u); }
  if (12u < LOADS) { w12 = weights4(column, 12u); }
  if (13u < LOADS) { w13 = weights4(column, 13u); }
  if (14u < LOADS) { w14 = weights4(column, 14u); }
  if (15u < LOADS) { w15 = weights4(column, 15u); }
  if (16u < LOADS) { w16 = weights4(column, 16u); }
  if (17u < LOADS) { w17 = weights4(column, 17u); }
  if (18u < LOADS) { w18 = weights4(column, 18u); }
  if (19u < LOADS) { w19 = weights4(column, 19u); }
  if (20u < LOADS) { w20 = weights4(column, 20u); }
  if (21u < LOADS) { w21 = weights4(column, 21u); }
  if (22u < LOADS) { w22 = weights4(column, 22u); }
  if (23u < LOADS) { w23 = weights4(column, 23u); }
  if (24u < LOADS) { w24 = weights4(column, 24u); }
  if (25u < LOADS) { w25 = weights4(column, 25u); }
  if (26u < LOADS) { w26 = weights4(column, 26u); }
  if (27u < LOADS) { w27 = weights4(column, 27u); }
  if (28u < LOADS) { w28 = weights4(column, 28u); }
  if (29u < LOADS) { w29 = weights4(column, 29u); }
  if (30u < LOADS) { w30 = weights4(column, 30u); }
  if (31u < LOADS) { w31 = weights4(column, 31u); }
}

fn kept_product(at: u32) -> f32 {
  var s = vec4<f32>();
  if (0u < LOADS) { s += multiply(w0, at + 0u * SPAN4); }
  if (1u < LOADS) { s += multiply(w1, at + 1u * SPAN4); }
  if (2u < LOADS) { s += multiply(w2, at + 2u * SPAN4); }
  if (3u < LOADS) { s += multiply(w3, at + 3u * SPAN4); }
  if (4u < LOADS) { s += multiply(w4, at + 4u * SPAN4); }
  if (5u < LOADS) { s += multiply(w5, at + 5u * SPAN4); }
  if (6u < LOADS) { s += multiply(w6, at + 6u * SPAN4); }
  if (7u < LOADS) { s += multiply(w7, at + 7u * SPAN4); }
  if (8u < LOADS) { s += multiply(w8, at + 8u * SPAN4); }
  if (9u < LOADS) { s += multiply(w9, at + 9u * SPAN4); }
  if (10u < LOADS) { s += multiply(w10, at + 10u * SPAN4); }
  if (11u < LOADS) { s += multiply(w11, at + 11u * SPAN4); }
  if (12u < LOADS) { s += multiply(w12, at + 12u * SPAN4); }
  if (13u < LOADS) { s += multiply(w13, at + 13u * SPAN4); }
  if (14u < LOADS) { s += multiply(w14, at + 14u * SPAN4); }
  if (15u < LOADS) { s += multiply(w15, at + 15u * SPAN4); }
  if (16u < LOADS) { s += multiply(w16, at + 16u * SPAN4); }
  if (17u < LOADS) { s += multiply(w17, at + 17u * SPAN4); }
  if (18u < LOADS) { s += multiply(w18, at + 18u * SPAN4); }
  if (19u < LOADS) { s += multiply(w19, at + 19u * SPAN4); }
  if (20u < LOADS) { s += multiply(w20, at + 20u * SPAN4); }
  if (21u < LOADS) { s += multiply(w21, at + 21u * SPAN4); }
  if (22u < LOADS) { s += multiply(w22, at + 22u * SPAN4); }
  if (23u < LOADS) { s += multiply(w23, at + 23u * SPAN4); }
  if (24u < LOADS) { s += multiply(w24, at + 24u * SPAN4); }
  if (25u < LOADS) { s += multiply(w25, at + 25u * SPAN4); }
  if (26u < LOADS) { s += multiply(w26, at + 26u * SPAN4); }
  if (27u < LOADS) { s += multiply(w27, at + 27u * SPAN4); }
  if (28u < LOADS) { s += multiply(w28, at + 28u * SPAN4); }
  if (29u < LOADS) { s += multiply(w29, at + 29u * SPAN4); }
  if (30u < LOADS) { s += multiply(w30, at + 30u * SPAN4); }
  if (31u < LOADS) { s += multiply(w31, at + 31u * SPAN4); }
  return s.x + s.y + s.z + s.w;
}

fn prepare(thread: u32) {
  if (thread < COLUMNS) {
    keep_weights(thread);
  }
}

// Sums of the columns first .. first + count - 1.
fn products(thread: u32, first: u32, count: u32) {
  if (thread >= first && thread < first + count) {
    for (var row = 0u; row < ROWS; row++) {
      sums[row * COLUMNS + thread] = kept_product(row * ROW4 + part(thread) * PART4);
    }
  }
}
#else
fn prepare(thread: u32) {}

fn products(thread: u32, first: u32, count: u32) {
  for (var column = first + thread; column < first + count; column += THREADS) {
    let at = part(column) * PART4;
    var s0 = vec4<f32>();
    var s1 = vec4<f32>();
    var s2 = vec4<f32>();
    var s3 = vec4<f32>();
    for (var i = 0u; i < LOADS; i++) {
      let w = weights4(column, i);
      let begin = at + i * SPAN4;
      s0 += multiply(w, begin);
      if (ROWS > 1u) {
        s1 += multiply(w, min(1u, ROWS - 1u) * ROW4 + begin);
      }
      if (ROWS > 2u) {
        s2 += multiply(w, min(2u, ROWS - 1u) * ROW4 + begin);
        s3 += multiply(w, min(3u, ROWS - 1u) * ROW4 + begin);
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
  // The four units; those that do not exist stand for the last.
  units: vec4<u32>,
  exists: vec4<bool>,
}

fn quad_of(thread: u32, group: u32, batch: u32) -> Quad {
  let local_row = thread / DEPTH4;
  let unit = thread % DEPTH4 * 4u;
  let row = group * ROWS + local_row;
  let works = local_row < ROWS && row < batch;
  let units = vec4<u32>(unit, unit + 1u, unit + 2u, unit + 3u);
  return Quad(works, local_row, row, min(units, vec4<u32>(UNITS - 1u)), units < vec4<u32>(UNITS));
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
  operand[quad.local_row * ROW4 + which * PART4 + quad.units.x / 4u] = select(vec4<f32>(), values, quad.exists);
}

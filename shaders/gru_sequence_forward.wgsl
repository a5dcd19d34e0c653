// All GRU time steps in one dispatch, reset after the product; each step as in gru_forward.
//   z = s(a_z + h·R_z + b_rz)  r = s(a_r + h·R_r + b_rr)  q = h·R_n + b_rn  n = tanh(a_n + r∘q)
//   h' = z∘h + (1-z)∘n
//
// gates [T,N,3,H], blocks z|r|n, holds a = x·W + b and is overwritten by the activated gates. r [H,3,H], or its packed
// halves; bias [3,H] is the recurrent bias b_r, read where biased = 1. q [T,N,H] is kept for backward. h [T+1,N,H]:
// slot 0 is read, slots 1..T are written; a masked row keeps its state and leaves gates and q alone.
// Threads and workgroup memory: see shared/recurrent_columns.wgsl; a workgroup covers `rows` batch rows. h and the bias
// stay in registers. The launcher has checked that each quad of units has a thread, and `registers` against the sizes.
#import activation
#import recurrent_columns
struct Params {
  steps: u32,
  batch: u32,
  units: u32,
  masked: u32,
  rows: u32,
  registers: u32,
  biased: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> r: array<Stored>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read> mask: array<u32>;
@group(0) @binding(4) var<storage, read_write> gates: array<f32>;
@group(0) @binding(5) var<storage, read_write> q: array<f32>;
@group(0) @binding(6) var<storage, read_write> h: array<f32>;

fn part(column: u32) -> u32 {
  return 0u;
}

fn stored(column: u32, i: u32) -> Stored {
  return r[i * COLUMNS + column];
}

fn gates4(at: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(gates[at.x], gates[at.y], gates[at.z], gates[at.w]);
}

fn bias4(at: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(bias[at.x], bias[at.y], bias[at.z], bias[at.w]);
}

fn put_gates(at: vec4<u32>, exists: vec4<bool>, values: vec4<f32>) {
  gates[at.x] = values.x;
  if (exists.y) {
    gates[at.y] = values.y;
  }
  if (exists.z) {
    gates[at.z] = values.z;
  }
  if (exists.w) {
    gates[at.w] = values.w;
  }
}

fn put_q(at: vec4<u32>, exists: vec4<bool>, values: vec4<f32>) {
  q[at.x] = values.x;
  if (exists.y) {
    q[at.y] = values.y;
  }
  if (exists.z) {
    q[at.z] = values.z;
  }
  if (exists.w) {
    q[at.w] = values.w;
  }
}

fn put_h(at: vec4<u32>, exists: vec4<bool>, values: vec4<f32>) {
  h[at.x] = values.x;
  if (exists.y) {
    h[at.y] = values.y;
  }
  if (exists.z) {
    h[at.z] = values.z;
  }
  if (exists.w) {
    h[at.w] = values.w;
  }
}

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3<u32>) {
  let quad = quad_of(thread, group.x, p.batch);
  let stride = p.batch * UNITS;
  // Positions of the four units in a [N,H] slot.
  let at = quad.row * UNITS + quad.units;
  var state = vec4<f32>();
  var bias_z = vec4<f32>();
  var bias_r = vec4<f32>();
  var bias_n = vec4<f32>();
  if (quad.works) {
    state = vec4<f32>(h[at.x], h[at.y], h[at.z], h[at.w]);
    put_operand(quad, 0u, state);
    if (p.biased == 1u) {
      bias_z = bias4(quad.units);
      bias_r = bias4(quad.units + UNITS);
      bias_n = bias4(quad.units + 2u * UNITS);
    }
  }
  prepare(thread);
  workgroupBarrier();
  for (var t = 0u; t < p.steps; t++) {
    // Loaded before the product, which hides the latency.
    let now = t * stride + at;
    let at_z = 3u * (t * p.batch + quad.row) * UNITS + quad.units;
    let at_r = at_z + UNITS;
    let at_n = at_r + UNITS;
    var z = vec4<f32>();
    var reset = vec4<f32>();
    var n = vec4<f32>();
    var counts = true;
    if (quad.works) {
      z = gates4(at_z);
      reset = gates4(at_r);
      n = gates4(at_n);
      counts = p.masked == 0u || mask[t * p.batch + quad.row] != 0u;
    }
    products(thread, 0u, COLUMNS);
    workgroupBarrier();
    if (quad.works) {
      if (counts) {
        let column = quad.units.x;
        z = sigmoid4(z + bias_z + sums4(quad.local_row, column, 1u));
        reset = sigmoid4(reset + bias_r + sums4(quad.local_row, column + UNITS, 1u));
        let product = bias_n + sums4(quad.local_row, column + 2u * UNITS, 1u);
        n = tanh4(n + reset * product);
        state = z * state + (1.0 - z) * n;
        put_gates(at_z, quad.exists, z);
        put_gates(at_r, quad.exists, reset);
        put_gates(at_n, quad.exists, n);
        put_q(now, quad.exists, product);
      }
      put_h(now + stride, quad.exists, state);
      put_operand(quad, 0u, state);
    }
    workgroupBarrier();
  }
}

// All GRU time steps in one dispatch, reset before the product; each as in gru_before_gates and gru_before_candidate.
//   z = s(a_z + h·R_z)  r = s(a_r + h·R_r)  rh = r∘h  n = tanh(a_n + rh·R_n)  h' = z∘h + (1-z)∘n
//
// gates [T,N,3,H], blocks z|r|n, holds a = x·W + b and is overwritten by the activated gates. r [H,3,H], or its packed
// halves. rh [T,N,H] is kept for backward, 0 in a masked row. h [T+1,N,H]: slot 0 is read, slots 1..T are written;
// a masked row keeps its state and its gates.
// Threads and workgroup memory: see shared/recurrent_columns.wgsl; a workgroup covers `rows` batch rows. A step is two
// products: the columns of z and r with h, then those of n with rh. h stays in registers. The launcher has checked that
// each quad of units has a thread, and `registers` against the sizes.
#import activation
#import recurrent_columns
struct Params {
  steps: u32,
  batch: u32,
  units: u32,
  masked: u32,
  rows: u32,
  registers: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> r: array<Stored>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read_write> gates: array<f32>;
@group(0) @binding(4) var<storage, read_write> rh: array<f32>;
@group(0) @binding(5) var<storage, read_write> h: array<f32>;

// Part 0 of the operand is h, part 1 is rh.
fn part(column: u32) -> u32 {
  return select(0u, 1u, column >= 2u * UNITS);
}

fn stored(column: u32, i: u32) -> Stored {
  return r[i * COLUMNS + column];
}

fn gates4(at: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(gates[at.x], gates[at.y], gates[at.z], gates[at.w]);
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

fn put_rh(at: vec4<u32>, exists: vec4<bool>, values: vec4<f32>) {
  rh[at.x] = values.x;
  if (exists.y) {
    rh[at.y] = values.y;
  }
  if (exists.z) {
    rh[at.z] = values.z;
  }
  if (exists.w) {
    rh[at.w] = values.w;
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
  if (quad.works) {
    state = vec4<f32>(h[at.x], h[at.y], h[at.z], h[at.w]);
    put_operand(quad, 0u, state);
  }
  prepare(thread);
  workgroupBarrier();
  for (var t = 0u; t < p.steps; t++) {
    // Loaded before the product, which hides the latency.
    let now = t * stride + at;
    let at_z = 3u * (t * p.batch + quad.row) * UNITS + quad.units;
    let at_r = at_z + UNITS;
    let at_n = at_r + UNITS;
    let column = quad.units.x;
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
    products(thread, 0u, 2u * UNITS);
    workgroupBarrier();
    if (quad.works) {
      var kept = vec4<f32>();
      if (counts) {
        z = sigmoid4(z + sums4(quad.local_row, column, 1u));
        reset = sigmoid4(reset + sums4(quad.local_row, column + UNITS, 1u));
        kept = reset * state;
        put_gates(at_z, quad.exists, z);
        put_gates(at_r, quad.exists, reset);
      }
      put_rh(now, quad.exists, kept);
      put_operand(quad, 1u, kept);
    }
    workgroupBarrier();
    products(thread, 2u * UNITS, UNITS);
    workgroupBarrier();
    if (quad.works) {
      if (counts) {
        n = tanh4(n + sums4(quad.local_row, column + 2u * UNITS, 1u));
        state = z * state + (1.0 - z) * n;
        put_gates(at_n, quad.exists, n);
      }
      put_h(now + stride, quad.exists, state);
      put_operand(quad, 0u, state);
    }
    workgroupBarrier();
  }
}

// All GRU time steps in one dispatch, reset after the product; each step as in gru_forward.
//   z = s(a_z + h·R_z + b_rz)  r = s(a_r + h·R_r + b_rr)  q = h·R_n + b_rn  n = tanh(a_n + r∘q)
//   h' = z∘h + (1-z)∘n
//
// gates [T,N,3,H], blocks z|r|n, holds a = x·W + b and is overwritten by the activated gates. r [H,3,H], or its packed
// halves; bias [3,H] is the recurrent bias b_r, read where biased = 1. q [T,N,H] is kept for backward. h [T+1,N,H]:
// slot 0 is read, slots 1..T are written; a masked row keeps its state and leaves gates and q alone.
// Threads and workgroup memory: see shared/recurrent_columns.wgsl; a workgroup covers `rows` batch rows, and a block of
// columns is a gate. h and the bias stay in registers. The launcher has checked `rows` and `registers` against the sizes.
// This is for one lane forward in time; see shared/recurrent_lane.wgsl for p.reverse and two lanes.
#import activation
#import recurrent_columns
struct Params {
#import recurrent_columns_params
  biased: u32,
}
#import recurrent_columns_forward
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read> mask: array<u32>;
@group(0) @binding(4) var<storage, read_write> gates: array<f32>;
@group(0) @binding(5) var<storage, read_write> q: array<f32>;
@group(0) @binding(6) var<storage, read_write> h: array<f32>;

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3<u32>) {
  let owner = owner_of(thread, group.x, p.batch);
  enter(group.z, 0u);
  var state = 0.0;
  var bias_z = 0.0;
  var bias_r = 0.0;
  var bias_n = 0.0;
  if (owner.works) {
    state = h[element_of(owner, lane.before)];
    put_operand(owner, 0u, state);
    if (p.biased == 1u) {
      let at = lane.index * 3u * UNITS + owner.unit;
      bias_z = bias[at];
      bias_r = bias[UNITS + at];
      bias_n = bias[2u * UNITS + at];
    }
  }
  prepare(thread, WHOLE);
  workgroupBarrier();
  for (var t = 0u; t < p.steps; t++) {
    // Loaded before the product, which hides the latency.
    enter(group.z, t);
    let now = element_of(owner, lane.step);
    let at_z = 3u * (lane.step + owner.row) * UNITS + owner.unit;
    let at_r = at_z + UNITS;
    let at_n = at_r + UNITS;
    var z = 0.0;
    var reset = 0.0;
    var n = 0.0;
    var counts = true;
    if (owner.works) {
      z = gates[at_z];
      reset = gates[at_r];
      n = gates[at_n];
      counts = p.masked == 0u || mask[lane.mask + owner.row] != 0u;
    }
    multiply(thread, WHOLE);
    workgroupBarrier();
    if (owner.works) {
      if (counts) {
        z = sigmoid(z + bias_z + sum_of(owner.local_row, WHOLE, 0u, owner.unit));
        reset = sigmoid(reset + bias_r + sum_of(owner.local_row, WHOLE, 1u, owner.unit));
        let product = bias_n + sum_of(owner.local_row, WHOLE, 2u, owner.unit);
        n = safe_tanh(n + reset * product);
        state = z * state + (1.0 - z) * n;
        gates[at_z] = z;
        gates[at_r] = reset;
        gates[at_n] = n;
        q[now] = product;
      }
      h[element_of(owner, lane.after)] = state;
      put_operand(owner, 0u, state);
    }
    workgroupBarrier();
  }
}

// All GRU time steps in one dispatch, reset before the product; each as in gru_before_gates and gru_before_candidate.
//   z = s(a_z + h·R_z)  r = s(a_r + h·R_r)  rh = r∘h  n = tanh(a_n + rh·R_n)  h' = z∘h + (1-z)∘n
//
// gates [T,N,3,H], blocks z|r|n, holds a = x·W + b and is overwritten by the activated gates. r [H,3,H], or its packed
// halves. rh [T,N,H] is kept for backward, 0 in a masked row. h [T+1,N,H]: slot 0 is read, slots 1..T are written;
// a masked row keeps its state and its gates.
// Threads and workgroup memory: see shared/recurrent_columns.wgsl; a workgroup covers `rows` batch rows, and a block of
// columns is a gate. A step is two products: the columns of z and r with h, then those of n with rh. h stays in
// registers. The launcher has checked `rows` and `registers` against the sizes.
// This is for one lane forward in time; see shared/recurrent_lane.wgsl for p.reverse and two lanes.
#import activation
#import recurrent_columns
struct Params {
#import recurrent_columns_params
}
#import recurrent_columns_forward
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read_write> gates: array<f32>;
@group(0) @binding(4) var<storage, read_write> rh: array<f32>;
@group(0) @binding(5) var<storage, read_write> h: array<f32>;

// The operand is h, then rh.
const GATES = Product(0u, 2u * UNIT_QUADS, 0u, UNIT_QUADS, 0u, PARTS, DEPTH, 0u);
const CANDIDATE =
  Product(2u * UNIT_QUADS, UNIT_QUADS, 0u, UNIT_QUADS, UNIT_QUADS, PARTS_2, DEPTH_2, PARTS * 2u * UNIT_QUADS);

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3<u32>) {
  let owner = owner_of(thread, group.x, p.batch);
  enter(group.z, 0u);
  var state = 0.0;
  if (owner.works) {
    state = h[element_of(owner, lane.before)];
    put_operand(owner, 0u, state);
  }
  prepare(thread, GATES);
  prepare(thread, CANDIDATE);
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
    multiply(thread, GATES);
    workgroupBarrier();
    if (owner.works) {
      var kept = 0.0;
      if (counts) {
        z = sigmoid(z + sum_of(owner.local_row, GATES, 0u, owner.unit));
        reset = sigmoid(reset + sum_of(owner.local_row, GATES, 1u, owner.unit));
        kept = reset * state;
        gates[at_z] = z;
        gates[at_r] = reset;
      }
      rh[now] = kept;
      put_operand(owner, 1u, kept);
    }
    workgroupBarrier();
    multiply(thread, CANDIDATE);
    workgroupBarrier();
    if (owner.works) {
      if (counts) {
        n = safe_tanh(n + sum_of(owner.local_row, CANDIDATE, 0u, owner.unit));
        state = z * state + (1.0 - z) * n;
        gates[at_n] = n;
      }
      h[element_of(owner, lane.after)] = state;
      put_operand(owner, 0u, state);
    }
    workgroupBarrier();
  }
}

// All GRU time steps backward in one dispatch, reset before the product, from the last; each as in
// gru_before_candidate_backward and gru_before_gates_backward.
//   dh = dh[t+1] + dz[t+1]·rt_z + dr[t+1]·rt_r;  dn = dh∘(1-z)∘(1-n²);  dz = dh∘(h-n)∘z(1-z);
//   d(rh) = dn·rt_n;  dr = d(rh)∘h∘r(1-r);  dh[t] += dh∘z + d(rh)∘r
//
// gates [T,N,3,H], blocks z|r|n, holds the activated gates and becomes dz|dr|dn. rt [3,H,H] is R transposed,
// rt[g,k,j] = R[j,g,k], or its packed halves. h [T+1,N,H] holds the states. dh [T+1,N,H] holds the gradients from above;
// what flows past the products, or past a masked row, is added to slot t.
// Threads and workgroup memory: see shared/recurrent_columns.wgsl; a block of rows is a gate. A step is two products: dz
// and dr of the step after it, then dn of its own. The slot of dh that the next step needs stays in registers. The
// launcher has checked as for gru_before_sequence_forward.
#import recurrent_columns
struct Params {
#import recurrent_columns_params
}
#import recurrent_columns_backward
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> h: array<f32>;
@group(0) @binding(4) var<storage, read_write> gates: array<f32>;
@group(0) @binding(5) var<storage, read_write> dh: array<f32>;

const ARRIVED = Product(0u, UNIT_QUADS, 0u, 2u * UNIT_QUADS, 0u, PARTS, DEPTH, 0u);
const CANDIDATE = Product(0u, UNIT_QUADS, 2u * UNIT_QUADS, UNIT_QUADS, 0u, PARTS_2, DEPTH_2, PARTS * UNIT_QUADS);

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3<u32>) {
  let owner = owner_of(thread, group.x, p.batch);
  enter(group.z, p.steps - 1u);
  // The gradient of the state after a step.
  var arrived = 0.0;
  if (owner.works) {
    arrived = dh[element_of(owner, lane.after)];
  }
  prepare(thread, ARRIVED);
  prepare(thread, CANDIDATE);
  for (var left = p.steps; left > 0u; left--) {
    // Loaded before the product, which hides the latency. In the last step the operand of z and r is zero.
    enter(group.z, left - 1u);
    let slot = element_of(owner, lane.before);
    let at_z = 3u * (lane.step + owner.row) * UNITS + owner.unit;
    let at_r = at_z + UNITS;
    let at_n = at_r + UNITS;
    var z = 0.0;
    var reset = 0.0;
    var n = 0.0;
    var before = 0.0;
    var above = 0.0;
    var counts = true;
    if (owner.works) {
      z = gates[at_z];
      reset = gates[at_r];
      n = gates[at_n];
      before = h[slot];
      above = dh[slot];
      counts = p.masked == 0u || mask[lane.mask + owner.row] != 0u;
    }
    multiply(thread, ARRIVED);
    workgroupBarrier();
    if (owner.works) {
      let dh_total = arrived + sum_of(owner.local_row, ARRIVED, 0u, owner.unit);
      var dz = 0.0;
      var dn = 0.0;
      arrived = above + dh_total;
      if (counts) {
        dn = dh_total * (1.0 - z) * (1.0 - n * n);
        dz = dh_total * (before - n) * z * (1.0 - z);
        arrived = above + dh_total * z;
      }
      gates[at_z] = dz;
      gates[at_n] = dn;
      put_operand(owner, 0u, dz);
      put_operand(owner, 2u, dn);
    }
    workgroupBarrier();
    multiply(thread, CANDIDATE);
    workgroupBarrier();
    if (owner.works) {
      var dr = 0.0;
      if (counts) {
        let through = sum_of(owner.local_row, CANDIDATE, 0u, owner.unit);
        dr = through * before * reset * (1.0 - reset);
        arrived += through * reset;
      }
      gates[at_r] = dr;
      dh[slot] = arrived;
      put_operand(owner, 1u, dr);
    }
    workgroupBarrier();
  }
}

// All time steps of the simple RNN backward in one dispatch, from the last; each step as in rnn_backward.
//   dh = dh[t+1] + dA[t+1]·rt;  dA = dh∘act'(h') from the output h' of the step
//
// da [T,N,H] is written. rt [H,H] is R transposed, rt[k,j] = R[j,k], or its packed halves. h [T+1,N,H] holds the states,
// slot t+1 the output of step t. dh [T+1,N,H] holds the gradients from above; a masked row passes its gradient on into
// slot t. act' is recurrent_derivative(ACTIVATION, .), a constant of the pipeline.
// Threads and workgroup memory: see shared/recurrent_columns.wgsl. The slot of dh that the next step needs stays in
// registers. The launcher has checked as for rnn_sequence_forward.
// This is for one lane forward in time; see shared/recurrent_lane.wgsl for p.reverse and two lanes.
#import activation
#import recurrent_columns
struct Params {
#import recurrent_columns_params
  activation: u32,
}
#import recurrent_columns_backward
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> h: array<f32>;
@group(0) @binding(4) var<storage, read_write> da: array<f32>;
@group(0) @binding(5) var<storage, read_write> dh: array<f32>;

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3<u32>) {
  let owner = owner_of(thread, group.x, p.batch);
  enter(group.z, p.steps - 1u);
  // The gradient of the state after a step.
  var arrived = 0.0;
  if (owner.works) {
    arrived = dh[element_of(owner, lane.after)];
  }
  prepare(thread, WHOLE);
  for (var left = p.steps; left > 0u; left--) {
    // Loaded before the product, which hides the latency. In the last step the operand is zero.
    enter(group.z, left - 1u);
    let now = element_of(owner, lane.step);
    let slot = element_of(owner, lane.before);
    var y = 0.0;
    var above = 0.0;
    var counts = true;
    if (owner.works) {
      y = h[element_of(owner, lane.after)];
      above = dh[slot];
      counts = p.masked == 0u || mask[lane.mask + owner.row] != 0u;
    }
    multiply(thread, WHOLE);
    workgroupBarrier();
    if (owner.works) {
      let dh_total = arrived + sum_of(owner.local_row, WHOLE, 0u, owner.unit);
      var da_now = 0.0;
      if (counts) {
        da_now = dh_total * recurrent_derivative(ACTIVATION, y);
        arrived = above;
      } else {
        arrived = above + dh_total;
        dh[slot] = arrived;
      }
      da[now] = da_now;
      put_operand(owner, 0u, da_now);
    }
    workgroupBarrier();
  }
}

// All time steps of the simple RNN in one dispatch; each step as in rnn_forward: h' = act(x·W + b + h·R).
//
// x [T,N,H] holds x·W + b. r [H,H], or its packed halves. h [T+1,N,H]: slot 0 is read, slots 1..T are written; a masked
// row keeps its state. act is recurrent_activation(ACTIVATION, .), a constant of the pipeline.
// Threads and workgroup memory: see shared/recurrent_columns.wgsl; a workgroup covers `rows` batch rows. h stays in
// registers. The launcher has checked `rows` and `registers` against the sizes.
// This is for one lane forward in time; see shared/recurrent_lane.wgsl for p.reverse and two lanes.
#import activation
#import recurrent_columns
struct Params {
#import recurrent_columns_params
  activation: u32,
}
#import recurrent_columns_forward
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> x: array<f32>;
@group(0) @binding(4) var<storage, read_write> h: array<f32>;

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3<u32>) {
  let owner = owner_of(thread, group.x, p.batch);
  enter(group.z, 0u);
  var state = 0.0;
  if (owner.works) {
    state = h[element_of(owner, lane.before)];
    put_operand(owner, 0u, state);
  }
  prepare(thread, WHOLE);
  workgroupBarrier();
  for (var t = 0u; t < p.steps; t++) {
    // Loaded before the product, which hides the latency.
    enter(group.z, t);
    let now = element_of(owner, lane.step);
    var a = 0.0;
    var counts = true;
    if (owner.works) {
      a = x[now];
      counts = p.masked == 0u || mask[lane.mask + owner.row] != 0u;
    }
    multiply(thread, WHOLE);
    workgroupBarrier();
    if (owner.works) {
      if (counts) {
        state = recurrent_activation(ACTIVATION, a + sum_of(owner.local_row, WHOLE, 0u, owner.unit));
      }
      h[element_of(owner, lane.after)] = state;
      put_operand(owner, 0u, state);
    }
    workgroupBarrier();
  }
}

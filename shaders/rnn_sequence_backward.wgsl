// All time steps of the simple RNN backward in one dispatch, from the last; each step as in rnn_backward.
//   dh = dh[t+1] + dA[t+1]·rt;  dA = dh∘act'(h') from the output h' of the step
//
// da [T,N,H] is written. rt [H,H] is R transposed, rt[k,j] = R[j,k], or its packed halves. h [T+1,N,H] holds the states,
// slot t+1 the output of step t. dh [T+1,N,H] holds the gradients from above; a masked row passes its gradient on into
// slot t. act' is recurrent_derivative(ACTIVATION, .), a constant of the pipeline.
// Threads and workgroup memory: see shared/recurrent_columns.wgsl. The slot of dh that the next step needs stays in
// registers. The launcher has checked as for rnn_sequence_forward.
#import activation
#import recurrent_columns
struct Params {
  steps: u32,
  batch: u32,
  units: u32,
  masked: u32,
  rows: u32,
  registers: u32,
  activation: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> rt: array<Stored>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> h: array<f32>;
@group(0) @binding(4) var<storage, read_write> da: array<f32>;
@group(0) @binding(5) var<storage, read_write> dh: array<f32>;

fn part(column: u32) -> u32 {
  return 0u;
}

fn stored(column: u32, i: u32) -> Stored {
  return rt[i * COLUMNS + column];
}

fn derivative(y: vec4<f32>) -> vec4<f32> {
  return vec4<f32>(
    recurrent_derivative(ACTIVATION, y.x),
    recurrent_derivative(ACTIVATION, y.y),
    recurrent_derivative(ACTIVATION, y.z),
    recurrent_derivative(ACTIVATION, y.w),
  );
}

fn dh4(at: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(dh[at.x], dh[at.y], dh[at.z], dh[at.w]);
}

fn put_da(at: vec4<u32>, exists: vec4<bool>, values: vec4<f32>) {
  da[at.x] = values.x;
  if (exists.y) {
    da[at.y] = values.y;
  }
  if (exists.z) {
    da[at.z] = values.z;
  }
  if (exists.w) {
    da[at.w] = values.w;
  }
}

fn put_dh(at: vec4<u32>, exists: vec4<bool>, values: vec4<f32>) {
  dh[at.x] = values.x;
  if (exists.y) {
    dh[at.y] = values.y;
  }
  if (exists.z) {
    dh[at.z] = values.z;
  }
  if (exists.w) {
    dh[at.w] = values.w;
  }
}

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3<u32>) {
  let quad = quad_of(thread, group.x, p.batch);
  let stride = p.batch * UNITS;
  // Positions of the four units in a [N,H] slot.
  let at = quad.row * UNITS + quad.units;
  // The gradient of slot t+1.
  var arrived = vec4<f32>();
  if (quad.works) {
    arrived = dh4(p.steps * stride + at);
  }
  prepare(thread);
  for (var i = 0u; i < p.steps; i++) {
    // Loaded before the product, which hides the latency. In the last step the operand is zero.
    let t = p.steps - 1u - i;
    let now = t * stride + at;
    let next = now + stride;
    var y = vec4<f32>();
    var above = vec4<f32>();
    var counts = true;
    if (quad.works) {
      y = vec4<f32>(h[next.x], h[next.y], h[next.z], h[next.w]);
      above = dh4(now);
      counts = p.masked == 0u || mask[t * p.batch + quad.row] != 0u;
    }
    products(thread, 0u, COLUMNS);
    workgroupBarrier();
    if (quad.works) {
      let dh_total = arrived + sums4(quad.local_row, quad.units.x, 1u);
      var da_now = vec4<f32>();
      if (counts) {
        da_now = dh_total * derivative(y);
        arrived = above;
      } else {
        arrived = above + dh_total;
        put_dh(now, quad.exists, arrived);
      }
      put_da(now, quad.exists, da_now);
      put_operand(quad, 0u, da_now);
    }
    workgroupBarrier();
  }
}

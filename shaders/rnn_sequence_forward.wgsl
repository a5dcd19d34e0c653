// All time steps of the simple RNN in one dispatch; each step as in rnn_forward: h' = act(x·W + b + h·R).
//
// x [T,N,H] holds x·W + b. r [H,H], or its packed halves. h [T+1,N,H]: slot 0 is read, slots 1..T are written; a masked
// row keeps its state. act is recurrent_activation(ACTIVATION, .), a constant of the pipeline.
// Threads and workgroup memory: see shared/recurrent_columns.wgsl; a workgroup covers `rows` batch rows. h stays in
// registers. The launcher has checked that each quad of units has a thread, and `registers` against the sizes.
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
@group(0) @binding(1) var<storage, read> r: array<Stored>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> x: array<f32>;
@group(0) @binding(4) var<storage, read_write> h: array<f32>;

fn part(column: u32) -> u32 {
  return 0u;
}

fn stored(column: u32, i: u32) -> Stored {
  return r[i * COLUMNS + column];
}

fn activated(a: vec4<f32>) -> vec4<f32> {
  return vec4<f32>(
    recurrent_activation(ACTIVATION, a.x),
    recurrent_activation(ACTIVATION, a.y),
    recurrent_activation(ACTIVATION, a.z),
    recurrent_activation(ACTIVATION, a.w),
  );
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
    var a = vec4<f32>();
    var counts = true;
    if (quad.works) {
      a = vec4<f32>(x[now.x], x[now.y], x[now.z], x[now.w]);
      counts = p.masked == 0u || mask[t * p.batch + quad.row] != 0u;
    }
    products(thread, 0u, COLUMNS);
    workgroupBarrier();
    if (quad.works) {
      if (counts) {
        state = activated(a + sums4(quad.local_row, quad.units.x, 1u));
      }
      put_h(now + stride, quad.exists, state);
      put_operand(quad, 0u, state);
    }
    workgroupBarrier();
  }
}

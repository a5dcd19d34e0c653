// All LSTM time steps in one dispatch; each step as in lstm_forward.
//   i = s(a_i)  f = s(a_f)  g = tanh(a_g)  o = s(a_o) with a = gates + h·r;  c' = f∘c + i∘g;  h' = o∘tanh(c')
//
// gates [T,N,H] of vec4 (i,f,g,o) holds x·W + b and is overwritten by the activated gates. r [H,4H], gates of a unit
// side by side, or its packed halves. h, c [T+1,N,H]: slot 0 is read, slots 1..T are written; a masked row keeps its
// state and its gates.
// Threads and workgroup memory: see shared/recurrent_columns.wgsl; a workgroup covers `rows` batch rows, and a quad of
// columns is a unit. h and c stay in registers. The launcher has checked `rows` and `registers` against the sizes.
// This is for one lane forward in time; see shared/recurrent_lane.wgsl for p.reverse and two lanes.
#import activation
#import recurrent_columns
struct Params {
#import recurrent_columns_params
}
#import recurrent_columns_forward
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read_write> gates: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> h: array<f32>;
@group(0) @binding(5) var<storage, read_write> c: array<f32>;

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3<u32>) {
  let owner = owner_of(thread, group.x, p.batch);
  enter(group.z, 0u);
  var state = 0.0;
  var inner = 0.0;
  if (owner.works) {
    state = h[element_of(owner, lane.before)];
    inner = c[element_of(owner, lane.before)];
    put_operand(owner, 0u, state);
  }
  prepare(thread, WHOLE);
  workgroupBarrier();
  for (var t = 0u; t < p.steps; t++) {
    // Loaded before the product, which hides the latency.
    enter(group.z, t);
    let now = element_of(owner, lane.step);
    var x = vec4<f32>();
    var counts = true;
    if (owner.works) {
      x = gates[now];
      counts = p.masked == 0u || mask[lane.mask + owner.row] != 0u;
    }
    multiply(thread, WHOLE);
    workgroupBarrier();
    if (owner.works) {
      if (counts) {
        let a = x + sum4(owner.local_row, WHOLE, owner.unit);
        let i = sigmoid(a.x);
        let f = sigmoid(a.y);
        let g = safe_tanh(a.z);
        let o = sigmoid(a.w);
        inner = f * inner + i * g;
        state = o * safe_tanh(inner);
        gates[now] = vec4<f32>(i, f, g, o);
      }
      let after = element_of(owner, lane.after);
      h[after] = state;
      c[after] = inner;
      put_operand(owner, 0u, state);
    }
    workgroupBarrier();
  }
}

// All LSTM time steps backward in one dispatch, from the last; each step as in lstm_backward.
//   dh = dh[t+1] + dA[t+1]·rᵀ;  do = dh∘tanh(c')∘o(1-o);  dc' = dc + dh∘o∘(1-tanh²(c'));  di = dc'∘g∘i(1-i);
//   df = dc'∘c∘f(1-f);  dg = dc'∘i∘(1-g²);  dc = dc'∘f
//
// gates [T,N,H] of vec4 holds the activated gates and becomes dA. rt [4H,H] is R transposed, rt[4k+q,j] = R[j,4k+q], or
// its packed halves. c [T+1,N,H] holds the states. dh [T+1,N,H] holds the gradients from above; a masked row passes its
// gradient on into slot t. dc [N,H] is the gradient of the last c on entry, of the first on exit.
// Threads and workgroup memory: see shared/recurrent_columns.wgsl; a quad of rows is a unit, whose dA one thread writes.
// dc stays in registers. The launcher has checked as for lstm_sequence_forward.
// This is for one lane forward in time; see shared/recurrent_lane.wgsl for p.reverse and two lanes.
#import activation
#import recurrent_columns
struct Params {
#import recurrent_columns_params
}
#import recurrent_columns_backward
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> c: array<f32>;
@group(0) @binding(4) var<storage, read_write> gates: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> dh: array<f32>;
@group(0) @binding(6) var<storage, read_write> dc: array<f32>;

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3<u32>) {
  let owner = owner_of(thread, group.x, p.batch);
  enter(group.z, p.steps - 1u);
  var carried = 0.0;
  if (owner.works) {
    carried = dc[element_of(owner, lane.row)];
  }
  prepare(thread, WHOLE);
  for (var left = p.steps; left > 0u; left--) {
    // Loaded before the product, which hides the latency. In the last step the operand is zero.
    enter(group.z, left - 1u);
    let now = element_of(owner, lane.step);
    let slot = element_of(owner, lane.before);
    let next = element_of(owner, lane.after);
    var x = vec4<f32>();
    var before = 0.0;
    var squashed = 0.0;
    var dh_total = 0.0;
    var counts = true;
    if (owner.works) {
      x = gates[now];
      before = c[slot];
      squashed = safe_tanh(c[next]);
      dh_total = dh[next];
      counts = p.masked == 0u || mask[lane.mask + owner.row] != 0u;
    }
    multiply(thread, WHOLE);
    workgroupBarrier();
    if (owner.works) {
      dh_total += sum_of(owner.local_row, WHOLE, 0u, owner.unit);
      var da = vec4<f32>();
      if (counts) {
        let i = x.x;
        let f = x.y;
        let g = x.z;
        let o = x.w;
        let dstate = carried + dh_total * o * (1.0 - squashed * squashed);
        da = vec4<f32>(
          dstate * g * i * (1.0 - i),
          dstate * before * f * (1.0 - f),
          dstate * i * (1.0 - g * g),
          dh_total * squashed * o * (1.0 - o),
        );
        carried = dstate * f;
      } else {
        dh[slot] += dh_total;
      }
      gates[now] = da;
      operand[owner.local_row * OPERAND + owner.unit] = da;
    }
    workgroupBarrier();
  }
  if (owner.works) {
    dc[element_of(owner, lane.row)] = carried;
  }
}

// The output of an LSTM step whose cell state is normalised: y = f(a_o)∘h(s), s = LN(c').
//
// gates [T,N,4,H] holds a. s [T,N,H]. y: slot `after` of h [T+1,N,H], or PROJECTED [T,N,H]. A masked row keeps its h;
// PROJECTED, its y is 0.
// Threads: one a row and unit, 64 in a workgroup, in a grid of two dimensions.
#import cell_activations
#import linear_index
struct Params {
  t: u32,
  before: u32,
  after: u32,
  batch: u32,
  units: u32,
  masked: u32,
  projected: u32,
  clip: f32,
  f_kind: u32,
  f_alpha: f32,
  f_beta: f32,
  g_kind: u32,
  g_alpha: f32,
  g_beta: f32,
  h_kind: u32,
  h_alpha: f32,
  h_beta: f32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> mask: array<u32>;
@group(0) @binding(2) var<storage, read> gates: array<f32>;
@group(0) @binding(3) var<storage, read> s: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let i = linear_index(group, groups, thread, 64u);
  if (i >= p.batch * p.units) {
    return;
  }
  let row = i / p.units;
  let unit = i % p.units;
  let skip = p.masked == 1u && mask[p.t * p.batch + row] == 0u;
  let source = (p.t * p.batch + row) * p.units + unit;
#if PROJECTED
  let to = source;
  let kept = 0.0;
#else
  let to = (p.after * p.batch + row) * p.units + unit;
  let kept = y[(p.before * p.batch + row) * p.units + unit];
#endif
  let a_o = gates[((p.t * p.batch + row) * 4u + 3u) * p.units + unit];
  y[to] = select(gate(a_o) * squashed(s[source]), kept, skip);
}

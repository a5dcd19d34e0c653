// One step of an LSTM with options, after its product S = h·R: what happens unit by unit.
//   a = x·W + b + S (PEEPHOLE: + w∘c for i and f, + w∘c' for o);  i,f,o = f(a), COUPLED: f = 1 - i;  g = g(a);
//   c' = f∘c + i∘g (CELL_CLIPPED: within ±cell_clip);  y = o∘h(c')
//
// gates [T,N,4,H] holds x·W + b and gets a: all derivatives are taken from it. sums [N,4,H] = S. peepholes [3,H] for i,f,o.
// c [T+1,N,H]: slot `before` is read, `after` written. y: h [T+1,N,H], or PROJECTED [T,N,H]. NORMALIZED: y is left to
// lstm_output_forward. A masked row keeps its states; PROJECTED, its y is 0.
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
  peephole: u32,
  coupled: u32,
  normalized: u32,
  projected: u32,
  cell_clip: f32,
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
@group(0) @binding(1) var<storage, read> sums: array<f32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> peepholes: array<f32>;
@group(0) @binding(4) var<storage, read_write> gates: array<f32>;
@group(0) @binding(5) var<storage, read_write> c: array<f32>;
@group(0) @binding(6) var<storage, read_write> y: array<f32>;

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
  let now = (p.before * p.batch + row) * p.units + unit;
  let next = (p.after * p.batch + row) * p.units + unit;
#if PROJECTED
  let to = (p.t * p.batch + row) * p.units + unit;
#else
  let to = next;
#endif
  if (skip) {
    c[next] = c[now];
#if PROJECTED
    y[to] = 0.0;
#else
    y[to] = y[now];
#endif
    return;
  }
  let source = row * 4u * p.units + unit;
  let at = (p.t * p.batch + row) * 4u * p.units + unit;
  let carried = c[now];
  var a_i = gates[at] + sums[source];
  var a_f = gates[at + p.units] + sums[source + p.units];
  let a_g = gates[at + 2u * p.units] + sums[source + 2u * p.units];
  var a_o = gates[at + 3u * p.units] + sums[source + 3u * p.units];
#if PEEPHOLE
  a_i += peepholes[unit] * carried;
  a_f += peepholes[p.units + unit] * carried;
#endif
  let i_gate = gate(a_i);
#if COUPLED
  let f_gate = 1.0 - i_gate;
#else
  let f_gate = gate(a_f);
#endif
  var state = f_gate * carried + i_gate * candidate(a_g);
#if CELL_CLIPPED
  state = select(clamp(state, -p.cell_clip, p.cell_clip), state, is_nan(state));
#endif
#if PEEPHOLE
  a_o += peepholes[2u * p.units + unit] * state;
#endif
  gates[at] = a_i;
  gates[at + p.units] = a_f;
  gates[at + 2u * p.units] = a_g;
  gates[at + 3u * p.units] = a_o;
  c[next] = state;
#if !NORMALIZED
  y[to] = gate(a_o) * squashed(state);
#endif
}

// One step of a GRU with options, after its product S = h·R: what happens unit by unit.
//   RESET_AFTER: a_z,a_r = x·W + b + S;  a_n = x·W + b + f(a_r)∘S_n.  Else a_z and a_r are complete, and a_n = x·W + b + S_n.
//   z = f(a_z);  n = g(a_n);  h' = z∘h + (1-z)∘n
//
// gates [T,N,3,H] (z,r,n) holds x·W + b and gets a: all derivatives are taken from it. sums [.,N,3,H] = S from element
// `sums_at` on. h [T+1,N,H]: slot `before` is read, `after` written; a masked row keeps its state.
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
  reset_after: u32,
  sums_at: u32,
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
@group(0) @binding(2) var<storage, read> sums: array<f32>;
@group(0) @binding(3) var<storage, read_write> gates: array<f32>;
@group(0) @binding(4) var<storage, read_write> h: array<f32>;

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
  if (skip) {
    h[next] = h[now];
    return;
  }
  let source = p.sums_at + row * 3u * p.units + unit;
  let at = (p.t * p.batch + row) * 3u * p.units + unit;
  var a_z = gates[at];
  var a_n = gates[at + 2u * p.units];
#if RESET_AFTER
  a_z += sums[source];
  let a_r = gates[at + p.units] + sums[source + p.units];
  a_n += gate(a_r) * sums[source + 2u * p.units];
  gates[at] = a_z;
  gates[at + p.units] = a_r;
#else
  a_n += sums[source + 2u * p.units];
#endif
  gates[at + 2u * p.units] = a_n;
  let z = gate(a_z);
  h[next] = z * h[now] + (1.0 - z) * candidate(a_n);
}

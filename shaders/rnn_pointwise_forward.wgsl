// One step of a plain recurrent cell with options, after its product S = h·R: a = x·W + b + S, h' = f(a).
//
// gates [T,N,H] holds x·W + b and gets a. sums [N,H] = S. h [T+1,N,H]: slot `before` is read, `after` written; a masked row
// keeps its state.
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
  let next = (p.after * p.batch + row) * p.units + unit;
  if (skip) {
    h[next] = h[(p.before * p.batch + row) * p.units + unit];
    return;
  }
  let at = (p.t * p.batch + row) * p.units + unit;
  let a = gates[at] + sums[i];
  gates[at] = a;
  h[next] = gate(a);
}

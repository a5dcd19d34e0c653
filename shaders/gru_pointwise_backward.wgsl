// The derivative of gru_pointwise_forward. With dh all of the gradient of h':
//   dA_z = dh∘(h - n)∘f'(a_z);  dA_n = dh∘(1-z)∘g'(a_n);  dh_before += dh∘z
//   RESET_AFTER: dA_r = dA_n∘S_n∘f'(a_r);  dS = dA_z, dA_r, dA_n∘f(a_r)
//
// gates [T,N,3,H]: a of step t becomes dA; not RESET_AFTER, a_r stays for gru_reset_backward. sums [.,N,3,H], from
// `sums_at` on: S becomes dS, where RESET_AFTER. h, dh [T+1,N,H]. A masked row has zeros and passes its gradient on.
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
@group(0) @binding(2) var<storage, read> h: array<f32>;
@group(0) @binding(3) var<storage, read_write> sums: array<f32>;
@group(0) @binding(4) var<storage, read_write> gates: array<f32>;
@group(0) @binding(5) var<storage, read_write> dh: array<f32>;

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
  let source = p.sums_at + row * 3u * p.units + unit;
  let at = (p.t * p.batch + row) * 3u * p.units + unit;
  if (skip) {
    gates[at] = 0.0;
    gates[at + p.units] = 0.0;
    gates[at + 2u * p.units] = 0.0;
#if RESET_AFTER
    sums[source] = 0.0;
    sums[source + p.units] = 0.0;
    sums[source + 2u * p.units] = 0.0;
#endif
    dh[now] += dh[next];
    return;
  }
  let a_z = gates[at];
  let a_n = gates[at + 2u * p.units];
  let z = gate(a_z);
  let gradient = dh[next];
  let d_z = gradient * (h[now] - candidate(a_n)) * gate_slope(a_z);
  let d_n = gradient * (1.0 - z) * candidate_slope(a_n);
  gates[at] = d_z;
  gates[at + 2u * p.units] = d_n;
#if RESET_AFTER
  let a_r = gates[at + p.units];
  let d_r = d_n * sums[source + 2u * p.units] * gate_slope(a_r);
  gates[at + p.units] = d_r;
  sums[source] = d_z;
  sums[source + p.units] = d_r;
  sums[source + 2u * p.units] = d_n * gate(a_r);
#endif
  dh[now] += gradient * z;
}

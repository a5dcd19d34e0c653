// The derivative of gru_pointwise_forward. With dh all of the gradient of h':
//   dA_z = dh∘(h - n)∘f'(a_z);  dA_n = dh∘(1-z)∘g'(a_n);  dh_before += dh∘z
//   RESET_AFTER: dA_r = dA_n∘S_n∘f'(a_r);  dS = dA_z, dA_r, dA_n∘f(a_r)
//
// gates [T,N,3,H]: a of step t becomes dA; not RESET_AFTER, a_r stays for gru_reset_backward. sums [.,N,3,H], from
// `sums_at` on: S becomes dS, where RESET_AFTER. h, dh [T+1,N,H]. A masked row has zeros and passes its gradient on.
// Threads: one a row and unit.
#import pointwise_step
struct Params {
#import pointwise_step_params
  reset_after: u32,
  sums_at: u32,
#import cell_activation_params
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> mask: array<u32>;
@group(0) @binding(2) var<storage, read> h: array<f32>;
@group(0) @binding(3) var<storage, read_write> sums: array<f32>;
@group(0) @binding(4) var<storage, read_write> gates: array<f32>;
@group(0) @binding(5) var<storage, read_write> dh: array<f32>;

fn compute_unit(at: Place) {
  let source = p.sums_at + sums_of(at, 3u);
  let first = gates_of(at, 3u);
  if (at.skip) {
    gates[first] = 0.0;
    gates[first + p.units] = 0.0;
    gates[first + 2u * p.units] = 0.0;
#if RESET_AFTER
    sums[source] = 0.0;
    sums[source + p.units] = 0.0;
    sums[source + 2u * p.units] = 0.0;
#endif
    dh[at.now] += dh[at.next];
    return;
  }
  let a_z = gates[first];
  let a_n = gates[first + 2u * p.units];
  let z = gate(a_z);
  let gradient = dh[at.next];
  let d_z = gradient * (h[at.now] - candidate(a_n)) * gate_slope(a_z);
  let d_n = gradient * (1.0 - z) * candidate_slope(a_n);
  gates[first] = d_z;
  gates[first + 2u * p.units] = d_n;
#if RESET_AFTER
  let a_r = gates[first + p.units];
  let d_r = d_n * sums[source + 2u * p.units] * gate_slope(a_r);
  gates[first + p.units] = d_r;
  sums[source] = d_z;
  sums[source + p.units] = d_r;
  sums[source + 2u * p.units] = d_n * gate(a_r);
#endif
  dh[at.now] += gradient * z;
}

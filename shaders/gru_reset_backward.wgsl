// The derivative of gru_reset_forward: dA_r = drh∘h∘f'(a_r), dh (+)= drh∘f(a_r).
//
// gates [T,N,3,H]: a_r of step t becomes dA_r. drh [N,H], which is 0 in a masked row. state, d_state [.,N,H], from elements
// `state_at` and `d_state_at` on: h as the products see it, and its gradient, added to where `accumulate` is 1.
// Threads: one a row and unit.
#import cell_activations
#import each_element
struct Params {
  t: u32,
  batch: u32,
  units: u32,
  state_at: u32,
  d_state_at: u32,
  accumulate: u32,
#import cell_activation_params
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> drh: array<f32>;
@group(0) @binding(2) var<storage, read> state: array<f32>;
@group(0) @binding(3) var<storage, read_write> gates: array<f32>;
@group(0) @binding(4) var<storage, read_write> d_state: array<f32>;

fn element_count() -> u32 {
  return p.batch * p.units;
}

fn compute_element(i: u32) {
  let row = i / p.units;
  let unit = i % p.units;
  let at = ((p.t * p.batch + row) * 3u + 1u) * p.units + unit;
  let a_r = gates[at];
  let gradient = drh[i];
  gates[at] = gradient * state[p.state_at + i] * gate_slope(a_r);
  var value = gradient * gate(a_r);
  if (p.accumulate == 1u) {
    value += d_state[p.d_state_at + i];
  }
  d_state[p.d_state_at + i] = value;
}

// The derivative of lstm_output_forward: dA_o = dy∘h(s)∘f'(a_o), ds = dy∘f(a_o)∘h'(s).
//
// gates [T,N,4,H]: a_o of step t becomes dA_o. s [T,N,H]. dy: slot `after` of [T+1,N,H], or PROJECTED [N,H]. ds [T,N,H]:
// step t is written. A masked row has zeros.
// Threads: one a row and unit.
#import pointwise_step
struct Params {
#import pointwise_step_params
  projected: u32,
#import cell_activation_params
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> mask: array<u32>;
@group(0) @binding(2) var<storage, read> s: array<f32>;
@group(0) @binding(3) var<storage, read> dy: array<f32>;
@group(0) @binding(4) var<storage, read_write> gates: array<f32>;
@group(0) @binding(5) var<storage, read_write> ds: array<f32>;

fn compute_unit(at: Place) {
  let output = gates_of(at, 4u) + 3u * p.units;
  if (at.skip) {
    gates[output] = 0.0;
    ds[at.step] = 0.0;
    return;
  }
#if PROJECTED
  let d_y = dy[at.i];
#else
  let d_y = dy[at.next];
#endif
  let a_o = gates[output];
  gates[output] = d_y * squashed(s[at.step]) * gate_slope(a_o);
  ds[at.step] = d_y * gate(a_o) * squashed_slope(s[at.step]);
}

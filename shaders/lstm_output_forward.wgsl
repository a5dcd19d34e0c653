// The output of an LSTM step whose cell state is normalised: y = f(a_o)∘h(s), s = LN(c').
//
// gates [T,N,4,H] holds a. s [T,N,H]. y: slot `after` of h [T+1,N,H], or PROJECTED [T,N,H]. A masked row keeps its h;
// PROJECTED, its y is 0.
// Threads: one a row and unit.
#import pointwise_step
struct Params {
#import pointwise_step_params
  projected: u32,
#import cell_activation_params
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> mask: array<u32>;
@group(0) @binding(2) var<storage, read> gates: array<f32>;
@group(0) @binding(3) var<storage, read> s: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

fn compute_unit(at: Place) {
#if PROJECTED
  let to = at.step;
  let kept = 0.0;
#else
  let to = at.next;
  let kept = y[at.now];
#endif
  let a_o = gates[gates_of(at, 4u) + 3u * p.units];
  y[to] = select(gate(a_o) * squashed(s[at.step]), kept, at.skip);
}

// The derivative of lstm_pointwise_forward. With dy the gradient of y and s = h(c'):
//   dA_o = dy∘s∘f'(a_o);  dC = dc + dy∘o∘h'(c') (PEEPHOLE: + w_o∘dA_o), 0 beyond the cell's clip;
//   dA_i = dC∘g∘f'(a_i) (COUPLED: dC∘(g - c));  dA_f = dC∘c∘f'(a_f) (COUPLED: 0);  dA_g = dC∘i∘g'(a_g);
//   dc = dC∘f (PEEPHOLE: + w_i∘dA_i + w_f∘dA_f)
//
// gates [T,N,4,H]: a of step t becomes dA. dy: all of the gradient of h in slot `after` of [T+1,N,H], or PROJECTED [N,H].
// NORMALIZED: gates hold dA_o already, and d_state [N,H] is what came to c' through the output. dc [N,H] in place.
// A masked row has dA = 0 and passes slot `after` of dy on into `before` (PROJECTED: carry_rows does).
// Threads: one a row and unit.
#import pointwise_step
struct Params {
#import pointwise_step_params
  peephole: u32,
  coupled: u32,
  normalized: u32,
  projected: u32,
  cell_clip: f32,
#import cell_activation_params
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> mask: array<u32>;
@group(0) @binding(2) var<storage, read> peepholes: array<f32>;
@group(0) @binding(3) var<storage, read> c: array<f32>;
@group(0) @binding(4) var<storage, read> d_state: array<f32>;
@group(0) @binding(5) var<storage, read_write> gates: array<f32>;
@group(0) @binding(6) var<storage, read_write> dy: array<f32>;
@group(0) @binding(7) var<storage, read_write> dc: array<f32>;

fn compute_unit(at: Place) {
  let first = gates_of(at, 4u);
  if (at.skip) {
    gates[first] = 0.0;
    gates[first + p.units] = 0.0;
    gates[first + 2u * p.units] = 0.0;
    gates[first + 3u * p.units] = 0.0;
#if !PROJECTED
    dy[at.now] += dy[at.next];
#endif
    return;
  }
  let a_i = gates[first];
  let a_f = gates[first + p.units];
  let a_g = gates[first + 2u * p.units];
  let a_o = gates[first + 3u * p.units];
  let carried = c[at.now];
  let state = c[at.next];
#if NORMALIZED
  let d_o = a_o;
  var d_c = dc[at.i] + d_state[at.i];
#else
#if PROJECTED
  let d_y = dy[at.i];
#else
  let d_y = dy[at.next];
#endif
  let d_o = d_y * squashed(state) * gate_slope(a_o);
  var d_c = dc[at.i] + d_y * gate(a_o) * squashed_slope(state);
#endif
#if PEEPHOLE
  d_c += peepholes[2u * p.units + at.unit] * d_o;
#endif
#if CELL_CLIPPED
  d_c = select(0.0, d_c, abs(state) < p.cell_clip);
#endif
  let i_gate = gate(a_i);
  let g = candidate(a_g);
#if COUPLED
  let f_gate = 1.0 - i_gate;
  let d_i = d_c * (g - carried) * gate_slope(a_i);
  let d_f = 0.0;
#else
  let f_gate = gate(a_f);
  let d_i = d_c * g * gate_slope(a_i);
  let d_f = d_c * carried * gate_slope(a_f);
#endif
  gates[first] = d_i;
  gates[first + p.units] = d_f;
  gates[first + 2u * p.units] = d_c * i_gate * candidate_slope(a_g);
  gates[first + 3u * p.units] = d_o;
  var before = d_c * f_gate;
#if PEEPHOLE
  before += peepholes[at.unit] * d_i + peepholes[p.units + at.unit] * d_f;
#endif
  dc[at.i] = before;
}

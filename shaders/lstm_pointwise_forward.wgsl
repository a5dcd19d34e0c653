// One step of an LSTM with options, after its product S = h·R: what happens unit by unit.
//   a = x·W + b + S (PEEPHOLE: + w∘c for i and f, + w∘c' for o);  i,f,o = f(a), COUPLED: f = 1 - i;  g = g(a);
//   c' = f∘c + i∘g (CELL_CLIPPED: within ±cell_clip);  y = o∘h(c')
//
// gates [T,N,4,H] holds x·W + b and gets a: all derivatives are taken from it. sums [N,4,H] = S. peepholes [3,H] for i,f,o.
// c [T+1,N,H]: slot `before` is read, `after` written. y: h [T+1,N,H], or PROJECTED [T,N,H]. NORMALIZED: y is left to
// lstm_output_forward. A masked row keeps its states; PROJECTED, its y is 0.
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
@group(0) @binding(1) var<storage, read> sums: array<f32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> peepholes: array<f32>;
@group(0) @binding(4) var<storage, read_write> gates: array<f32>;
@group(0) @binding(5) var<storage, read_write> c: array<f32>;
@group(0) @binding(6) var<storage, read_write> y: array<f32>;

fn compute_unit(at: Place) {
#if PROJECTED
  let to = at.step;
#else
  let to = at.next;
#endif
  if (at.skip) {
    c[at.next] = c[at.now];
#if PROJECTED
    y[to] = 0.0;
#else
    y[to] = y[at.now];
#endif
    return;
  }
  let source = sums_of(at, 4u);
  let first = gates_of(at, 4u);
  let carried = c[at.now];
  var a_i = gates[first] + sums[source];
  var a_f = gates[first + p.units] + sums[source + p.units];
  let a_g = gates[first + 2u * p.units] + sums[source + 2u * p.units];
  var a_o = gates[first + 3u * p.units] + sums[source + 3u * p.units];
#if PEEPHOLE
  a_i += peepholes[at.unit] * carried;
  a_f += peepholes[p.units + at.unit] * carried;
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
  a_o += peepholes[2u * p.units + at.unit] * state;
#endif
  gates[first] = a_i;
  gates[first + p.units] = a_f;
  gates[first + 2u * p.units] = a_g;
  gates[first + 3u * p.units] = a_o;
  c[at.next] = state;
#if !NORMALIZED
  y[to] = gate(a_o) * squashed(state);
#endif
}

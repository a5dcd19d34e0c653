// The pointwise part of an LSTM step forward, for the kernels of one time step; p and the bindings as in lstm_forward.
//   i = s(a_i)  f = s(a_f)  g = tanh(a_g)  o = s(a_o) with a = gates + hr;  c' = f∘c + i∘g;  h' = o∘tanh(c')
#import activation

// What the cell needs besides the product hr, to be loaded before it.
struct Given {
  a: vec4<f32>,
  c: f32,
  counts: bool,
}

fn given(row: u32, unit: u32) -> Given {
  let now = (lane.step + row) * p.units + unit;
  let before = (lane.before + row) * p.units + unit;
  return Given(gates[now], c[before], p.masked == 0u || mask[lane.mask + row] != 0u);
}

fn cell(row: u32, unit: u32, x: Given, hr: vec4<f32>) {
  let now = (lane.step + row) * p.units + unit;
  let after = (lane.after + row) * p.units + unit;
  if (!x.counts) {
    h[after] = h[(lane.before + row) * p.units + unit];
    c[after] = x.c;
    return;
  }
  let a = x.a + hr;
  let i = sigmoid(a.x);
  let f = sigmoid(a.y);
  let g = safe_tanh(a.z);
  let o = sigmoid(a.w);
  let state = f * x.c + i * g;
  gates[now] = vec4<f32>(i, f, g, o);
  c[after] = state;
  h[after] = o * safe_tanh(state);
}

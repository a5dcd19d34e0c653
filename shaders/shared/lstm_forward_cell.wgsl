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
  let step = p.t * p.batch + row;
  let now = step * p.units + unit;
  return Given(gates[now], c[now], p.masked == 0u || mask[step] != 0u);
}

fn cell(row: u32, unit: u32, x: Given, hr: vec4<f32>) {
  let now = (p.t * p.batch + row) * p.units + unit;
  let next = now + p.batch * p.units;
  if (!x.counts) {
    h[next] = h[now];
    c[next] = x.c;
    return;
  }
  let a = x.a + hr;
  let i = sigmoid(a.x);
  let f = sigmoid(a.y);
  let g = safe_tanh(a.z);
  let o = sigmoid(a.w);
  let state = f * x.c + i * g;
  gates[now] = vec4<f32>(i, f, g, o);
  c[next] = state;
  h[next] = o * safe_tanh(state);
}

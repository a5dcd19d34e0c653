// Bindings and pointwise part of an LSTM step forward, for the kernels of one time step; lstm_forward says what the
// tensors hold.
//   i = s(a_i)  f = s(a_f)  g = tanh(a_g)  o = s(a_o) with a = gates + hr;  c' = f∘c + i∘g;  h' = o∘tanh(c')
#import recurrent_lane
#import activation
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> r: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read_write> gates: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> h: array<f32>;
@group(0) @binding(5) var<storage, read_write> c: array<f32>;

fn multiplies() -> bool {
  return true;
}

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

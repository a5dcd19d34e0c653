// Bindings and pointwise part of an LSTM step backward, for the kernels of one time step; lstm_backward says what the
// tensors hold.
//   do = dh∘tanh(c')∘o(1-o);  dc' = dc + dh∘o∘(1-tanh²(c'));  di = dc'∘g∘i(1-i);  df = dc'∘c∘f(1-f);
//   dg = dc'∘i∘(1-g²);  dc = dc'∘f with dh = dh after + from_next
#import recurrent_lane
#import activation
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> rt: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> c: array<f32>;
@group(0) @binding(4) var<storage, read_write> gates: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> dh: array<f32>;
@group(0) @binding(6) var<storage, read_write> dc: array<f32>;

// The last step has none after it.
fn multiplies() -> bool {
  return p.last == 0u;
}

// What the cell needs besides the product from_next, to be loaded before it.
struct Given {
  a: vec4<f32>,
  c: f32,
  c_next: f32,
  dh: f32,
  dc: f32,
  counts: bool,
}

fn given(row: u32, unit: u32) -> Given {
  let now = (lane.step + row) * p.units + unit;
  let before = (lane.before + row) * p.units + unit;
  let after = (lane.after + row) * p.units + unit;
  let counts = p.masked == 0u || mask[lane.mask + row] != 0u;
  return Given(gates[now], c[before], c[after], dh[after], dc[(lane.row + row) * p.units + unit], counts);
}

fn cell(row: u32, unit: u32, x: Given, from_next: f32) {
  let now = (lane.step + row) * p.units + unit;
  let dh_total = x.dh + from_next;
  if (!x.counts) {
    gates[now] = vec4<f32>();
    dh[(lane.before + row) * p.units + unit] += dh_total;
    return;
  }
  let i = x.a.x;
  let f = x.a.y;
  let g = x.a.z;
  let o = x.a.w;
  let squashed = safe_tanh(x.c_next);
  let dstate = x.dc + dh_total * o * (1.0 - squashed * squashed);
  gates[now] = vec4<f32>(
    dstate * g * i * (1.0 - i),
    dstate * x.c * f * (1.0 - f),
    dstate * i * (1.0 - g * g),
    dh_total * squashed * o * (1.0 - o),
  );
  dc[(lane.row + row) * p.units + unit] = dstate * f;
}

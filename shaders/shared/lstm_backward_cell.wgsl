// The pointwise part of an LSTM step backward, for the kernels of one time step; p and the bindings as in lstm_backward.
//   do = dh∘tanh(c')∘o(1-o);  dc' = dc + dh∘o∘(1-tanh²(c'));  di = dc'∘g∘i(1-i);  df = dc'∘c∘f(1-f);
//   dg = dc'∘i∘(1-g²);  dc = dc'∘f with dh = dh[t+1] + from_next
#import activation

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
  let step = p.t * p.batch + row;
  let now = step * p.units + unit;
  let next = now + p.batch * p.units;
  let counts = p.masked == 0u || mask[step] != 0u;
  return Given(gates[now], c[now], c[next], dh[next], dc[row * p.units + unit], counts);
}

fn cell(row: u32, unit: u32, x: Given, from_next: f32) {
  let now = (p.t * p.batch + row) * p.units + unit;
  let dh_total = x.dh + from_next;
  if (!x.counts) {
    gates[now] = vec4<f32>();
    dh[now] += dh_total;
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
  dc[row * p.units + unit] = dstate * f;
}

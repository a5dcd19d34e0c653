// Bindings and pointwise part of a GRU step forward, reset after the product, for the kernels of one time step;
// gru_forward says what the tensors hold.
//   z = s(a_z + hr_z)  r = s(a_r + hr_r)  n = tanh(a_n + r∘hr_n) with a = gates, hr = h·R + bias;  h' = z∘h + (1-z)∘n
#import recurrent_lane
#import activation
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> r: array<f32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read> mask: array<u32>;
@group(0) @binding(4) var<storage, read_write> gates: array<f32>;
@group(0) @binding(5) var<storage, read_write> q: array<f32>;
@group(0) @binding(6) var<storage, read_write> h: array<f32>;

fn multiplies() -> bool {
  return true;
}

// What the cell needs besides the product, to be loaded before it.
struct Given {
  a: vec3<f32>,
  bias: vec3<f32>,
  h: f32,
  counts: bool,
}

fn given(row: u32, unit: u32) -> Given {
  let at = (lane.step + row) * 3u * p.units + unit;
  let a = vec3<f32>(gates[at], gates[at + p.units], gates[at + 2u * p.units]);
  let counts = p.masked == 0u || mask[lane.mask + row] != 0u;
  return Given(a, recurrent_bias(unit), h[(lane.before + row) * p.units + unit], counts);
}

fn recurrent_bias(unit: u32) -> vec3<f32> {
  if (p.biased == 0u) {
    return vec3<f32>();
  }
  let at = lane.index * 3u * p.units + unit;
  return vec3<f32>(bias[at], bias[at + p.units], bias[at + 2u * p.units]);
}

fn cell(row: u32, unit: u32, x: Given, product: vec3<f32>) {
  let hr = product + x.bias;
  let step = lane.step + row;
  let after = (lane.after + row) * p.units + unit;
  if (!x.counts) {
    h[after] = x.h;
    return;
  }
  let z = sigmoid(x.a.x + hr.x);
  let reset = sigmoid(x.a.y + hr.y);
  let n = safe_tanh(x.a.z + reset * hr.z);
  let at = step * 3u * p.units + unit;
  gates[at] = z;
  gates[at + p.units] = reset;
  gates[at + 2u * p.units] = n;
  q[step * p.units + unit] = hr.z;
  h[after] = z * x.h + (1.0 - z) * n;
}

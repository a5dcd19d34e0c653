// The pointwise part of a GRU step forward, reset after the product, for the kernels of one time step; p and the bindings
// as in gru_forward.
//   z = s(a_z + hr_z)  r = s(a_r + hr_r)  n = tanh(a_n + r∘hr_n) with a = gates, hr = h·R + bias;  h' = z∘h + (1-z)∘n
#import activation

// What the cell needs besides the product, to be loaded before it.
struct Given {
  a: vec3<f32>,
  h: f32,
  counts: bool,
}

fn given(row: u32, unit: u32) -> Given {
  let at = (lane.step + row) * 3u * p.units + unit;
  let a = vec3<f32>(gates[at], gates[at + p.units], gates[at + 2u * p.units]);
  return Given(a, h[(lane.before + row) * p.units + unit], p.masked == 0u || mask[lane.mask + row] != 0u);
}

fn recurrent_bias(unit: u32) -> vec3<f32> {
  if (p.biased == 0u) {
    return vec3<f32>();
  }
  let at = lane.index * 3u * p.units + unit;
  return vec3<f32>(bias[at], bias[at + p.units], bias[at + 2u * p.units]);
}

fn cell(row: u32, unit: u32, x: Given, hr: vec3<f32>) {
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

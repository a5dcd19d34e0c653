// Bindings and pointwise part of the gates of a GRU step with the reset before the product, for the kernels of one time
// step; gru_before_gates says what the tensors hold.
//   z = s(a_z + hr_z)  r = s(a_r + hr_r) with a = gates;  rh = r∘h
#import recurrent_lane
#import activation
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> r: array<f32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> h: array<f32>;
@group(0) @binding(4) var<storage, read_write> gates: array<f32>;
@group(0) @binding(5) var<storage, read_write> rh: array<f32>;

fn multiplies() -> bool {
  return true;
}

// What the cell needs besides the product hr, to be loaded before it.
struct Given {
  a: vec2<f32>,
  h: f32,
  counts: bool,
}

fn given(row: u32, unit: u32) -> Given {
  let at = (lane.step + row) * 3u * p.units + unit;
  let a = vec2<f32>(gates[at], gates[at + p.units]);
  return Given(a, h[(lane.before + row) * p.units + unit], p.masked == 0u || mask[lane.mask + row] != 0u);
}

fn cell(row: u32, unit: u32, x: Given, hr: vec2<f32>) {
  let step = lane.step + row;
  let now = step * p.units + unit;
  if (!x.counts) {
    rh[now] = 0.0;
    return;
  }
  let at = step * 3u * p.units + unit;
  let reset = sigmoid(x.a.y + hr.y);
  gates[at] = sigmoid(x.a.x + hr.x);
  gates[at + p.units] = reset;
  rh[now] = reset * x.h;
}

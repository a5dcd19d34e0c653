// Bindings and pointwise part of the candidate of a GRU step with the reset before the product, for the kernels of one
// time step; gru_before_candidate says what the tensors hold.
//   n = tanh(a_n + product);  h' = z∘h + (1-z)∘n
#import recurrent_lane
#import activation
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> r: array<f32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> rh: array<f32>;
@group(0) @binding(4) var<storage, read_write> gates: array<f32>;
@group(0) @binding(5) var<storage, read_write> h: array<f32>;

fn multiplies() -> bool {
  return true;
}

// What the cell needs besides the product, to be loaded before it.
struct Given {
  z: f32,
  n: f32,
  h: f32,
  counts: bool,
}

fn given(row: u32, unit: u32) -> Given {
  let at = (lane.step + row) * 3u * p.units + unit;
  let counts = p.masked == 0u || mask[lane.mask + row] != 0u;
  return Given(gates[at], gates[at + 2u * p.units], h[(lane.before + row) * p.units + unit], counts);
}

fn cell(row: u32, unit: u32, x: Given, product: f32) {
  let after = (lane.after + row) * p.units + unit;
  if (!x.counts) {
    h[after] = x.h;
    return;
  }
  let n = safe_tanh(x.n + product);
  gates[((lane.step + row) * 3u + 2u) * p.units + unit] = n;
  h[after] = x.z * x.h + (1.0 - x.z) * n;
}

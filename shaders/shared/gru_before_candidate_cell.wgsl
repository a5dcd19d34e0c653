// The pointwise part of the candidate of a GRU step with the reset before the product, for the kernels of one time step; p
// and the bindings as in gru_before_candidate.
//   n = tanh(a_n + product);  h' = z∘h + (1-z)∘n
#import activation

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

// Bindings and pointwise part of the candidate and update gate of a GRU step backward with the reset before the
// product, for the kernels of one time step; gru_before_candidate_backward says what the tensors hold.
//   dn = dh∘(1-z)∘(1-n²)  dz = dh∘(h-n)∘z(1-z) with dh = dh after + from_next;  dh∘z goes straight to dh before
#import recurrent_lane
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> rt: array<f32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> h: array<f32>;
@group(0) @binding(4) var<storage, read_write> gates: array<f32>;
@group(0) @binding(5) var<storage, read_write> dh: array<f32>;

// The last step has none after it.
fn multiplies() -> bool {
  return p.last == 0u;
}

// What the cell needs besides the product from_next, to be loaded before it.
struct Given {
  z: f32,
  n: f32,
  h: f32,
  dh: f32,
  dh_now: f32,
  counts: bool,
}

fn given(row: u32, unit: u32) -> Given {
  let at = (lane.step + row) * 3u * p.units + unit;
  let before = (lane.before + row) * p.units + unit;
  let after = (lane.after + row) * p.units + unit;
  let counts = p.masked == 0u || mask[lane.mask + row] != 0u;
  return Given(gates[at], gates[at + 2u * p.units], h[before], dh[after], dh[before], counts);
}

fn cell(row: u32, unit: u32, x: Given, from_next: f32) {
  let at = (lane.step + row) * 3u * p.units + unit;
  let dh_total = x.dh + from_next;
  var dz = 0.0;
  var dn = 0.0;
  var onward = dh_total;
  if (x.counts) {
    dz = dh_total * (x.h - x.n) * x.z * (1.0 - x.z);
    dn = dh_total * (1.0 - x.z) * (1.0 - x.n * x.n);
    onward = dh_total * x.z;
  }
  gates[at] = dz;
  gates[at + 2u * p.units] = dn;
  dh[(lane.before + row) * p.units + unit] = x.dh_now + onward;
}

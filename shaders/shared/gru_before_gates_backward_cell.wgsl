// Bindings and pointwise part of the reset gate of a GRU step backward with the reset before the product, for the
// kernels of one time step; gru_before_gates_backward says what the tensors hold.
//   dr = drh∘h∘r(1-r);  drh∘r goes to dh before
#import recurrent_lane
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> rt: array<f32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> h: array<f32>;
@group(0) @binding(4) var<storage, read_write> gates: array<f32>;
@group(0) @binding(5) var<storage, read_write> dh: array<f32>;

fn multiplies() -> bool {
  return true;
}

// What the cell needs besides the product drh, to be loaded before it.
struct Given {
  r: f32,
  h: f32,
  dh: f32,
  counts: bool,
}

fn given(row: u32, unit: u32) -> Given {
  let before = (lane.before + row) * p.units + unit;
  let counts = p.masked == 0u || mask[lane.mask + row] != 0u;
  return Given(gates[((lane.step + row) * 3u + 1u) * p.units + unit], h[before], dh[before], counts);
}

fn cell(row: u32, unit: u32, x: Given, drh: f32) {
  let at_r = ((lane.step + row) * 3u + 1u) * p.units + unit;
  if (!x.counts) {
    gates[at_r] = 0.0;
    return;
  }
  gates[at_r] = drh * x.h * x.r * (1.0 - x.r);
  dh[(lane.before + row) * p.units + unit] = x.dh + drh * x.r;
}

// Bindings and pointwise part of a step of the simple RNN, for the kernels of one time step; rnn_forward says what the
// tensors hold.
//   h' = act(x + hr)
#import recurrent_lane
#import activation
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> r: array<f32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> x: array<f32>;
@group(0) @binding(4) var<storage, read_write> h: array<f32>;

fn multiplies() -> bool {
  return true;
}

// What the cell needs besides the product hr, to be loaded before it.
struct Given {
  x: f32,
  counts: bool,
}

fn given(row: u32, unit: u32) -> Given {
  return Given(x[(lane.step + row) * p.units + unit], p.masked == 0u || mask[lane.mask + row] != 0u);
}

fn cell(row: u32, unit: u32, own: Given, hr: f32) {
  let after = (lane.after + row) * p.units + unit;
  if (!own.counts) {
    h[after] = h[(lane.before + row) * p.units + unit];
    return;
  }
  h[after] = recurrent_activation(ACTIVATION, own.x + hr);
}

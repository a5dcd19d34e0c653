// Bindings and pointwise part of a step of the simple RNN backward, for the kernels of one time step; rnn_backward says
// what the tensors hold.
//   dA = dh∘act'(h') with dh = dh after + from_next
#import recurrent_lane
#import activation
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> rt: array<f32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> h: array<f32>;
@group(0) @binding(4) var<storage, read_write> da: array<f32>;
@group(0) @binding(5) var<storage, read_write> dh: array<f32>;

// The last step has none after it.
fn multiplies() -> bool {
  return p.last == 0u;
}

// What the cell needs besides the product from_next, to be loaded before it.
struct Given {
  h: f32,
  dh: f32,
  counts: bool,
}

fn given(row: u32, unit: u32) -> Given {
  let after = (lane.after + row) * p.units + unit;
  return Given(h[after], dh[after], p.masked == 0u || mask[lane.mask + row] != 0u);
}

fn cell(row: u32, unit: u32, x: Given, from_next: f32) {
  let now = (lane.step + row) * p.units + unit;
  let dh_total = x.dh + from_next;
  if (!x.counts) {
    da[now] = 0.0;
    dh[(lane.before + row) * p.units + unit] += dh_total;
    return;
  }
  da[now] = dh_total * recurrent_derivative(ACTIVATION, x.h);
}

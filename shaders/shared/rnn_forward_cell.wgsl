// The pointwise part of a step of the simple RNN, for the kernels of one time step; p and the bindings as in rnn_forward.
//   h' = act(x + hr)
#import activation

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

// The pointwise part of a step of the simple RNN, for the kernels of one time step; p and the bindings as in rnn_forward.
//   h' = act(x + hr)
#import activation

// What the cell needs besides the product hr, to be loaded before it.
struct Given {
  x: f32,
  counts: bool,
}

fn given(row: u32, unit: u32) -> Given {
  let step = p.t * p.batch + row;
  return Given(x[step * p.units + unit], p.masked == 0u || mask[step] != 0u);
}

fn cell(row: u32, unit: u32, own: Given, hr: f32) {
  let now = (p.t * p.batch + row) * p.units + unit;
  let next = now + p.batch * p.units;
  if (!own.counts) {
    h[next] = h[now];
    return;
  }
  h[next] = recurrent_activation(ACTIVATION, own.x + hr);
}

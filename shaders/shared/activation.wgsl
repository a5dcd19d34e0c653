// Elementwise activations that stay finite for any finite input; numbers as in src/kernels/activations.ts.
// tanh and exp of large values give NaN or infinity on some drivers, so their arguments are clamped.
fn safe_tanh(x: f32) -> f32 {
  return tanh(clamp(x, -15.0, 15.0));
}

fn safe_exp(x: f32) -> f32 {
  return exp(clamp(x, -87.0, 88.0));
}

fn sigmoid(x: f32) -> f32 {
  return 1.0 / (1.0 + safe_exp(-x));
}

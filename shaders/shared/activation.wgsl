// Elementwise activations that stay finite for any finite input; numbers as in src/kernels/activations.ts.
// tanh and exp of large values give NaN or infinity on some drivers, so their arguments are clamped. A clamp may turn
// NaN into a number, which would hide a model that is broken: NaN is seen by its bits and passed on.
fn is_nan(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}

fn safe_tanh(x: f32) -> f32 {
  return select(tanh(clamp(x, -15.0, 15.0)), x, is_nan(x));
}

fn safe_exp(x: f32) -> f32 {
  return select(exp(clamp(x, -87.0, 88.0)), x, is_nan(x));
}

fn sigmoid(x: f32) -> f32 {
  return 1.0 / (1.0 + safe_exp(-x));
}

// The same for four numbers at once.
fn is_nan4(x: vec4<f32>) -> vec4<bool> {
  return (bitcast<vec4<u32>>(x) & vec4<u32>(0x7fffffffu)) > vec4<u32>(0x7f800000u);
}

fn tanh4(x: vec4<f32>) -> vec4<f32> {
  return select(tanh(clamp(x, vec4<f32>(-15.0), vec4<f32>(15.0))), x, is_nan4(x));
}

fn sigmoid4(x: vec4<f32>) -> vec4<f32> {
  let e = select(exp(clamp(-x, vec4<f32>(-87.0), vec4<f32>(88.0))), x, is_nan4(x));
  return 1.0 / (1.0 + e);
}

// The activation of the simple RNN by number: 0 tanh, 1 relu, 2 sigmoid, 3 linear.
fn recurrent_activation(kind: u32, x: f32) -> f32 {
  switch kind {
    case 1u: {
      return select(max(x, 0.0), x, is_nan(x));
    }
    case 2u: {
      return sigmoid(x);
    }
    case 3u: {
      return x;
    }
    default: {
      return safe_tanh(x);
    }
  }
}

// Its derivative, from the output y.
fn recurrent_derivative(kind: u32, y: f32) -> f32 {
  switch kind {
    case 1u: {
      return select(0.0, 1.0, y > 0.0);
    }
    case 2u: {
      return y * (1.0 - y);
    }
    case 3u: {
      return 1.0;
    }
    default: {
      return 1.0 - y * y;
    }
  }
}

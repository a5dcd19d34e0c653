// Functions that WGSL lacks, finite for any finite input and accurate near zero.
#import activation

// exp(x) - 1; the series keeps the relative error small near zero.
fn exp_minus_one(x: f32) -> f32 {
  return select(safe_exp(x) - 1.0, x * (1.0 + x * (0.5 + x * (1.0 / 6.0))), abs(x) < 0.01);
}

// log(1 + x) for x >= 0.
fn log_one_plus(x: f32) -> f32 {
  return select(log(1.0 + x), x * (1.0 - x * (0.5 - x * (1.0 / 3.0))), x < 0.01);
}

// log(1 + exp(x)).
fn softplus(x: f32) -> f32 {
  return max(x, 0.0) + log_one_plus(safe_exp(-abs(x)));
}

// erfc(z) = 2/√π ∫ from z to ∞ of exp(-s²) ds for z >= 0: t·P(t)·exp(-z²), t = 1/(1 + z/2).
// P is the polynomial of degree 8 that is nearest to exp(z²)·erfc(z)/t on [0, 9.3];
// relative error below 1.3e-6 up to z = 5.
fn erfc_positive(z: f32) -> f32 {
  let s = min(z, 9.3);
  let t = 1.0 / (1.0 + 0.5 * s);
  var sum = -0.0588004658;
  sum = sum * t + 0.283258614;
  sum = sum * t - 0.484459168;
  sum = sum * t + 0.274911748;
  sum = sum * t - 0.0244360209;
  sum = sum * t + 0.201752504;
  sum = sum * t + 0.243342274;
  sum = sum * t + 0.282342137;
  sum = sum * t + 0.282088336;
  return t * sum * safe_exp(-s * s);
}

// The distribution function of the standard normal.
fn normal_cdf(x: f32) -> f32 {
  let tail = 0.5 * erfc_positive(abs(x) * 0.70710678);
  return select(tail, 1.0 - tail, x > 0.0);
}

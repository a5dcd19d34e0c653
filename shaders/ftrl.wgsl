// FTRL: n' = n + g²;  z += g + 2·shrinkage·w - (n'^power - n^power)/rate·w;
//   w = rate·(clamp(z, ±l1_strength) - z) / (n'^power + 2·rate·l2_strength + beta), where n = initial + s and s += g²
//
// s is `square`, z is `linear`. hyper[0] is the learning rate; a rate of 0 leaves everything as it is.
// Clipping, decay and threads: as shaders/shared/weight_update.wgsl says.
#import weight_update
struct Params {
#import weight_update_params
  power: f32,
  initial: f32,
  l1_strength: f32,
  l2_strength: f32,
  shrinkage: f32,
  beta: f32,
}
@group(0) @binding(5) var<storage, read_write> square: array<f32>;
@group(0) @binding(6) var<storage, read_write> linear: array<f32>;

fn powered(x: f32) -> f32 {
  // The usual power, exactly; pow is coarse, and the difference of two is divided by a small rate.
  if (p.power == 0.5) {
    return sqrt(x);
  }
  return pow(x, p.power);
}

fn stepped(i: u32, g: f32, weight: f32) -> f32 {
  let rate = hyper[0];
  if (rate == 0.0) {
    return weight;
  }
  let before = powered(p.initial + square[i]);
  square[i] += g * g;
  let after = powered(p.initial + square[i]);
  let z = linear[i] + g + 2.0 * p.shrinkage * weight - (after - before) / rate * weight;
  linear[i] = z;
  let denominator = after + 2.0 * rate * p.l2_strength + p.beta;
  // Before the first gradient there may be nothing to divide by, and nothing to divide.
  if (denominator == 0.0) {
    return weight;
  }
  return rate * (clamp(z, -p.l1_strength, p.l1_strength) - z) / denominator;
}

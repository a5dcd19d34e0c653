// RMSprop: s += gain·(g² - s);  step = hyper[1]·g / (sqrt(s + inner_epsilon) + epsilon);  w -= hyper[2]·step
//
// gain = 1 - rho. With CENTERED m += gain·(g - m) and s - m² stands in place of s; with MOMENTUM v = momentum·v + step
// stands in place of step; else these slots are not touched. hyper = (rate, rate into the velocity, rate out of it).
// Clipping, decay and threads: as shaders/shared/weight_update.wgsl says.
#import weight_update
struct Params {
#import weight_update_params
  centered: u32,
  gain: f32,
  momentum: f32,
  epsilon: f32,
  inner_epsilon: f32,
}
@group(0) @binding(5) var<storage, read_write> square: array<f32>;
@group(0) @binding(6) var<storage, read_write> mean: array<f32>;
@group(0) @binding(7) var<storage, read_write> velocity: array<f32>;

fn stepped(i: u32, g: f32, weight: f32) -> f32 {
  var s = square[i] + p.gain * (g * g - square[i]);
  square[i] = s;
#if CENTERED
  let m = mean[i] + p.gain * (g - mean[i]);
  mean[i] = m;
  // Rounding can take a variance of zero below it.
  s = max(s - m * m, 0.0);
#endif
  var step_size = hyper[1] * g / (sqrt(s + p.inner_epsilon) + p.epsilon);
#if MOMENTUM
  step_size += p.momentum * velocity[i];
  velocity[i] = step_size;
#endif
  return weight - hyper[2] * step_size;
}

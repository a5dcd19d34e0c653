// AdaMax: m += gain1·(g - m);  u = max(beta2·u, |g| + inner_epsilon);  w -= hyper[1]·m / (u + epsilon)
//
// gain1 = 1 - beta1; u is `largest`. hyper = (rate, rate of m).
// Clipping, decay and threads: as shaders/shared/weight_update.wgsl says.
#import weight_update
struct Params {
#import weight_update_params
  gain1: f32,
  beta2: f32,
  epsilon: f32,
  inner_epsilon: f32,
}
@group(0) @binding(5) var<storage, read_write> mean: array<f32>;
@group(0) @binding(6) var<storage, read_write> largest: array<f32>;

fn stepped(i: u32, g: f32, weight: f32) -> f32 {
  let m = mean[i] + p.gain1 * (g - mean[i]);
  let u = max(p.beta2 * largest[i], abs(g) + p.inner_epsilon);
  mean[i] = m;
  largest[i] = u;
  return weight - hyper[1] * m / (u + p.epsilon);
}

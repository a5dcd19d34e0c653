// Lion: w -= rate·sign(m + gain1·(g - m));  m += gain2·(g - m)
//
// gain1 = 1 - beta1, gain2 = 1 - beta2. hyper[0] is the learning rate.
// Clipping, decay and threads: as shaders/shared/weight_update.wgsl says.
#import weight_update
struct Params {
#import weight_update_params
  gain1: f32,
  gain2: f32,
}
@group(0) @binding(5) var<storage, read_write> mean: array<f32>;

fn stepped(i: u32, g: f32, weight: f32) -> f32 {
  let m = mean[i];
  mean[i] = m + p.gain2 * (g - m);
  return weight - hyper[0] * sign(m + p.gain1 * (g - m));
}

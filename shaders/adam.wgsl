// Adam: m += gain1·(g - m);  v += gain2·(g² - v);  w -= hyper[1]·m / (sqrt(v)·hyper[2] + epsilon)
//
// gain1 = 1 - beta1, gain2 = 1 - beta2. With AMSGRAD the largest v so far stands in place of v, else it is not touched.
// hyper = (rate, rate of m, correction of sqrt(v)).
// Clipping, decay and threads: as shaders/shared/weight_update.wgsl says.
#import weight_update
struct Params {
#import weight_update_params
  amsgrad: u32,
  gain1: f32,
  gain2: f32,
  epsilon: f32,
}
@group(0) @binding(5) var<storage, read_write> mean: array<f32>;
@group(0) @binding(6) var<storage, read_write> square: array<f32>;
@group(0) @binding(7) var<storage, read_write> largest: array<f32>;

fn stepped(i: u32, g: f32, weight: f32) -> f32 {
  let m = mean[i] + p.gain1 * (g - mean[i]);
  var v = square[i] + p.gain2 * (g * g - square[i]);
  mean[i] = m;
  square[i] = v;
#if AMSGRAD
  v = max(v, largest[i]);
  largest[i] = v;
#endif
  return weight - hyper[1] * m / (sqrt(v) * hyper[2] + p.epsilon);
}

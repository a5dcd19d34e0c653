// Nadam: m += gain1·(g - m);  v += gain2·(g² - v);  w -= (hyper[1]·g + hyper[2]·m) / (sqrt(v)·hyper[3] + epsilon)
//
// gain1 = 1 - beta1, gain2 = 1 - beta2. hyper = (rate, rate of g, rate of m, 1/sqrt(1-beta2^t)).
// Clipping, decay and threads: as shaders/shared/weight_update.wgsl says.
#import weight_update
struct Params {
#import weight_update_params
  gain1: f32,
  gain2: f32,
  epsilon: f32,
}
@group(0) @binding(5) var<storage, read_write> mean: array<f32>;
@group(0) @binding(6) var<storage, read_write> square: array<f32>;

fn stepped(i: u32, g: f32, weight: f32) -> f32 {
  let m = mean[i] + p.gain1 * (g - mean[i]);
  let v = square[i] + p.gain2 * (g * g - square[i]);
  mean[i] = m;
  square[i] = v;
  return weight - (hyper[1] * g + hyper[2] * m) / (sqrt(v) * hyper[3] + p.epsilon);
}

// Adadelta: s += gain·(g² - s);  d = g·sqrt(u + epsilon)/sqrt(s + epsilon);  u += gain·(d² - u);  w -= rate·d
//
// gain = 1 - rho; u is `change`.
// hyper[0] is the learning rate. Clipping, decay and threads: as shaders/shared/weight_update.wgsl says.
#import weight_update
struct Params {
#import weight_update_params
  gain: f32,
  epsilon: f32,
}
@group(0) @binding(5) var<storage, read_write> square: array<f32>;
@group(0) @binding(6) var<storage, read_write> change: array<f32>;

fn stepped(i: u32, g: f32, weight: f32) -> f32 {
  let s = square[i] + p.gain * (g * g - square[i]);
  square[i] = s;
  let d = g * sqrt(change[i] + p.epsilon) / sqrt(s + p.epsilon);
  change[i] += p.gain * (d * d - change[i]);
  return weight - hyper[0] * d;
}

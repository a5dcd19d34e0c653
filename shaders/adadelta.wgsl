// Adadelta: s += gain·(g² - s);  d = g·sqrt(u + epsilon)/sqrt(s + epsilon);  u += gain·(d² - u);  w -= rate·d
//
// gain = 1 - rho; u is `change`.
// hyper[0] is the learning rate. Clipping, decay and threads: as shaders/shared/weight_update.wgsl says.
#import weight_update
struct Params {
  size: u32,
  partials: u32,
  max_norm: f32,
  norm_epsilon: f32,
  clip_value: f32,
  l2: f32,
  weight_decay: f32,
  gain: f32,
  epsilon: f32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> gradients: array<f32>;
@group(0) @binding(2) var<storage, read> hyper: array<f32>;
@group(0) @binding(3) var<storage, read_write> clip: array<f32>;
@group(0) @binding(4) var<storage, read_write> parameters: array<f32>;
@group(0) @binding(5) var<storage, read_write> square: array<f32>;
@group(0) @binding(6) var<storage, read_write> change: array<f32>;

fn stepped(i: u32, g: f32, weight: f32) -> f32 {
  let s = square[i] + p.gain * (g * g - square[i]);
  square[i] = s;
  let d = g * sqrt(change[i] + p.epsilon) / sqrt(s + p.epsilon);
  change[i] += p.gain * (d * d - change[i]);
  return weight - hyper[0] * d;
}

// Adam: m += gain1·(g - m);  v += gain2·(g² - v);  w -= hyper[1]·m / (sqrt(v)·hyper[2] + epsilon)
//
// gain1 = 1 - beta1, gain2 = 1 - beta2. With AMSGRAD the largest v so far stands in place of v, else it is not touched.
// Weight decay: g += weight_decay·w first, or with DECOUPLED w -= rate·weight_decay·w (AdamW).
// hyper = (rate, rate/(1-beta1^t), 1/sqrt(1-beta2^t)); clip is (norm, scale).
//
// Threads: one an element, 64 in a workgroup, in a grid of two dimensions.
#import linear_index
struct Params {
  size: u32,
  amsgrad: u32,
  decoupled: u32,
  gain1: f32,
  gain2: f32,
  epsilon: f32,
  weight_decay: f32,
  clip_value: f32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> gradients: array<f32>;
@group(0) @binding(2) var<storage, read> hyper: array<f32>;
@group(0) @binding(3) var<storage, read> clip: array<f32>;
@group(0) @binding(4) var<storage, read_write> parameters: array<f32>;
@group(0) @binding(5) var<storage, read_write> mean: array<f32>;
@group(0) @binding(6) var<storage, read_write> square: array<f32>;
@group(0) @binding(7) var<storage, read_write> largest: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let i = linear_index(group, groups, thread, 64u);
  if (i >= p.size) {
    return;
  }
  var g = 0.0;
  // Scale 0 marks gradients that are not finite.
  if (clip[1] > 0.0) {
    g = clamp(gradients[i] * clip[1], -p.clip_value, p.clip_value);
  }
  var weight = parameters[i];
#if DECOUPLED
  weight -= hyper[0] * p.weight_decay * weight;
#else
  g += p.weight_decay * weight;
#endif
  let m = mean[i] + p.gain1 * (g - mean[i]);
  var v = square[i] + p.gain2 * (g * g - square[i]);
  mean[i] = m;
  square[i] = v;
#if AMSGRAD
  v = max(v, largest[i]);
  largest[i] = v;
#endif
  parameters[i] = weight - hyper[1] * m / (sqrt(v) * hyper[2] + p.epsilon);
}

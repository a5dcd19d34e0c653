// Nadam: g += weight_decay·w;  m += gain1·(g - m);  v += gain2·(g² - v)
//   w -= (hyper[1]·g + hyper[2]·m) / (sqrt(v)·hyper[3] + epsilon)
//
// gain1 = 1 - beta1, gain2 = 1 - beta2. hyper = (rate, rate of g, rate of m, 1/sqrt(1-beta2^t)); clip is (norm, scale).
//
// Threads: one an element, 64 in a workgroup, in a grid of two dimensions.
#import linear_index
struct Params {
  size: u32,
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
  g += p.weight_decay * parameters[i];
  let m = mean[i] + p.gain1 * (g - mean[i]);
  let v = square[i] + p.gain2 * (g * g - square[i]);
  mean[i] = m;
  square[i] = v;
  parameters[i] -= (hyper[1] * g + hyper[2] * m) / (sqrt(v) * hyper[3] + p.epsilon);
}

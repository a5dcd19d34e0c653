// What all optimizers share: each element of the gradient is clipped, then the optimizer's rule moves its weight.
//
//   g = clamp(scale·gradient, ±clip_value) + l2·w;  w = stepped(i, g, w - rate·weight_decay·w)
//
// The importer declares Params, the bindings of its slots and stepped(); hyper[0] is the rate. Plain: clip is (norm, scale),
// one thread an element, 64 in a workgroup. FUSED: clip begins with p.partials sums of squares; every
// workgroup adds them, 256 at a time, in a fixed order, the first writes the norm behind them, and each takes
// its elements in turn. 1.1 KiB of workgroup memory.
#import linear_index
#if FUSED
#import workgroup_sum
#import clip
#endif
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> gradients: array<f32>;
@group(0) @binding(2) var<storage, read> hyper: array<f32>;
@group(0) @binding(3) var<storage, read_write> clip: array<f32>;
@group(0) @binding(4) var<storage, read_write> parameters: array<f32>;

fn update(i: u32, scale: f32) {
  var g = 0.0;
  // Scale 0 marks gradients that are not finite.
  if (scale > 0.0) {
    g = clamp(gradients[i] * scale, -p.clip_value, p.clip_value);
  }
  let weight = parameters[i];
  g += p.l2 * weight;
  parameters[i] = stepped(i, g, weight - hyper[0] * p.weight_decay * weight);
}

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let first = linear_index(group, groups, thread, THREADS);
#if FUSED
  var sum = 0.0;
  for (var i = thread; i < p.partials; i += THREADS) {
    sum += clip[i];
  }
  let both = norm_and_scale(workgroup_sum(thread, sum));
  if (first == 0u) {
    clip[p.partials] = both.x;
  }
  for (var i = first; i < p.size; i += groups.x * groups.y * THREADS) {
    update(i, both.y);
  }
#else
  if (first < p.size) {
    update(first, clip[1]);
  }
#endif
}

// clip = (norm, scale) of the gradients from partial sums of squares, as shaders/shared/clip.wgsl says.
//
// One workgroup of 64 threads; each sums every 64th number in order, the first thread adds the 64 sums in order.
// Workgroup memory: 64 numbers.
#import clip
struct Params {
  partials: u32,
  max_norm: f32,
  norm_epsilon: f32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> partial: array<f32>;
@group(0) @binding(2) var<storage, read_write> clip: array<f32>;

var<workgroup> sums: array<f32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) thread: u32) {
  var sum = 0.0;
  for (var i = thread; i < p.partials; i += 64u) {
    sum += partial[i];
  }
  sums[thread] = sum;
  workgroupBarrier();
  if (thread != 0u) {
    return;
  }
  var total = 0.0;
  for (var i = 0u; i < 64u; i++) {
    total += sums[i];
  }
  let both = norm_and_scale(total);
  clip[0] = both.x;
  clip[1] = both.y;
}

// clip = (norm, scale) of the gradients, from partial sums of squares:
//   norm = sqrt(sum of partial);  scale = min(1, max_norm / (norm + 1e-6)), or 1 where max_norm is 0
//
// A norm that is not finite gives scale 0. One workgroup of 64 threads; each sums every 64th number in order,
// the first thread adds the 64 sums in order. Workgroup memory: 64 numbers.
struct Params {
  groups: u32,
  max_norm: f32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> partial: array<f32>;
@group(0) @binding(2) var<storage, read_write> clip: array<f32>;

var<workgroup> sums: array<f32, 64>;

// By the bits: compilers may assume that there is no infinity and no NaN.
fn is_finite(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;
}

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) thread: u32) {
  var sum = 0.0;
  for (var i = thread; i < p.groups; i += 64u) {
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
  let norm = sqrt(total);
  var scale = 1.0;
  if (!is_finite(total) || !is_finite(norm)) {
    scale = 0.0;
  } else if (p.max_norm > 0.0) {
    scale = min(1.0, p.max_norm / (norm + 1e-6));
  }
  clip[0] = norm;
  clip[1] = scale;
}

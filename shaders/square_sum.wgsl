// to[part] = sum of source[i]^2 over the elements i that belong to the part: blocks of p.threads, dealt out in turn.
//
// WIDE: a workgroup of 256 threads a part, its threads summed as shaders/shared/workgroup_sum.wgsl says; 1.1 KiB of
// workgroup memory. Else a thread a part, 64 in a workgroup, and blocks of one element. In a grid of two dimensions.
#import linear_index
#if WIDE
#import workgroup_sum
#endif
struct Params {
  size: u32,
  partials: u32,
  threads: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read_write> to: array<f32>;

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
#if WIDE
  let part = linear_index(group, groups, 0u, 1u);
  let first = part * THREADS + thread;
#else
  let part = linear_index(group, groups, thread, THREADS);
  let first = part;
#endif
  if (part >= p.partials) {
    return;
  }
  var sum = 0.0;
  for (var i = first; i < p.size; i += p.partials * p.threads) {
    sum += source[i] * source[i];
  }
#if WIDE
  let total = workgroup_sum(thread, sum);
  if (thread == 0u) {
    to[part] = total;
  }
#else
  to[part] = sum;
#endif
}

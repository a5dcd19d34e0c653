// to[group] = sum of source[i]^2 over the elements i that belong to the workgroup: blocks of THREADS, dealt out in turn.
//
// Workgroups: `groups` of THREADS threads in a grid of two dimensions, however many elements there are.
// Each thread sums its elements in order; 64 sums are added in order by the first thread, 256 (WIDE) as
// shaders/shared/workgroup_sum.wgsl says. Workgroup memory: 64 numbers, or 1.1 KiB.
#import linear_index
#if WIDE
#import workgroup_sum
#else
var<workgroup> sums: array<f32, 64>;
#endif
struct Params {
  size: u32,
  groups: u32,
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
  let index = linear_index(group, groups, 0u, 1u);
  if (index >= p.groups) {
    return;
  }
  var sum = 0.0;
  for (var i = index * THREADS + thread; i < p.size; i += p.groups * THREADS) {
    sum += source[i] * source[i];
  }
#if WIDE
  let total = workgroup_sum(thread, sum);
  if (thread == 0u) {
    to[index] = total;
  }
#else
  sums[thread] = sum;
  workgroupBarrier();
  if (thread == 0u) {
    var total = 0.0;
    for (var i = 0u; i < 64u; i++) {
      total += sums[i];
    }
    to[index] = total;
  }
#endif
}

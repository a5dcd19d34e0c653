// to[group] = sum of source[i]^2 over the elements i that belong to the workgroup: blocks of 64, dealt out in turn.
//
// Workgroups: `groups` of 64 threads in a grid of two dimensions, however many elements there are.
// Each thread sums its elements in order, the first thread adds the 64 sums in order. Workgroup memory: 64 numbers.
#import linear_index
struct Params {
  size: u32,
  groups: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read_write> to: array<f32>;

var<workgroup> sums: array<f32, 64>;

@compute @workgroup_size(64)
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
  for (var i = index * 64u + thread; i < p.size; i += p.groups * 64u) {
    sum += source[i] * source[i];
  }
  sums[thread] = sum;
  workgroupBarrier();
  if (thread == 0u) {
    var total = 0.0;
    for (var i = 0u; i < 64u; i++) {
      total += sums[i];
    }
    to[index] = total;
  }
}

// y[i] = x[i % count]: a vector over and over, such as one weight a sample for all time steps.
//
// x [count], y [size]. Threads: one an element of y, 64 in a workgroup, in a grid of two dimensions.
#import linear_index
struct Params {
  count: u32,
  size: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let i = linear_index(group, groups, thread, 64u);
  if (i < p.size) {
    y[i] = x[i % p.count];
  }
}

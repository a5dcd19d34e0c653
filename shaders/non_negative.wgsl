// w = max(w, 0).
//
// w [count] is read and overwritten. Threads: one an element, 64 in a workgroup, in a grid of two dimensions.
#import linear_index
struct Params {
  count: u32,
  w_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> w: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let i = linear_index(group, groups, thread, 64u);
  if (i < p.count && w[p.w_offset + i] < 0.0) {
    w[p.w_offset + i] = 0.0;
  }
}

// One thread an element, 64 in a workgroup, in a grid of two dimensions as linearGrid() in src/core/kernel.ts lays it out.
// The kernel declares element_count() and compute_element(i), which is called for each i below it.
#import linear_index

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let i = linear_index(group, groups, thread, 64u);
  if (i < element_count()) {
    compute_element(i);
  }
}

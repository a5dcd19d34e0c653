// y = the tag of a step that counts, 4294967295 where the mask is 0; without tags, 0 for a step that counts.
//
// mask, tags, y [count]. Threads: one an element, 64 in a workgroup, in a grid of two dimensions.
#import linear_index
struct Params {
  count: u32,
  masked: u32,
  tagged: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> mask: array<u32>;
@group(0) @binding(2) var<storage, read> tags: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<u32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let i = linear_index(group, groups, thread, 64u);
  if (i >= p.count) {
    return;
  }
  var tag = 0u;
  if (p.tagged == 1u) {
    tag = tags[i];
  }
  if (p.masked == 1u && mask[i] == 0u) {
    tag = 4294967295u;
  }
  y[i] = tag;
}

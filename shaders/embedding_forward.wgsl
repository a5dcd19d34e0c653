// y[row,:] = table[ids[row],:]; table is [vocabulary, size]; an id beyond it reads the last row.
//
// Threads: one for four elements side by side where size is a multiple of 4 (VECTOR), else for one; 64 in a workgroup, in
// a grid of two dimensions.
#import linear_index
struct Params {
  rows: u32,
  size: u32,
  vocabulary: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> ids: array<u32>;
#if VECTOR
@group(0) @binding(2) var<storage, read> table: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4<f32>>;
#else
@group(0) @binding(2) var<storage, read> table: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
#endif

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
#if VECTOR
  let width = p.size / 4u;
#else
  let width = p.size;
#endif
  let i = linear_index(group, groups, thread, 64u);
  if (i >= p.rows * width) {
    return;
  }
  let id = min(ids[i / width], p.vocabulary - 1u);
  y[i] = table[id * width + i % width];
}

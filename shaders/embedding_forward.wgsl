// y[row,:] = table[ids[row],:]; table is [vocabulary, size]; an id beyond it reads the last row.
//
// Threads: one an element of y, 64 in a workgroup, in a grid of two dimensions.
#import linear_index
struct Params {
  rows: u32,
  size: u32,
  vocabulary: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> ids: array<u32>;
@group(0) @binding(2) var<storage, read> table: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let i = linear_index(group, groups, thread, 64u);
  if (i >= p.rows * p.size) {
    return;
  }
  let id = min(ids[i / p.size], p.vocabulary - 1u);
  y[i] = table[id * p.size + i % p.size];
}

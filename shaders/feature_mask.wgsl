// mask[row] = 1 where any of x[row,:] is not `value`, else 0; NaN is not.
//
// x [rows,cols], mask [rows]. Threads: one a row, 64 in a workgroup, in a grid of two dimensions; no barrier.
#import linear_index
struct Params {
  rows: u32,
  cols: u32,
  value: f32,
  x_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> mask: array<u32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let row = linear_index(group, groups, thread, 64u);
  if (row >= p.rows) {
    return;
  }
  var counts = 0u;
  for (var col = 0u; col < p.cols; col++) {
    if (!(x[p.x_offset + row * p.cols + col] == p.value)) {
      counts = 1u;
    }
  }
  mask[row] = counts;
}

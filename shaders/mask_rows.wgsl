// y[row,:] (+)= x[row,:] where mask[row] is not 0, else 0; its backward pass is the same kernel on the gradient.
//
// x, y [rows,cols]; mask [rows]. Threads: one an element, 64 in a workgroup, in a grid of two dimensions.
#import linear_index
struct Params {
  rows: u32,
  cols: u32,
  accumulate: u32,
  x_offset: u32,
  y_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let i = linear_index(group, groups, thread, 64u);
  if (i >= p.rows * p.cols) {
    return;
  }
  var value = 0.0;
  if (mask[i / p.cols] != 0u) {
    value = x[p.x_offset + i];
  }
  if (p.accumulate == 1u) {
    value += y[p.y_offset + i];
  }
  y[p.y_offset + i] = value;
}

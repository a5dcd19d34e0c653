// y (+)= a∘b, elementwise.
//
// a, b, y [count].
// Threads: one an element, 64 in a workgroup, in a grid of two dimensions.
#import linear_index
struct Params {
  count: u32,
  accumulate: u32,
  a_offset: u32,
  b_offset: u32,
  y_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

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
  var value = a[p.a_offset + i] * b[p.b_offset + i];
  if (p.accumulate == 1u) {
    value += y[p.y_offset + i];
  }
  y[p.y_offset + i] = value;
}

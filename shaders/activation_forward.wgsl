// y = f(x) elementwise; KIND chooses f, by the numbers of src/kernels/activation_kinds.ts.
//
// x, y [count]. Threads: one an element, 64 in a workgroup, in a grid of two dimensions.
#import linear_index
#import activation_value
struct Params {
  count: u32,
  kind: u32,
  alpha: f32,
  beta: f32,
  x_offset: u32,
  y_offset: u32,
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
  if (i >= p.count) {
    return;
  }
  let input = x[p.x_offset + i];
  y[p.y_offset + i] = select(activation_value(KIND, input, p.alpha, p.beta), input, is_nan(input));
}

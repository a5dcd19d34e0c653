// y[steps-1-t,:] (+)= x[t,:]: a sequence from its end; its backward pass is the same kernel on the gradient.
//
// x, y [steps,width]. Threads: one an element, 64 in a workgroup, in a grid of two dimensions.
#import linear_index
struct Params {
  steps: u32,
  width: u32,
  accumulate: u32,
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
  if (i >= p.steps * p.width) {
    return;
  }
  var value = x[p.x_offset + i];
  let at = p.y_offset + (p.steps - 1u - i / p.width) * p.width + i % p.width;
  if (p.accumulate == 1u) {
    value += y[at];
  }
  y[at] = value;
}

// y[steps-1-t,:] (+)= x[t,:]: a sequence from its end; its backward pass is the same kernel on the gradient.
//
// x, y [steps,width]. Threads: one an element.
#import each_element
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

fn element_count() -> u32 {
  return p.steps * p.width;
}

fn compute_element(i: u32) {
  var value = x[p.x_offset + i];
  let at = p.y_offset + (p.steps - 1u - i / p.width) * p.width + i % p.width;
  if (p.accumulate == 1u) {
    value += y[at];
  }
  y[at] = value;
}

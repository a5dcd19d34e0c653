// y = f(x) elementwise; KIND chooses f, by the numbers of src/kernels/activation_kinds.ts.
//
// x, y [count]. Threads: one an element.
#import each_element
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

fn element_count() -> u32 {
  return p.count;
}

fn compute_element(i: u32) {
  let input = x[p.x_offset + i];
  y[p.y_offset + i] = select(activation_value(KIND, input, p.alpha, p.beta), input, is_nan(input));
}

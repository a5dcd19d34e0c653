// y[row,:] (+)= x[row,:] where mask[row] is not 0, else 0; its backward pass is the same kernel on the gradient.
//
// x, y [rows,cols]; mask [rows]. Threads: one an element.
#import each_element
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

fn element_count() -> u32 {
  return p.rows * p.cols;
}

fn compute_element(i: u32) {
  var value = 0.0;
  if (mask[i / p.cols] != 0u) {
    value = x[p.x_offset + i];
  }
  if (p.accumulate == 1u) {
    value += y[p.y_offset + i];
  }
  y[p.y_offset + i] = value;
}

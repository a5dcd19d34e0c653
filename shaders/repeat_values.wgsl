// y[i] = x[i % count]: a vector over and over, such as one weight a sample for all time steps.
//
// x [count], y [size]. Threads: one an element of y.
#import each_element
struct Params {
  count: u32,
  size: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

fn element_count() -> u32 {
  return p.size;
}

fn compute_element(i: u32) {
  y[i] = x[i % p.count];
}

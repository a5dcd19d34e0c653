// y (+)= a∘b, elementwise.
//
// a, b, y [count].
// Threads: one an element.
#import each_element
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

fn element_count() -> u32 {
  return p.count;
}

fn compute_element(i: u32) {
  var value = a[p.a_offset + i] * b[p.b_offset + i];
  if (p.accumulate == 1u) {
    value += y[p.y_offset + i];
  }
  y[p.y_offset + i] = value;
}

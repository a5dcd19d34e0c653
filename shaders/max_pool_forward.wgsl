// y[t,m] = the largest x[s,m] with t·stride - pad <= s < t·stride - pad + size, and places[t,m] = its s, the first of equals.
//
// x [steps,cols], y and places [out_steps,cols]. Threads: one an element of y. NaN is larger than all.
#import activation
#import each_element
#import pool_windows
struct Params {
#import pool_params
  x_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<storage, read_write> places: array<u32>;

fn element_count() -> u32 {
  return p.out_steps * p.cols;
}

fn compute_element(i: u32) {
  let col = i % p.cols;
  let steps = steps_of_window(i / p.cols);
  var place = steps.x;
  var largest = x[p.x_offset + place * p.cols + col];
  for (var s = steps.x + 1u; s < steps.y; s++) {
    let value = x[p.x_offset + s * p.cols + col];
    if (!is_nan(largest) && (value > largest || is_nan(value))) {
      largest = value;
      place = s;
    }
  }
  y[i] = largest;
  places[i] = place;
}

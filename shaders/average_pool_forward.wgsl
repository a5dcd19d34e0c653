// y[t,m] = the mean of x[s,m] over the steps t·stride - pad <= s < t·stride - pad + size that count, 0 where none does;
// shares[t,n] = 1 / how many.
//
// x [steps,cols], y [out_steps,cols], shares [out_steps,batch], where cols = batch·features. Steps outside of x count as
// zeros where zeros is 1, else not at all; where masked is 1, only steps of mask [steps,batch] that are not 0 count.
// Threads: one an element of y.
#import each_element
#import pool_windows
struct Params {
#import pool_params
  features: u32,
  zeros: u32,
  masked: u32,
  x_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<storage, read_write> shares: array<f32>;

fn element_count() -> u32 {
  return p.out_steps * p.cols;
}

fn compute_element(i: u32) {
  let col = i % p.cols;
  let steps = steps_of_window(i / p.cols);
  let batch = p.cols / p.features;
  var sum = 0.0;
  var count = 0.0;
  for (var s = steps.x; s < steps.y; s++) {
    if (p.masked == 0u || mask[s * batch + col / p.features] != 0u) {
      sum += x[p.x_offset + s * p.cols + col];
      count += 1.0;
    }
  }
  if (p.zeros == 1u) {
    count = f32(p.size);
  }
  var share = 0.0;
  if (count > 0.0) {
    share = 1.0 / count;
  }
  y[i] = sum * share;
  if (col % p.features == 0u) {
    shares[i / p.features] = share;
  }
}

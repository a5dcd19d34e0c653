// y = (x - mean)·r·gamma + beta, with mean and r of the column.
//
// x, y [rows,cols], statistics [3,cols] = (mean, r, count), gamma and beta [cols] where scale and center say so.
// Threads: one an element.
#import each_element
struct Params {
  rows: u32,
  cols: u32,
  scale: u32,
  center: u32,
  x_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> statistics: array<f32>;
@group(0) @binding(3) var<storage, read> gamma: array<f32>;
@group(0) @binding(4) var<storage, read> beta: array<f32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;

fn element_count() -> u32 {
  return p.rows * p.cols;
}

fn compute_element(i: u32) {
  let col = i % p.cols;
  var value = (x[p.x_offset + i] - statistics[col]) * statistics[p.cols + col];
  if (p.scale == 1u) {
    value *= gamma[col];
  }
  if (p.center == 1u) {
    value += beta[col];
  }
  y[i] = value;
}

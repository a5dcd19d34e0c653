// sums[z] [2,cols] = (Σ dy·(x - mean)·r, Σ dy) of each column over the rows of slice z: the gradients of gamma and beta.
//
// x, dy [rows,cols], statistics [3,cols] = (mean, r, count). Threads: one a column and slice.
#import each_column
struct Params {
  rows: u32,
  cols: u32,
  slice: u32,
  x_offset: u32,
  dy_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read> statistics: array<f32>;
@group(0) @binding(4) var<storage, read_write> sums: array<f32>;

fn compute_column(col: u32, slice: u32, first: u32, last: u32) {
  let mean = statistics[col];
  var products = 0.0;
  var sum = 0.0;
  for (var row = first; row < last; row++) {
    let g = dy[p.dy_offset + row * p.cols + col];
    products += g * (x[p.x_offset + row * p.cols + col] - mean);
    sum += g;
  }
  let at = slice * 2u * p.cols + col;
  sums[at] = products * statistics[p.cols + col];
  sums[at + p.cols] = sum;
}

// dx (+)= gamma·r·(dy - w·(Σ dy + z·Σ dy·z) / count), where z = (x - mean)·r, the sums run over a column, and w is 1 in
// the rows that counted, else 0; where count is 0 the statistics were given and dx is gamma·r·dy.
//
// x, dy, dx [rows,cols], statistics [3,cols] = (mean, r, count), sums [2,cols] = (Σ dy·z, Σ dy), gamma [cols] where scale
// is 1, mask [rows / repeats] where masked is 1. Threads: one an element.
#import each_element
struct Params {
  rows: u32,
  cols: u32,
  scale: u32,
  masked: u32,
  repeats: u32,
  accumulate: u32,
  x_offset: u32,
  dy_offset: u32,
  dx_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read> statistics: array<f32>;
@group(0) @binding(4) var<storage, read> sums: array<f32>;
@group(0) @binding(5) var<storage, read> gamma: array<f32>;
@group(0) @binding(6) var<storage, read> mask: array<u32>;
@group(0) @binding(7) var<storage, read_write> dx: array<f32>;

fn element_count() -> u32 {
  return p.rows * p.cols;
}

fn compute_element(i: u32) {
  let col = i % p.cols;
  let reciprocal = statistics[p.cols + col];
  let count = statistics[2u * p.cols + col];
  var counted = count > 0.0;
  if (p.masked == 1u) {
    counted = counted && mask[i / p.cols / p.repeats] != 0u;
  }
  var value = dy[p.dy_offset + i];
  if (counted) {
    let z = (x[p.x_offset + i] - statistics[col]) * reciprocal;
    value -= (sums[p.cols + col] + z * sums[col]) / count;
  }
  value *= reciprocal;
  if (p.scale == 1u) {
    value *= gamma[col];
  }
  if (p.accumulate == 1u) {
    value += dx[p.dx_offset + i];
  }
  dx[p.dx_offset + i] = value;
}

// y = (x - mean)·rstd∘gamma + beta over each row of `cols` elements; rstd = 1/sqrt(variance + epsilon).
//
// x, y: `rows` rows, `stride` apart; gamma, beta [cols], where `scaled` and `shifted` say that there are any.
// stats [rows,2]: mean and rstd. Threads: as shaders/shared/each_row.wgsl says.
#import row_sums
struct Params {
  rows: u32,
  cols: u32,
  stride: u32,
  scaled: u32,
  shifted: u32,
  epsilon: f32,
  x_offset: u32,
  gamma_offset: u32,
  beta_offset: u32,
  y_offset: u32,
  stats_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> gamma: array<f32>;
@group(0) @binding(3) var<storage, read> beta: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;
@group(0) @binding(5) var<storage, read_write> stats: array<f32>;

fn row_count() -> u32 {
  return p.rows;
}

fn compute_row(row: u32, lane: u32) {
  let first = p.x_offset + row * p.stride;
  var sum = 0.0;
  for (var col = lane; col < p.cols; col += LANES) {
    sum += x[first + col];
  }
  let mean = row_sums(lane, vec2<f32>(sum, 0.0)).x / f32(p.cols);
  // A second pass: the difference of large squares would lose what a small variance is.
  var squares = 0.0;
  for (var col = lane; col < p.cols; col += LANES) {
    let d = x[first + col] - mean;
    squares += d * d;
  }
  let rstd = 1.0 / sqrt(row_sums(lane, vec2<f32>(squares, 0.0)).x / f32(p.cols) + p.epsilon);
  let to = p.y_offset + row * p.stride;
  for (var col = lane; col < p.cols; col += LANES) {
    var value = (x[first + col] - mean) * rstd;
    if (p.scaled == 1u) {
      value *= gamma[p.gamma_offset + col];
    }
    if (p.shifted == 1u) {
      value += beta[p.beta_offset + col];
    }
    y[to + col] = value;
  }
  if (lane == 0u) {
    stats[p.stats_offset + 2u * row] = mean;
    stats[p.stats_offset + 2u * row + 1u] = rstd;
  }
}
